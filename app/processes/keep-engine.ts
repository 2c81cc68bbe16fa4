import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "../../engines/process-identity.ts";
import type { Progress } from "../../engines/progress.ts";

/** An engine as its supervisor sees it: a process that can be stopped. */
export type Engine = { readonly pid: number; stop(): Promise<void> };

export type Keeping<E extends Engine> = {
  readonly name: string;
  readonly first: E;
  /** Starts it again on the same data and address. */
  readonly restart: () => Promise<E>;
  readonly say: Progress;
  /** How often to look, and how long to wait after a start that failed. Milliseconds. */
  readonly lookEveryMs?: number;
};

/** An engine that is looked after. */
export type Kept = {
  /** How often it was found gone. */
  deaths(): number;
  /** Looks at once, and waits until it runs or is stopped. */
  running(): Promise<void>;
  /** Ends the looking first and then whatever runs. */
  stop(): Promise<void>;
};

const LOOK_EVERY_MS = 1_000;

/**
 * Looks after an engine that is not our child any more than it is anyone's: when its process is gone it is started
 * again, and what uses it reconnects by itself.
 */
export function keepEngine<E extends Engine>({
  name,
  first,
  restart,
  say,
  lookEveryMs = LOOK_EVERY_MS,
}: Keeping<E>): Kept {
  let current = first;
  let deaths = 0;
  let stopped = false;
  let restarting: Promise<void> | undefined;

  async function startAgain(): Promise<void> {
    say(`${name} ended; it starts again on the same data`);
    try {
      current = await restart();
    } catch (error) {
      say(`${name} does not start: ${error instanceof Error ? error.message : String(error)}`);
    }
    restarting = undefined;
  }

  function look(): Promise<void> {
    if (restarting !== undefined) return restarting;
    if (stopped || isAlive(current.pid)) return Promise.resolve();
    deaths += 1;
    restarting = startAgain();
    return restarting;
  }

  const timer = setInterval(() => void look(), lookEveryMs);
  return {
    deaths: () => deaths,
    async running() {
      await look();
      while (!stopped && !isAlive(current.pid)) {
        await sleep(lookEveryMs);
        await look();
      }
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await restarting;
      await current.stop();
    },
  };
}

/**
 * Does a step of the start, and does it again when one of the engines was gone meanwhile: it is there again by then, as for what
 * runs. A step that fails while all of them ran fails for good. Each step may be done twice.
 */
export async function whileEnginesRun<T>(
  engines: readonly Kept[],
  signal: AbortSignal,
  step: () => Promise<T>,
): Promise<T> {
  const deaths = () => engines.reduce((sum, engine) => sum + engine.deaths(), 0);
  for (;;) {
    // One that died before is no reason to do the step again, but to wait with it.
    await Promise.all(engines.map((engine) => engine.running()));
    const before = deaths();
    try {
      return await step();
    } catch (error) {
      if (signal.aborted) throw error;
      await Promise.all(engines.map((engine) => engine.running()));
      if (signal.aborted || deaths() === before) throw error;
    }
  }
}
