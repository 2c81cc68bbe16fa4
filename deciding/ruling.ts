import type { DecisionDraft } from "../audit/ledgers/decisions.ts";
import type { DecisionDetails, LimitReading, Offer } from "../domain/decision-details.ts";
import type { Decision, MatchedRule } from "../domain/decision.ts";
import { governedActions } from "../functions/governed-actions.ts";
import type { JsonObject } from "../domain/json.ts";
import { judge, type Disagreement } from "../guardrails/evaluate.ts";
import { jsonValue } from "../guardrails/fact-types.ts";
import { applyLimits, applyUncounted, applyUnread, asksOf, type Asked } from "../guardrails/limits.ts";
import { lowerMode, mayAct, restrain } from "../guardrails/mode.ts";
import { obligationsOf } from "../guardrails/obligations.ts";
import type { Policy } from "../guardrails/policy.ts";
import { tighten, tightenBy } from "../guardrails/tighten.ts";
import { letterOf } from "./letter.ts";
import type { InForce } from "./policy-source.ts";
import type { Question } from "./question.ts";

/**
 * Everything of a decision that hangs on its question, its policy and its limits' readings alone: no clock, no database.
 * The decider takes decisions by it, and a replay takes them again.
 */

/** A decision with what it was taken with. */
export type Concluded = { readonly decision: Decision; readonly details: DecisionDetails };

/** What rules and compliance made of a question; limits and the mode come after. */
export type Ruling = Concluded & {
  /** The policy as it stood for this request. */
  readonly cell: Policy;
  /** What the request asks of the policy's limits. */
  readonly asked: Asked;
  /** The mode lets nothing come of it. */
  readonly withheld: boolean;
};

/** What of a question is ruled on. */
type Ruled = Pick<
  Question,
  | "review"
  | "at"
  | "facts"
  | "unknown"
  | "remarks"
  | "derived"
  | "notWhole"
  | "notAsItStands"
  | "beside"
  | "lists"
  | "rates"
  | "proposal"
  | "agentsMode"
>;

/** Both evaluators at the question's time, then compliance, which can only tighten what they said. */
export async function ruleOn(
  {
    review,
    at,
    facts,
    unknown = {},
    remarks = [],
    derived,
    notWhole = false,
    notAsItStands = false,
    beside = [],
    lists = [],
    rates = [],
    proposal,
    agentsMode = "led",
  }: Ruled,
  { policy, mode: given, release, canary }: Pick<InForce, "policy" | "mode" | "release" | "canary">,
  onDisagreement: (detail: Disagreement) => void,
): Promise<Ruling> {
  const { decision, known, cell, candidate } = await judge(policy, facts, { at, onDisagreement });
  const mode = lowerMode(lowerMode(given, cell.mode), agentsMode);
  const terms = termsIn(proposal.actionId, cell);
  const isWhole = !notWhole && terms !== "unsettled";
  const held = [...(isWhole ? [] : [unreadable]), ...(notAsItStands ? [notSo] : [])];
  const tightened = held.reduce((before, rule) => tightenBy(before, rule, cell), decision);
  const ruled = explained(tightened, unknown, remarks);
  const besides = {
    ...(Object.keys(unknown).length > 0 && { unknown }),
    ...(derived !== undefined && { derived }),
    ...(remarks.length > 0 && { remarks }),
    ...(!isWhole && { notWhole: true as const }),
    ...(notAsItStands && { notAsItStands: true as const }),
    ...(typeof terms === "object" && { terms }),
    ...(beside.length > 0 && { beside }),
    ...(lists.length > 0 && { lists }),
    ...(rates.length > 0 && { rates }),
  };
  return {
    decision: review === "exempt" ? ruled : tighten(ruled, review, cell),
    details: { mode, release, canary, params: paramsUsed(cell), limits: [], candidate, obligations: [], ...besides },
    withheld: !mayAct(mode),
    cell,
    asked: asksOf(cell, known, at),
  };
}

function paramsUsed({ params }: Policy): DecisionDetails["params"] {
  return params.map((param) => ({
    name: param.name,
    value: param.unsettled === true ? null : jsonValue(param, param.value),
    source: param.override ?? "base",
  }));
}

/** What cannot be read in full, or lacks a term, cannot be done as it is asked, whatever the rules say of the rest. */
const unreadable: MatchedRule = {
  id: "request-not-whole",
  effect: "escalate",
  reason: "not everything that is asked can be read: correct the record, or reject it",
  values: {},
};

/** What may not be done as it stands goes to people who put other words in its place, whatever the rules say of the rest. */
const notSo: MatchedRule = {
  id: "not-as-it-stands",
  effect: "escalate",
  reason: "nobody can let it pass as it stands: edit it, or reject it",
  values: {},
};

/**
 * The arguments that the policy sets for this request. Undefined where the action has none, or the policy is from before it had:
 * its tool then refuses to act. `unsettled`: it hangs on a fact that is not known, or is outside its bounds.
 */
function termsIn(actionId: string, { params }: Policy): JsonObject | "unsettled" | undefined {
  const { terms = {} } = Object.hasOwn(governedActions, actionId) ? (governedActions[actionId] ?? {}) : {};
  const set = Object.entries(terms).flatMap(([argument, term]) => {
    const param = params.find(({ name }) => name === term.param);
    return param === undefined ? [] : [{ argument, term, param }];
  });
  if (set.length === 0) return undefined;
  const isSettled = set.every(
    ({ term, param: { value, unsettled } }) => unsettled !== true && value >= term.min && value <= term.max,
  );
  return isSettled ? Object.fromEntries(set.map(({ argument, param }) => [argument, param.value])) : "unsettled";
}

/**
 * What people are asked says why facts are not known, in the order of the facts' names, as its record keeps them; and what is
 * not executed says what it was measured against.
 */
function explained(
  decision: Decision,
  unknown: NonNullable<Question["unknown"]>,
  remarks: readonly string[],
): Decision {
  const whys = Object.keys(unknown)
    .toSorted()
    .flatMap((fact) => unknown[fact] ?? []);
  const reasons = new Set([...(decision.kind === "escalate" ? whys : []), ...remarks]);
  if (decision.kind === "execute" || reasons.size === 0) return decision;
  return { ...decision, reason: [decision.reason, ...reasons].join("; ") };
}

/** What a policy's limits leave of a decision; `unread` when their accounts could not be read. */
export function underLimits(
  { decision, asked, cell }: Pick<Ruling, "decision" | "asked" | "cell">,
  readings: readonly LimitReading[] | "unread",
): Decision {
  const certain = applyUncounted(decision, asked.uncounted, cell);
  return readings === "unread" ? applyUnread(certain, asked, cell) : applyLimits(certain, readings, cell);
}

/** What the mode leaves of a decision after its limits, and what is then owed. */
export function concluded(
  { details, cell, withheld }: Omit<Ruling, "decision" | "asked">,
  counted: Decision,
  limits: readonly LimitReading[],
): Concluded {
  const decision = restrain(counted, details.mode, cell);
  const obligations = withheld ? [] : obligationsOf(cell, decision);
  const letter = withheld ? undefined : letterOf(cell, decision, details);
  return { decision, details: { ...details, limits, obligations, ...(letter !== undefined && { letter }) } };
}

/** A decision with what the requester may ask instead. */
export function offering({ decision, details }: Concluded, offers: readonly Offer[]): Concluded {
  return offers.length === 0 ? { decision, details } : { decision, details: { ...details, offers } };
}

/** The policy of a decision as its record names and keeps it. */
export type Versioned = {
  readonly policy: { readonly id: string };
  readonly version: string;
  readonly document: string;
};

/** What is recorded of a decision. `approvalId`: people approved this very action. */
export function draftOf(
  question: Question,
  { decision, details, withheld }: Concluded & Pick<Ruling, "withheld">,
  { policy, version, document }: Versioned,
  { actionDigest, approvalId, requesterId }: Pick<DecisionDraft, "actionDigest" | "approvalId" | "requesterId">,
): DecisionDraft {
  const { company, caseId, stepKey, gate, proposal, facts, sources, requestedBy, at } = question;
  const asks = decision.kind === "escalate";
  return {
    company,
    caseId,
    stepKey,
    gate,
    proposalId: proposal.proposalId,
    verdict: decision.kind,
    reason: reasonOf(decision),
    rules: decision.rules,
    missing: asks ? decision.missing : [],
    facts,
    sources,
    route: asks ? decision.route : null,
    policy: { id: policy.id, version },
    policyDocument: document,
    actionDigest,
    requestedBy,
    requesterId,
    approvalId: asks ? approvalId : null,
    details,
    withheld,
    at,
  };
}

function reasonOf(decision: Decision): string {
  if (decision.kind !== "execute") return decision.reason;
  return decision.rules.map(({ reason }) => reason).join("; ");
}
