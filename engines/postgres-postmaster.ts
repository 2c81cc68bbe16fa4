import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandLine, isAlive, type StopStep } from "./process-identity.ts";

/** What a running server writes about itself to `postmaster.pid` (lines 1, 2, 5 and 8 of the file). */
export type Postmaster = {
  readonly pid: number;
  readonly dataFolder: string;
  readonly socketFolder: string;
  readonly status: "starting" | "stopping" | "ready" | "standby" | "unknown";
};

/** A fast shutdown first (SIGINT), then an immediate one (SIGQUIT), then the kernel's. */
export const postmasterStop: readonly StopStep[] = [
  { signal: "SIGINT", waitMs: 15_000 },
  { signal: "SIGQUIT", waitMs: 5_000 },
  { signal: "SIGKILL", waitMs: 5_000 },
];

const SETTLE_MS = 1_000;
const POLL_MS = 10;

/** Reads `postmaster.pid`: `"absent"`, `"damaged"` (empty or cut off, as a crash at the start leaves it) or its content. */
export function readPostmaster(dataFolder: string): Postmaster | "absent" | "damaged" {
  let text: string;
  try {
    text = readFileSync(join(dataFolder, "postmaster.pid"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "absent";
    throw error;
  }
  const lines = text.split("\n").map((line) => line.trim());
  const pid = Number.parseInt(lines[0] ?? "", 10);
  if (!Number.isInteger(pid) || pid <= 0 || lines[1] === undefined) return "damaged";
  return { pid, dataFolder: lines[1], socketFolder: lines[4] ?? "", status: statusOf(lines[7]) };
}

/**
 * The server that still runs on this data folder, or undefined after removing what a dead one left.
 * A live file is never removed: only one whose process is gone, is not this database, or that stays empty for a second.
 */
export async function leftoverPostmaster(dataFolder: string): Promise<Postmaster | undefined> {
  let found = readPostmaster(dataFolder);
  const deadlineMs = performance.now() + SETTLE_MS;
  while (found === "damaged" && performance.now() < deadlineMs) {
    await sleep(POLL_MS);
    found = readPostmaster(dataFolder);
  }
  if (found === "absent") return undefined;
  if (found !== "damaged" && isAlive(found.pid) && servesFolder(found.pid, dataFolder)) return found;
  rmSync(join(dataFolder, "postmaster.pid"), { force: true });
  return undefined;
}

/** Removes the socket files of a server that no longer runs (an empty lock file would stop the next start). */
export function clearSocket(socketFolder: string): void {
  for (const name of [".s.PGSQL.5432", ".s.PGSQL.5432.lock"]) rmSync(join(socketFolder, name), { force: true });
}

/** Waits until the server with this process id says `ready`; returns the reason when it ends or takes longer. */
export async function waitUntilReady(
  dataFolder: string,
  pid: number,
  waitMs: number,
): Promise<"ready" | "ended" | "slow"> {
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    const found = readPostmaster(dataFolder);
    if (typeof found === "object" && found.pid === pid && found.status === "ready") return "ready";
    if (!isAlive(pid)) return "ended";
    if (performance.now() >= deadlineMs) return "slow";
    await sleep(POLL_MS);
  }
}

function servesFolder(pid: number, dataFolder: string): boolean {
  const line = commandLine(pid);
  // Unreadable (another user's process on some systems): assume it is the server rather than pull its file away.
  return line === undefined || (line.includes("postgres") && line.includes(dataFolder));
}

function statusOf(line: string | undefined): Postmaster["status"] {
  switch (line) {
    case "starting":
    case "stopping":
    case "ready":
    case "standby":
      return line;
    default:
      return "unknown";
  }
}
