import { ApplicationFailure } from "@temporalio/activity";
import { AgentFault, agentFaultCodes } from "../../agents/fault.ts";
import { withHeartbeat } from "./heartbeat.ts";

/** Maps an agent's fault to Temporal's: terminal ones end the work, the rest come back when the model says they may. */
export async function turnsOf(work: () => Promise<void>): Promise<void> {
  try {
    await withHeartbeat(work);
  } catch (error) {
    if (!(error instanceof AgentFault)) throw error;
    const { code, message } = error;
    if (agentFaultCodes[code] === "terminal") throw ApplicationFailure.nonRetryable(message, code);
    const nextRetryDelay = error.retryAfterMs;
    throw ApplicationFailure.create({
      message,
      type: code,
      ...(nextRetryDelay === undefined ? {} : { nextRetryDelay }),
    });
  }
}
