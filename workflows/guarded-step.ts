import type { StepOutcome } from "../domain/outcome.ts";
import type { DecisionRef, ProposalRef, StepRef } from "./activities.ts";
import { now } from "./clock.ts";
import { escalate, type EscalationDesk } from "./escalation.ts";
import { ledger, tools } from "./proxies.ts";

/** Makes the step's proposal durable and names it, or says why there is nothing to propose. */
export type Propose = (step: StepRef) => Promise<ProposalRef | { readonly nothing: string }>;

/**
 * The only road to an effect: propose, decide, record, (escalate, people decide, re-gate), permit, effect, receipt.
 * Every stage is durable before the next begins and is found again by the step's key after any crash, so the effect
 * happens at most once as its target sees it. Nothing to propose, no decision, a mode that withholds it or no permit
 * means no effect.
 */
export async function guardedStep(step: StepRef, propose: Propose, desk: EscalationDesk): Promise<StepOutcome> {
  const proposal = await propose(step);
  if ("nothing" in proposal) return { kind: "refused", decisionId: "", reason: proposal.nothing };
  let decision = await ledger().decide(step, proposal, 1, null, now());
  for (let gate = 2; decision.kind === "escalate"; gate += 1) {
    const { decisionId } = decision;
    const { escalationId, answer } = await escalate(step, decision, desk);
    switch (answer.kind) {
      case "approved":
        decision = await ledger().decide(step, proposal, gate, answer.approvalId, now());
        break;
      case "rejected":
      case "expired":
        return owing(decision, { kind: answer.kind, decisionId, escalationId });
      case "superseded":
        return { kind: "superseded", reason: "newer-event" };
    }
  }
  return owing(decision, await settle(step, decision));
}

/** What the last decision owes goes along with how its step ended. */
function owing({ owes }: DecisionRef, outcome: StepOutcome): StepOutcome {
  return owes === undefined ? outcome : { ...outcome, owes };
}

async function settle(step: StepRef, decision: Exclude<DecisionRef, { kind: "escalate" }>): Promise<StepOutcome> {
  switch (decision.kind) {
    case "execute":
      return act(step, decision);
    case "block":
      return { kind: "blocked", decisionId: decision.decisionId };
    case "withheld":
      return { kind: "withheld", decisionId: decision.decisionId };
    case "stale":
      return { kind: "superseded", reason: "record-changed" };
  }
}

async function act(
  step: StepRef,
  { permit, decisionId }: Extract<DecisionRef, { kind: "execute" }>,
): Promise<StepOutcome> {
  const effect = await tools().act(permit, step.functionId, now());
  switch (effect.kind) {
    case "done":
      return { kind: "executed", decisionId, externalRef: effect.externalRef };
    case "unknown":
      return { kind: "unknown", decisionId };
    case "stale":
      return { kind: "superseded", reason: "record-changed" };
    case "refused":
      return { kind: "refused", decisionId, reason: effect.reason };
  }
}
