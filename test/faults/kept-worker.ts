import { spawn } from "node:child_process";
import type { KillPoint } from "./kill-points.ts";

/** What `faulty-worker.ts` is started with. */
export type FaultyWorker = {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly queuePrefix: string;
  readonly workflowBundle: string;
  readonly kill: KillPoint;
  /** Written just before the kill, so that the next process of the same test lives. */
  readonly marker: string;
};

/** Keeps a worker process running: starts another whenever one dies, until stopped. Answers how many died. */
export function keepWorker(entry: string, settings: FaultyWorker) {
  let deaths = 0;
  let stopping = false;
  let child = start();
  function start() {
    const started = spawn(process.execPath, [entry, JSON.stringify(settings)], {
      stdio: ["ignore", "ignore", "ignore"],
    });
    started.once("exit", (_code, signal) => {
      if (signal === "SIGKILL") deaths += 1;
      if (!stopping) child = start();
    });
    return started;
  }
  return {
    deaths: () => deaths,
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resume) => child.once("exit", resume));
      child.kill("SIGTERM");
      await gone;
    },
  };
}
