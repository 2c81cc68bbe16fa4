import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** One signal of a stop sequence and how long to wait for the process to end after it. */
export type StopStep = { readonly signal: NodeJS.Signals; readonly waitMs: number };

const POLL_MS = 10;

/** True while a process with this id runs. A zombie (ended, not yet collected by its parent) counts as gone. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return procStat(pid)?.state !== "Z";
}

/**
 * Names one process for as long as the machine is up: the same id given to a later process yields another text.
 * `undefined` when no such process runs; `"unknown"` where the system tells no start time (then only liveness counts).
 */
export function processIdentity(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  const stat = procStat(pid);
  if (stat !== undefined) return `${bootId()}/${stat.startTicks}`;
  if (process.platform === "win32") return "unknown";
  return psField(pid, "lstart") ?? "unknown";
}

/** True when the process that wrote `identity` beside its `pid` still runs. */
export function isSameProcess(pid: number, identity: string): boolean {
  const now = processIdentity(pid);
  if (now === undefined) return false;
  return now === identity || now === "unknown" || identity === "unknown";
}

/** The command line of a process as one text, `undefined` when it cannot be read. */
export function commandLine(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return text === "" ? undefined : text;
  } catch {
    return process.platform === "linux" || process.platform === "win32" ? undefined : psField(pid, "command");
  }
}

/** Resolves to true as soon as the process is gone, to false after `waitMs` milliseconds. */
export async function waitForExit(pid: number, waitMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + waitMs;
  while (isAlive(pid)) {
    if (performance.now() >= deadlineMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/**
 * Sends the signals in order until the process is gone. Resolves to whether it is.
 * @throws when the signal may not be sent (the process belongs to another user).
 */
export async function stopProcess(pid: number, steps: readonly StopStep[]): Promise<boolean> {
  for (const { signal, waitMs } of steps) {
    if (!sendSignal(pid, signal)) return true;
    if (await waitForExit(pid, waitMs)) return true;
  }
  return !isAlive(pid);
}

/** Sends a signal; false when the process is already gone. @throws EPERM when it belongs to another user. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

function procStat(pid: number): { readonly state: string; readonly startTicks: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in parentheses and may hold spaces; field 3 is the state, field 22 the start.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", startTicks: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

let cachedBootId: string | undefined;

function bootId(): string {
  try {
    cachedBootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    cachedBootId = "boot";
  }
  return cachedBootId;
}

function psField(pid: number, field: "lstart" | "command"): string | undefined {
  try {
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    const text = execFileSync("ps", ["-ww", "-o", `${field}=`, "-p", String(pid)], { encoding: "utf8", stdio }).trim();
    return text === "" ? undefined : text;
  } catch {
    return undefined;
  }
}
