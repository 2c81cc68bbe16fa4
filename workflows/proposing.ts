import { ActivityFailure, isCancellation } from "@temporalio/workflow";
import type { DecisionRef, StepRef } from "./activities.ts";
import { now } from "./clock.ts";
import { agents, ledger } from "./proxies.ts";

/**
 * The three agents at work: Intelligence reads, Orchestration proposes, Compliance reviews. When the first two cannot
 * (model down, refusing, unusable), the request itself goes to people; when Compliance cannot, the decision escalates.
 * Nothing is lost and nothing is loosened.
 */
export async function decideByAgents(step: StepRef): Promise<DecisionRef> {
  if (!(await attempt(() => agents().proposeByAgents(step, now())))) {
    const request = await ledger().proposeAsRequested(step, now());
    if (request.kind === "nothing") return { kind: "refused", reason: request.reason };
  }
  return ledger().decide(step, 1, null, now());
}

/** False when the activity gave up for good. Cancellation and everything else passes through. */
async function attempt(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return false;
  }
}
