import { recordDecision, type DecisionDraft, type StoredDecision } from "../audit/ledgers/decisions.ts";
import { readApproval } from "../audit/ledgers/escalations.ts";
import type { Ledger, LedgerPool } from "../audit/records.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Disagreement } from "../guardrails/evaluate.ts";
import { keepCounted, type Place } from "./limits.ts";
import { asGiven, lookUp, readsLists } from "./lists.ts";
import type { InForce, PolicySource } from "./policy-source.ts";
import { actionDigestOf, subjectOf, type Question } from "./question.ts";
import { isAboutLargeSum } from "./large-sum.ts";
import { offersFor } from "./offers.ts";
import { concluded, draftOf, offering, ruleOn, type Concluded, type Ruling } from "./ruling.ts";
import { askedOf, requesterOf, type Requester } from "./requester.ts";
import { withoutPolicy } from "./without-policy.ts";

/** The two evaluators found different rules for one gate of a step. Its decision did not execute for that reason. */
export type Alarm = (detail: Disagreement & { readonly caseId: string; readonly stepKey: string }) => void;

/**
 * Makes a decision durable, or answers the first one of its gate. `sql` is the pool, or the client of the transaction that
 * the decision must be part of.
 */
export type RecordDecision = (sql: Ledger, draft: DecisionDraft) => Promise<StoredDecision>;

export type DeciderDeps = {
  /** Where decisions are read and kept. */
  readonly pool: LedgerPool;
  /** In place of the pool: the transaction that the decision must be part of. */
  readonly place?: Place;
  readonly policies: PolicySource;
  readonly alarm: Alarm;
  /** In place of `recordDecision`. */
  readonly record?: RecordDecision;
  /** Nothing is offered in place of what does not pass: what a programme comes to without, when it is measured. */
  readonly alternatives?: "none" | undefined;
};

/** Decides one question and answers only after the decision is durable. */
export type Decider = (question: Question) => Promise<StoredDecision>;

/** The one code path of every decision: of a case's step, and of a request to the decide service. */
export function createDecider(deps: DeciderDeps): Decider {
  return async (given) => {
    const { policies, alarm } = deps;
    const { caseId, stepKey, proposal } = given;
    const inForce = policies.inForce(proposal.actionId, ({ policy }) => subjectOf(policy.subject, given));
    if (inForce === undefined) return keepUnruled(deps, given);
    const question = withLists(given, inForce);
    const ruling = await ruleOn(question, inForce, (detail) => alarm({ ...detail, caseId, stepKey }));
    return keep(deps, question, inForce, ruling);
  };
}

/** A question with what the policy's lists say of it; of what could be asked otherwise they say the same. */
function withLists(question: Question, { policy, lists }: InForce): Question {
  if (!readsLists(policy)) return { ...question, facts: asGiven(question.facts) };
  const found = lookUp(policy, question, lists);
  const { otherwise } = question;
  if (otherwise === undefined) return { ...question, ...found };
  const factsWith = (changes: JsonObject) =>
    lookUp(policy, { facts: otherwise.factsWith(changes), at: question.at }, lists).facts;
  return { ...question, ...found, otherwise: { ...otherwise, factsWith } };
}

/** Limits, then the mode: each can only tighten. What is kept is what they leave. */
async function keep(deps: DeciderDeps, question: Question, inForce: InForce, ruling: Ruling): Promise<StoredDecision> {
  const { record = recordDecision } = deps;
  const place = placeOf(deps);
  const { company, caseId, stepKey, gate, at } = question;
  const bound = await boundTo(place.ledger, question, inForce.version, ruling.details.terms);
  const names = { company, caseId, stepKey, gate, at };
  return keepCounted(place, { names, ...ruling, approved: bound.approvalId !== null }, async (sql, counted, limits) => {
    const { withheld, cell } = ruling;
    const conclusion = concluded(ruling, counted, limits);
    const requester = await askerOf(sql, question, conclusion, bound);
    const offers = deps.alternatives === "none" ? [] : await offersFor(question, inForce.policy, conclusion);
    const asked = offering(askedOf(conclusion, requester, cell), offers);
    const draft = draftOf(question, { ...asked, withheld }, inForce, { ...bound, requesterId: idOf(requester) });
    return record(sql, { ...draft, large: isAboutLargeSum(ruling.cell.facts, question.facts) });
  });
}

/** No policy is in force: nothing is counted, and nothing can tighten further. */
async function keepUnruled(deps: DeciderDeps, question: Question) {
  const { record = recordDecision } = deps;
  const { ledger } = placeOf(deps);
  const unruled = withoutPolicy(question.proposal.actionId);
  const bound = await boundTo(ledger, question, unruled.version);
  const requester = await askerOf(ledger, question, unruled, bound);
  const asked = { ...askedOf(unruled, requester, { routes: [] }), withheld: unruled.withheld };
  return record(ledger, draftOf(question, asked, unruled, { ...bound, requesterId: idOf(requester) }));
}

/** The action as a permit is bound to it, the approval that is for it, and who asks where that had to be known for it. */
type Bound = Pick<DecisionDraft, "actionDigest" | "approvalId"> & { readonly requester?: Requester };

/** Who asks, where people are asked. What nobody is asked about needs no look into the directory. */
async function askerOf(
  sql: Ledger,
  question: Question,
  { decision }: Pick<Concluded, "decision">,
  { requester }: Bound,
): Promise<Requester> {
  if (requester !== undefined) return requester;
  return decision.kind === "escalate" ? requesterOf(sql, question) : { kind: "nobody" };
}

function idOf(requester: Requester): string | undefined {
  return requester.kind === "person" ? requester.personId : undefined;
}

function placeOf({ pool, place }: DeciderDeps): Place {
  return place ?? { kind: "pool", ledger: pool };
}

/**
 * The action as a permit is bound to it, and the approval that is for it: an approval holds only for the very action it
 * named, and a changed policy, record or argument needs a new one. One by who is known by now to have asked is none.
 */
async function boundTo(
  ledger: Ledger,
  question: Question,
  policyVersion: string,
  terms: JsonObject = {},
): Promise<Bound> {
  const { company, approvalId, proposal } = question;
  const { action, recordVersion } = proposal;
  const { tool, args } = action;
  const actionDigest = actionDigestOf({ company, tool, args, recordVersion, policyVersion }, terms);
  if (approvalId === null) return { actionDigest, approvalId };
  const approval = await readApproval(ledger, company, approvalId);
  const requester = await requesterOf(ledger, question);
  const requesterId = idOf(requester);
  const isOwn = requesterId !== undefined && approval?.approvers.includes(requesterId) === true;
  const isForIt = approval?.verdict === "approve" && approval.actionDigest === actionDigest && !isOwn;
  return { actionDigest, approvalId: isForIt ? approvalId : null, requester };
}
