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

const LOOK_EVERY_MS = 1_000;

/**
 * Looks after an engine that is not our child any more than it is anyone's: when its process is gone it is started
 * again, and what uses it reconnects by itself. `stop` ends the looking first and then whatever runs.
 */
export function keepEngine<E extends Engine>({
  name,
  first,
  restart,
  say,
  lookEveryMs,
}: Keeping<E>): {
  stop(): Promise<void>;
} {
  let current = first;
  let stopped = false;
  let restarting: Promise<void> | undefined;

  async function look(): Promise<void> {
    if (stopped || restarting !== undefined || isAlive(current.pid)) return;
    say(`${name} ended; it starts again on the same data`);
    restarting = restart().then(
      (next) => {
        current = next;
      },
      (error: unknown) => say(`${name} does not start: ${error instanceof Error ? error.message : String(error)}`),
    );
    await restarting;
    restarting = undefined;
  }

  const timer = setInterval(() => void look(), lookEveryMs ?? LOOK_EVERY_MS);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await restarting;
      await current.stop();
    },
  };
}
