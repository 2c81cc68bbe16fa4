import { setTimeout } from "node:timers/promises";
import type { Logger } from "pino";

/** How often a pump looks by itself. Pokes come right after a commit, so this only finds what another process left. */
const POLL_MS = 1_000;
/** Least time from one round to the next. Under load a round takes up what came meanwhile; a lone poke does not wait. */
const ROUND_EVERY_MS = 20;

export type Pump = {
  /** Looks for work now. */
  readonly poke: () => void;
  /** Stops looking and waits for the round under way. */
  readonly stop: () => Promise<void>;
};

/**
 * Runs `round` one at a time: when poked, at most every 20 ms, and every second. A failed round is logged and tried again
 * by the next.
 */
export function startPump(round: () => Promise<void>, log: Logger, pollMs = POLL_MS): Pump {
  let poked = false;
  let stopped = false;
  let running: Promise<void> | undefined;
  let lastRoundMs = -ROUND_EVERY_MS;

  async function run(): Promise<void> {
    while (poked && !stopped) {
      const waitMs = lastRoundMs + ROUND_EVERY_MS - performance.now();
      if (waitMs > 0) await setTimeout(waitMs);
      if (stopped) return;
      poked = false;
      lastRoundMs = performance.now();
      await round().catch((error: unknown) => log.warn({ err: error }, "round failed"));
    }
  }

  function poke(): void {
    poked = true;
    if (stopped) return;
    running ??= run().finally(() => {
      running = undefined;
      if (poked) poke();
    });
  }

  const timer = setInterval(poke, pollMs);
  poke();
  return {
    poke,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
