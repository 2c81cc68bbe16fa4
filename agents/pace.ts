import { AgentFault } from "./fault.ts";

/** Says when the next call may be made, and counts it as made then. */
export type Pace = {
  /** Milliseconds from now. Throws `MODEL_PACED`, and counts nothing, where that is more than `mostMs`. */
  next(mostMs: number): number;
};

const MINUTE_MS = 60_000;

/** Calls of one model spread evenly over the minute, so that a worker stays below what its supplier allows. */
export function createPace(now: () => number, callsPerMinute: number | undefined): Pace {
  if (callsPerMinute === undefined) return { next: () => 0 };
  const everyMs = MINUTE_MS / callsPerMinute;
  let nextMs = -Infinity;
  return {
    next(mostMs) {
      const atMs = Math.max(now(), nextMs);
      const waitMs = atMs - now();
      if (waitMs > mostMs) {
        throw new AgentFault("MODEL_PACED", "no call is free within the limit of calls a minute", {
          retryAfterMs: waitMs,
        });
      }
      nextMs = atMs + everyMs;
      return waitMs;
    },
  };
}
