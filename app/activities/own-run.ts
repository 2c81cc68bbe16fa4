import { Context } from "@temporalio/activity";
import { randomUUID } from "node:crypto";

/** The workflow run that asked for the activity under way. */
export function ownRunId(): string {
  const runId = Context.current().info.workflowExecution?.runId;
  if (runId === undefined) throw new Error("the activity belongs to no workflow run");
  return runId;
}

/** A name that no other attempt of any activity ever bears, within the run that asked for it. */
export function attemptName(): string {
  return `${ownRunId()}/${randomUUID()}`;
}

/**
 * Whether this is certainly the first time that the activity runs: the first attempt, scheduled when the activity was. One
 * that an operator resets counts its attempts anew, at a later time.
 */
export function isFirstRun(): boolean {
  const { attempt, currentAttemptScheduledTimestampMs, scheduledTimestampMs } = Context.current().info;
  return attempt === 1 && currentAttemptScheduledTimestampMs === scheduledTimestampMs;
}
