import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { ModelChoice } from "../../agents/models/choose.ts";
import type { KillPoint } from "./kill-points.ts";

/** What `faulty-worker.ts` is started with. */
export type FaultyWorker = {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly queuePrefix: string;
  /** Where it dies of itself; absent: nowhere. */
  readonly kill?: KillPoint;
  /** Written just before the kill, so that the next process of the same test lives. */
  readonly marker?: string;
  /** The agents' model; the offline one when absent. */
  readonly model?: ModelChoice;
  /** A file that takes a line for each activity that begins, by name. */
  readonly tally?: string;
};

/** Keeps a worker process running: starts another whenever one dies, until stopped. Answers how many died. */
export function keepWorker(entry: string, settings: FaultyWorker) {
  let deaths = 0;
  let stopping = false;
  let ready: Promise<void>;
  let child = start();
  function start() {
    const started = spawn(process.execPath, [entry, JSON.stringify(settings)], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    ready = once(started, "message").then(() => undefined);
    started.once("exit", (_code, signal) => {
      if (signal === "SIGKILL") deaths += 1;
      if (!stopping) child = start();
    });
    return started;
  }
  return {
    deaths: () => deaths,
    /** The one that runs now takes work. */
    ready: () => ready,
    kill: () => void child.kill("SIGKILL"),
    /** So many have died. */
    async died(count: number) {
      while (deaths < count) await sleep(10);
    },
    /** Starts no other; `how` says whether this one may finish what it is at. */
    async stop(how: "SIGTERM" | "SIGKILL" = "SIGTERM") {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resume) => child.once("exit", resume));
      child.kill(how);
      await gone;
    },
  };
}
