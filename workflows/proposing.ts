import { ActivityFailure, isCancellation } from "@temporalio/workflow";
import type { OutcomeKind } from "../domain/outcome.ts";
import type { Proposed, ProposalRef, StepRef } from "./activities.ts";
import { now } from "./clock.ts";
import { agents, ledger } from "./proxies.ts";

/**
 * The three agents at work, one turn each: Intelligence reads, Orchestration proposes, Compliance reviews. When the first
 * two cannot (model down, refusing, unusable), the request itself goes to people; when Compliance cannot, the decision
 * escalates. Nothing is lost and nothing is loosened.
 */
export async function proposeByAgents(step: StepRef): Promise<ProposalRef | { nothing: string }> {
  const proposed = await attempt(async () => {
    await agents().gatherFindings(step);
    await agents().proposeAction(step, now());
  });
  if (!proposed) {
    const request = await ledger().proposeAsRequested(step, now());
    if (request.kind === "nothing") return { nothing: request.reason };
    return { stepKey: step.stepKey, reportsStep: "" };
  }
  await attempt(() => agents().reviewProposal(step, now()));
  return { stepKey: step.stepKey, reportsStep: "" };
}

/** The follow-up that tells the CRM how a step ended. Code proposes it; the ledgers decide whether it is true. */
export async function proposeWriteBack(
  step: StepRef,
  reportsStep: string,
  outcome: OutcomeKind,
): Promise<ProposalRef | { nothing: string }> {
  return followUp(step, reportsStep, await ledger().proposeWriteBack(step, reportsStep, outcome, now()));
}

/** A follow-up that a rule of the step's policy owes. Code proposes it; it is decided like anything else. */
export async function proposeOwed(
  step: StepRef,
  reportsStep: string,
  obligation: string,
): Promise<ProposalRef | { nothing: string }> {
  return followUp(step, reportsStep, await ledger().proposeOwed(step, reportsStep, obligation, now()));
}

function followUp({ stepKey }: StepRef, reportsStep: string, proposed: Proposed): ProposalRef | { nothing: string } {
  return proposed.kind === "proposed" ? { stepKey, reportsStep } : { nothing: proposed.reason };
}

/** False when the activities gave up for good. Cancellation and everything else passes through. */
async function attempt(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return false;
  }
}
