import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../agents/standing.ts";

/** The clock that turns wait by: it goes on whatever the wall clock is set to. */
export const modelClock: Clock = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  async sleep(ms, signal) {
    await sleep(ms, undefined, signal && { signal }).catch((error: unknown) => {
      throw signal?.aborted === true ? signal.reason : error;
    });
  },
};
