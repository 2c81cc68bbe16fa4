import { Context } from "@temporalio/activity";

/** A third of the activity's heartbeat timeout is frequent enough to survive one lost beat. */
const BEATS_PER_TIMEOUT = 3;

/** Tells the server that the worker lives while `work` runs: a dead worker is noticed within the heartbeat timeout. */
export async function withHeartbeat<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timeoutMs = context.info.heartbeatTimeoutMs ?? 5_000;
  const beat = setInterval(() => context.heartbeat(), timeoutMs / BEATS_PER_TIMEOUT);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
