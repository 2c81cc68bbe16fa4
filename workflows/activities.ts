import type { Mode } from "../domain/decision-details.ts";
import type { Route } from "../domain/decision.ts";
import type { EscalationState } from "../domain/escalation.ts";
import type { Permit } from "../domain/permit.ts";
import type { OutcomeKind } from "../domain/outcome.ts";

/**
 * What workflows need done in the world: the port that `app/activities` implements. Types only. Arguments and answers
 * carry ids, digests and times, never bodies: those are in the ledgers.
 */

/** Names one governed step of one event. `stepKey` is its idempotency key everywhere. */
export type StepRef = {
  readonly company: string;
  readonly caseId: string;
  readonly functionId: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly eventId: string;
  readonly stepKey: string;
};

/** The durable trace of a proposal. */
export type ProposalRef = {
  readonly stepKey: string;
  /** The step a write-back tells about; empty for a function's own action. */
  readonly reportsStep: string;
};

/** Whether there was something to propose, and if not, why: `reason` names the field and what it should be. */
export type Proposed = { readonly kind: "proposed" } | { readonly kind: "nothing"; readonly reason: string };

/** How a step ended, as the case's last record tells it. */
export type EndedStep = { readonly step: string; readonly kind: OutcomeKind; readonly reason: string };

export type DecisionRef = Decided & {
  /** What the rules that decided owe besides; names of `obligations.ts`. Absent: nothing. */
  readonly owes?: readonly string[];
};

type Decided =
  | { readonly kind: "execute"; readonly decisionId: string; readonly permit: Permit }
  | {
      readonly kind: "escalate";
      readonly decisionId: string;
      readonly actionDigest: string;
      readonly requestedBy: string;
      readonly reason: string;
      readonly route: Route;
    }
  | { readonly kind: "block"; readonly decisionId: string }
  /** Recorded under a mode that lets nothing come of it, whatever the verdict. */
  | { readonly kind: "withheld"; readonly decisionId: string; readonly mode: Mode }
  /** The record is not the one the proposal rests on: propose again. */
  | { readonly kind: "stale" };

export type EffectOutcome =
  | { readonly kind: "done"; readonly externalRef: string }
  | { readonly kind: "unknown" }
  /** The world moved since the decision and nothing was done: decide afresh. */
  | { readonly kind: "stale" }
  | { readonly kind: "refused"; readonly reason: string };

/** One model turn each; they leave their output in the ledger under the step. */
export type AgentActivities = {
  gatherFindings(step: StepRef): Promise<void>;
  proposeAction(step: StepRef, at: string): Promise<void>;
  reviewProposal(step: StepRef, at: string): Promise<void>;
};

/** Rows in the ledgers; run as local activities. */
export type LedgerActivities = {
  /** Puts the request itself up as the proposal, for people to decide: agents could not work. */
  proposeAsRequested(step: StepRef, at: string): Promise<Proposed>;
  /** Proposes to tell the CRM how a step ended. */
  proposeWriteBack(step: StepRef, reportsStep: string, outcome: OutcomeKind, at: string): Promise<Proposed>;
  /** Proposes what a step's decision owes besides: `obligation` is a name of `obligations.ts`. */
  proposeOwed(step: StepRef, reportsStep: string, obligation: string, at: string): Promise<Proposed>;
  decide(
    step: StepRef,
    proposal: ProposalRef,
    gate: number,
    approvalId: string | null,
    at: string,
  ): Promise<DecisionRef>;
  openEscalation(
    step: StepRef,
    decision: Extract<DecisionRef, { kind: "escalate" }>,
    at: string,
  ): Promise<{ escalationId: string; state: EscalationState }>;
  readEscalation(company: string, escalationId: string): Promise<EscalationState>;
  raiseEscalation(company: string, escalationId: string, fromLevel: number, at: string): Promise<EscalationState>;
  supersedeEscalation(company: string, escalationId: string, reason: string, at: string): Promise<EscalationState>;
  endCase(step: StepRef, outcomes: readonly EndedStep[], at: string): Promise<void>;
};

/** The one call that changes the outside world. */
export type ActActivities = {
  act(permit: Permit, functionId: string, at: string): Promise<EffectOutcome>;
};
