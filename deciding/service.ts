import { digestOf } from "../audit/digest.ts";
import { readEscalationState } from "../audit/ledgers/escalations.ts";
import { readServiceStep, type ServiceDecision, type ServiceStep } from "../audit/ledgers/service-decisions.ts";
import { proposalIdOf, type ProposalDraft } from "../audit/ledgers/turns.ts";
import { decideCaseOf, EXTERNAL_TOOL, type ExternalArgs } from "../domain/decide-case.ts";
import type { JsonObject } from "../domain/json.ts";
import { governedActions } from "../functions/governed-actions.ts";
import type { PolicySource } from "./policy-source.ts";
import { subjectOf, type Question } from "./question.ts";
import { answerAgain, serviceAskOf, standingFor, type Again, type ServiceAsk } from "./service-ask.ts";
import { createServiceGate, type ServiceGateDeps } from "./service-gate.ts";
import { settleOutcome, type Outcome, type Settled } from "./service-outcome.ts";

/** A request as it was checked at the door. */
export type Asked = {
  /** Who the token belongs to. Keys are the caller's own: another caller's same key names another request. */
  readonly caller: string;
  readonly key: string;
  readonly policy: string;
  readonly facts: JsonObject;
  readonly action: { readonly name: string; readonly args: JsonObject; readonly tool?: string } | null;
  readonly ref: string;
  readonly requestedBy: string;
};

/**
 * `again`: the same was asked before under another key, and what was decided then stands. `key-reused`: the key names another request. `stopped`: the kill switch is on. `unknown-policy`: neither a release nor
 * an action of ours has such a policy, so that nobody could be asked for it. `asks-too-much`: people would be asked, and the
 * caller has asked them enough until `roomAt`, ISO 8601. In each case nothing was decided.
 */
export type Answered =
  | { readonly kind: "decided"; readonly decision: ServiceDecision; readonly again?: Again }
  | { readonly kind: "key-reused" }
  | { readonly kind: "unknown-policy" }
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
  drain(): Promise<void>;
};

/** Why nothing is decided while the kill switch is on. */
export const STOPPED = "the function is stopped by the kill switch";

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
      const ask = serviceAskOf(pool.vault, company, asked);
      const { question, proposal } = firstGateOf(company, asked, ask, now());
      const { stepKey } = question;
      const knownBefore = () => readServiceStep(pool, company, { stepKey });
      const first = ask && (await standingFor(pool, company, ask, stepKey));
      if (first !== undefined) {
        const known = await knownBefore();
        return known === undefined ? answerAgain(pool, first, { stepKey, at: question.at }) : asBefore(known, proposal);
      }
      if (!isKnown(policies, question) && (await knownBefore()) === undefined) return { kind: "unknown-policy" };
      const { questionsPerHour: most } = deps;
      const passed = await gate.pass(
        question,
        proposal,
        most === undefined ? undefined : { caller: asked.caller, most },
      );
      if (passed.kind === "decided" || passed.kind === "stopped") return passed;
      // Another request asked the same meanwhile: it is found now.
      if (passed.kind === "stands") return this.decide(asked);
      const step = await knownBefore();
      if (step === undefined && passed.kind === "asks-too-much") return passed;
      if (step === undefined) throw new Error(`decision of \`${question.stepKey}\` is neither kept nor there`);
      return asBefore(step, proposal);
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
    drain: () => gate.drain(),
  };
}

/** The same key has the same answer, and names one request. */
function asBefore(step: ServiceStep, { recordVersion }: ProposalDraft): Answered {
  if (step.requestDigest !== recordVersion) return { kind: "key-reused" };
  return { kind: "decided", decision: step.decisions[0] };
}

/** A policy in force, or one that an action of ours goes by: while none of those is in force, people are asked. */
function isKnown(policies: PolicySource, question: Question): boolean {
  const { actionId } = question.proposal;
  if (Object.hasOwn(governedActions, actionId)) return true;
  return policies.inForce(actionId, ({ policy }) => subjectOf(policy.subject, question)) !== undefined;
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
      return { kind: "approved", step, decision, escalationId };
    case "open":
      return no("not-answered", `\`${escalationId}\` waits for ${role} until ${dueAt}`);
    case "rejected":
    case "expired":
    case "superseded":
      return no("not-approved", `\`${escalationId}\` is ${state}`);
  }
}

/** The request as a question, and as the proposal that its decision belongs to. */
function firstGateOf(
  company: string,
  asked: Asked,
  ask: ServiceAsk | undefined,
  at: string,
): { question: Question; proposal: ProposalDraft } {
  const { caller, key, policy, facts, action, ref, requestedBy } = asked;
  const names = decideCaseOf(company, digestOf([caller, key]), ask?.objectKey);
  const requestDigest = digestOf({ policy, facts, action, ref, requestedBy });
  const args: ExternalArgs = { ...(action ?? { name: policy, args: facts }), ref, caller };
  const sources = [{ source: "decide-service", ref: `${caller}/${ref}`, version: requestDigest, observedAt: at }];
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
    sources,
    requestedBy,
  };
  return { question, proposal };
}

function nextGateOf(step: ServiceStep, latest: ServiceDecision, approvalId: string, at: string): Question {
  const { company, caseId, stepKey, proposalId, actionId, args, requestDigest } = step;
  const { gate, facts, sources, requestedBy } = latest;
  const proposal = {
    proposalId,
    actionId,
    action: { tool: EXTERNAL_TOOL, args },
    recordVersion: requestDigest,
  };
  const question = { company, caseId, stepKey, gate: gate + 1, approvalId, at, proposal };
  return { ...question, review: "exempt", facts, sources, requestedBy };
}
