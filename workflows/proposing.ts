import { ActivityFailure, isCancellation } from "@temporalio/workflow";
import type { DecisionRef, Instead, StepRef } from "./activities.ts";
import { now } from "./clock.ts";
import { agents, agentsOnce, ledger } from "./proxies.ts";

/**
 * The three agents at work: Intelligence reads, Orchestration proposes, Compliance reviews. When the first two cannot
 * (model down, refusing, unusable), the request itself goes to people; when Compliance cannot, the decision escalates.
 * Nothing is lost and nothing is loosened.
 */
export async function decideByAgents(step: StepRef): Promise<DecisionRef> {
  return (await propose(step)) ?? decideProposed(step);
}

/** Makes the step's proposal durable; the answer says why there is none. */
export async function propose(step: StepRef): Promise<Extract<DecisionRef, { kind: "refused" | "moot" }> | undefined> {
  if (await attempt(() => agents().proposeByAgents(step, now()))) return undefined;
  const request = await ledger().proposeAsRequested(step, now());
  if (request.kind === "moot") return request;
  return request.kind === "nothing" ? { kind: "refused", code: request.code } : undefined;
}

/** The first decision of what was proposed. */
export function decideProposed(step: StepRef): Promise<DecisionRef> {
  return ledger().decide(step, 1, null, now());
}

/** Proposes anew under `step` what only an outage put to people, once, and decides it in place of their question. */
export async function decideInstead(step: StepRef, escalationId: string): Promise<Instead> {
  const areBack = await attempt(() => agentsOnce().proposeByAgents(step, now()));
  return areBack ? ledger().decideInstead(step, escalationId, now()) : "away";
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
