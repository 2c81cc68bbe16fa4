import { ApplicationFailure, Context } from "@temporalio/activity";
import { AgentFault, agentFaultCodes } from "../../agents/fault.ts";
import { STEP_PATIENCE_MS } from "../../agents/limits.ts";
import type { StepWatch } from "../../agents/turn.ts";
import { agentActivity, NEEDED_MODEL_WAIT_MS } from "../../temporal.config.ts";
import { modelClock } from "../model-clock.ts";
import { withHeartbeat } from "./heartbeat.ts";

/**
 * Maps an agent's fault to Temporal's: terminal ones end the work, the rest come back when the model says they may. Who asked for the
 * work no longer waits when the activity is cancelled: the call under way ends with it.
 */
export async function turnsOf(work: (watch: StepWatch) => Promise<void>): Promise<void> {
  const context = Context.current();
  try {
    await withHeartbeat(() => work(watchOf(context)));
  } catch (error) {
    if (context.cancellationSignal.aborted) await context.cancelled;
    throw asFailure(error, (fault) => (fault.isOfModel ? neededModelDelay(fault) : fault.retryAfterMs));
  }
}

/** An agent's fault as Temporal's, by its code; anything else as it is. `delayMsOf`: until another attempt is worth it. */
export function asFailure(error: unknown, delayMsOf: (fault: AgentFault) => number | undefined): unknown {
  if (!(error instanceof AgentFault)) return error;
  const { code, message } = error;
  if (agentFaultCodes[code] === "terminal") return ApplicationFailure.nonRetryable(message, code);
  const nextRetryDelay = delayMsOf(error);
  return ApplicationFailure.create({
    message,
    type: code,
    ...(nextRetryDelay === undefined ? {} : { nextRetryDelay }),
  });
}

/** No later attempt comes. */
export function isLastAttempt(): boolean {
  return Context.current().info.attempt >= agentActivity.retry.maximumAttempts;
}

/** The step's time for models runs from when its turns were first asked for: waits in the queue and lost attempts are in it. */
function watchOf(context: Context): StepWatch {
  const goneMs = Math.max(0, Date.now() - context.info.scheduledTimestampMs);
  return {
    signal: context.cancellationSignal,
    onPiece: () => context.heartbeat(),
    untilMs: modelClock.now() + STEP_PATIENCE_MS - goneMs,
    cameLate: context.info.attempt === 1 && goneMs >= STEP_PATIENCE_MS,
  };
}

/** A turn that needs a model is tried again over a stretch of time, rather than a few times in a minute. */
function neededModelDelay({ retryAfterMs = 0 }: AgentFault): number {
  return Math.max(retryAfterMs, NEEDED_MODEL_WAIT_MS / (agentActivity.retry.maximumAttempts - 1));
}
