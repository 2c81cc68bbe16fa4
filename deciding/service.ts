import type { SourceRef } from "../domain/evidence.ts";
import { digestOf } from "../audit/digest.ts";
import { readEscalationState } from "../audit/ledgers/escalations.ts";
import { readServiceStep, type ServiceDecision, type ServiceStep } from "../audit/ledgers/service-decisions.ts";
import { proposalIdOf, type ProposalDraft } from "../audit/ledgers/turns.ts";
import type { LedgerPool } from "../audit/records.ts";
import { decideCaseOf, EXTERNAL_TOOL, type ExternalArgs } from "../domain/decide-case.ts";
import { hasWholeNumbers, type JsonObject } from "../domain/json.ts";
import { givenFacts } from "../guardrails/clock.ts";
import { governedCatalogue, type FactType } from "../guardrails/fact-types.ts";
import { lookupsOf, readAsked, type FactFault, type ReadFacts } from "./asked-facts.ts";
import { readLookups } from "./evidence.ts";
import { asGiven } from "./lists.ts";
import type { PolicySource } from "./policy-source.ts";
import { subjectOf, type Question } from "./question.ts";
import { ledgerReadTools } from "./read-tools.ts";
import { answerAgain, serviceAskOf, standingFor, type Again, type ServiceAsk } from "./service-ask.ts";
import { createServiceGate, type ServiceGateDeps } from "./service-gate.ts";
import { settleOutcome, type Outcome, type Settled } from "./service-outcome.ts";
import { withdrawQuestion, type Withdrawn } from "./service-withdrawal.ts";

/** A request as it was checked at the door. */
export type Asked = {
  /** Who the token belongs to. Keys are the caller's own: another caller's same key names another request. */
  readonly caller: string;
  readonly key: string;
  readonly policy: string;
  /** As the caller wrote them. */
  readonly facts: JsonObject;
  /** Fields of a record, from which the policy's function computes facts. */
  readonly fields?: JsonObject;
  readonly action: { readonly name: string; readonly args: JsonObject; readonly tool?: string } | null;
  readonly ref: string;
  readonly requestedBy: string;
};

/**
 * `again`: the same was asked before under another key, and what was decided then stands. `key-reused`: the key names another
 * request. `stopped`: a switch is on. `unknown-policy`: neither a release nor an action of ours has such a policy, so that
 * nobody could be asked for it. `wrong-facts`: facts or fields cannot be read, or contradict each other. `asks-too-much`: people
 * would be asked, and the caller has asked them enough until `roomAt`, ISO 8601. In each case nothing was decided.
 */
export type Answered =
  | { readonly kind: "decided"; readonly decision: ServiceDecision; readonly again?: Again }
  | { readonly kind: "key-reused" }
  | { readonly kind: "unknown-policy" }
  | { readonly kind: "wrong-facts"; readonly faults: readonly FactFault[] }
  | { readonly kind: "asks-too-much"; readonly roomAt: string }
  | { readonly kind: "stopped" };

export type Regated =
  | { readonly kind: "decided"; readonly decision: ServiceDecision }
  | {
      readonly kind: "refused";
      readonly code: "not-found" | "not-your-decision" | "not-answered" | "not-approved" | "function-stopped";
      readonly detail: string;
    };

/** Decides for other systems. Nothing is answered before its record is durable. */
export type DecideService = {
  decide(asked: Asked): Promise<Answered>;
  /** The request behind a decision, with every gate it passed. */
  read(decisionId: string): Promise<ServiceStep | undefined>;
  /** Takes what people approved through the gate again, under the policy in force. A repeat has the same answer. */
  regate(caller: string, decisionId: string): Promise<Regated>;
  /** What the caller did with its permit. Once only. */
  settle(caller: string, decisionId: string, outcome: Outcome): Promise<Settled>;
  /** Takes back a question that nobody has answered yet. A repeat has the same answer. */
  withdraw(caller: string, decisionId: string): Promise<Withdrawn>;
  drain(): Promise<void>;
};

/** Why nothing is decided while a switch is on. */
export const STOPPED = "the company, the function or what acts for it is stopped by a switch";

export type DecideServiceDeps = ServiceGateDeps & {
  readonly company: string;
  readonly now: () => string;
  /** Questions that one caller may open in an hour; no bound when absent. */
  readonly questionsPerHour?: number | undefined;
};

export function createDecideService(deps: DecideServiceDeps): DecideService {
  const { pool, policies, company, now } = deps;
  const gate = createServiceGate(deps);
  return {
    async decide(asked) {
      const at = now();
      const types = factTypesFor(policies, company, asked);
      const read = types && (await heldAsked(pool, company, asked, { types, at }));
      if (read?.kind !== "read") {
        const before = await answeredBefore(pool, company, asked);
        return (
          before ?? (read === undefined ? { kind: "unknown-policy" } : { kind: "wrong-facts", faults: read.faults })
        );
      }
      const ask = serviceAskOf(pool.vault, company, { ...asked, facts: read.facts });
      const { question, proposal } = firstGateOf(company, asked, { read, ask }, at);
      const { stepKey } = question;
      const first = ask && (await standingFor(pool, company, ask, stepKey));
      if (first !== undefined) {
        return (await answeredBefore(pool, company, asked)) ?? answerAgain(pool, first, { stepKey, at });
      }
      const { questionsPerHour: most } = deps;
      const passed = await gate.pass(
        question,
        proposal,
        most === undefined ? undefined : { caller: asked.caller, most },
      );
      if (passed.kind === "decided" || passed.kind === "stopped") return passed;
      // Another request asked the same meanwhile: it is found now.
      if (passed.kind === "stands") return this.decide(asked);
      const before = await answeredBefore(pool, company, asked);
      if (before !== undefined) return before;
      if (passed.kind === "asks-too-much") return passed;
      throw new Error(`decision of \`${question.stepKey}\` is neither kept nor there`);
    },
    read: (decisionId) => readServiceStep(pool, company, { decisionId }),
    async regate(caller, decisionId) {
      const step = await readServiceStep(pool, company, { decisionId });
      const standing = standingOf(step, caller);
      if (standing.kind !== "approved") return standing;
      const { decision: latest, escalationId, step: found } = standing;
      const state = await readEscalationState(pool, company, escalationId);
      if (state.kind !== "approved") throw new Error(`escalation \`${escalationId}\` is no longer approved`);
      const question = nextGateOf(found, latest, state.approvalId, now());
      const passed = await gate.pass(question, null);
      if (passed.kind === "decided") return passed;
      if (passed.kind === "stopped") return { kind: "refused", code: "function-stopped", detail: STOPPED };
      const again = await readServiceStep(pool, company, { decisionId });
      return { kind: "decided", decision: again?.decisions.at(-1) ?? latest };
    },
    settle: (caller, decisionId, outcome) => settleOutcome(pool, { company, caller, decisionId, outcome, at: now() }),
    withdraw: (caller, decisionId) => withdrawQuestion(pool, { company, caller, decisionId, at: now() }),
    drain: () => gate.drain(),
  };
}

/** What a request comes to, with the readings of our own ledgers that it was held against. */
type HeldFacts = Extract<ReadFacts, { kind: "read" }> & { readonly ledgers: readonly SourceRef[] };

async function heldAsked(
  pool: LedgerPool,
  company: string,
  asked: Asked,
  { types, at }: { readonly types: readonly FactType[]; readonly at: string },
): Promise<HeldFacts | Extract<ReadFacts, { kind: "wrong" }>> {
  const tools = ledgerReadTools(pool, () => at);
  const readings = await readLookups(tools, company, lookupsOf(asked, types, at));
  const read = readAsked(asked, types, { at, readings });
  return read.kind === "wrong" ? read : { ...read, ledgers: Object.values(readings).map(({ source }) => source) };
}

/** What a policy's facts can be: of the one in force, or of an action of ours, about which people are asked while none is. */
function factTypesFor(policies: PolicySource, company: string, asked: Asked): readonly FactType[] | undefined {
  const { policy: id, facts } = asked;
  const about = { facts, caseId: namesOf(company, asked).caseId };
  const inForce = policies.inForce(id, ({ policy }) => subjectOf(policy.subject, about));
  return (inForce && givenFacts(inForce.policy.facts)) ?? (Object.hasOwn(declared, id) ? declared[id] : undefined);
}

const declared = governedCatalogue();

/** What stands under the caller's key: an answer is never taken back, whatever the policy's facts have become since. */
async function answeredBefore(pool: LedgerPool, company: string, asked: Asked): Promise<Answered | undefined> {
  // What no digest can be made of was never decided.
  if (!hasWholeNumbers(asked.facts) || !hasWholeNumbers(asked.fields)) return undefined;
  const step = await readServiceStep(pool, company, { stepKey: namesOf(company, asked).stepKey });
  if (step === undefined) return undefined;
  return step.requestDigest === requestDigestOf(asked)
    ? { kind: "decided", decision: step.decisions[0] }
    : { kind: "key-reused" };
}

function namesOf(company: string, { caller, key }: Asked) {
  return decideCaseOf(company, digestOf([caller, key]));
}

/** SHA-256 (hex) of the request as it was written. */
function requestDigestOf({ policy, facts, fields, action, ref, requestedBy }: Asked): string {
  return digestOf({ policy, facts, action, ref, requestedBy, ...(fields !== undefined && { fields }) });
}

type Standing =
  | Regated
  | {
      readonly kind: "approved";
      readonly step: ServiceStep;
      readonly decision: ServiceDecision;
      readonly escalationId: string;
    };

/** Whether the latest decision of a step may pass the next gate; where nobody was asked, it stands as it is. */
function standingOf(step: ServiceStep | undefined, caller: string): Standing {
  const no = (code: Extract<Regated, { kind: "refused" }>["code"], detail: string): Standing => ({
    kind: "refused",
    code,
    detail,
  });
  if (step === undefined) return no("not-found", "no such decision");
  if (step.args.caller !== caller) return no("not-your-decision", "another caller asked for this decision");
  const decision = step.decisions.at(-1) ?? step.decisions[0];
  const { escalation } = decision;
  if (escalation === null) return { kind: "decided", decision };
  const { escalationId, role, dueAt, state } = escalation;
  switch (state) {
    case "approved":
    case "executed":
    case "execution-failed":
      return { kind: "approved", step, decision, escalationId };
    case "committing":
      return no("not-answered", `\`${escalationId}\` is approved, and may be undone for a moment yet`);
    case "info-requested":
    case "open":
      return no("not-answered", `\`${escalationId}\` waits for ${role} until ${dueAt}`);
    case "rejected":
    case "expired":
    case "superseded":
    case "withdrawn":
      return no("not-approved", `\`${escalationId}\` is ${state}`);
  }
}

/** The request as a question, and as the proposal that its decision belongs to. */
function firstGateOf(
  company: string,
  asked: Asked,
  { read, ask }: { readonly read: HeldFacts; readonly ask: ServiceAsk | undefined },
  at: string,
): { question: Question; proposal: ProposalDraft } {
  const { facts, derived, unknown, remarks, ledgers } = read;
  const { caller, key, policy, fields, action, ref, requestedBy } = asked;
  const names = decideCaseOf(company, digestOf([caller, key]), ask?.objectKey);
  const requestDigest = requestDigestOf(asked);
  const written = fields === undefined ? {} : { fields };
  const args: ExternalArgs = { ...(action ?? { name: policy, args: asGiven(facts) }), ...written, ref, caller };
  const own = { source: "decide-service", ref: `${caller}/${ref}`, version: requestDigest, observedAt: at };
  const sources = [own, ...ledgers];
  const reasoning = `asked by ${requestedBy} through the decide service`;
  const proposal: ProposalDraft = {
    actionId: policy,
    action: { tool: EXTERNAL_TOOL, args },
    recordVersion: requestDigest,
    chain: { findings: [], sources, reasoning, turns: [], origin: "decide-service" },
    at,
    ...(ask !== undefined && { askKey: ask.askKey }),
  };
  const question: Question = {
    company,
    ...names,
    gate: 1,
    approvalId: null,
    at,
    proposal: { proposalId: proposalIdOf(company, names.stepKey), ...proposal },
    review: "exempt",
    facts,
    ...((fields !== undefined || derived.length > 0) && { derived }),
    unknown,
    remarks,
    sources,
    requestedBy,
  };
  return { question, proposal };
}

/** The next gate of a request, on the facts of its latest; `approvalId`: what people said of that, if they did. */
export function nextGateOf(
  step: ServiceStep,
  latest: ServiceDecision,
  approvalId: string | null,
  at: string,
): Question {
  const { company, caseId, stepKey, proposalId, actionId, args, requestDigest } = step;
  const { gate, facts, sources, requestedBy, details } = latest;
  const proposal = {
    proposalId,
    actionId,
    action: { tool: EXTERNAL_TOOL, args },
    recordVersion: requestDigest,
  };
  const question = { company, caseId, stepKey, gate: gate + 1, approvalId, at, proposal };
  const { derived } = details;
  return { ...question, review: "exempt", facts, ...(derived && { derived }), sources, requestedBy };
}
