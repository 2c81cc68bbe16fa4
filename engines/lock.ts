import { constants, copyFileSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { isSameProcess, processIdentity } from "./process-identity.ts";
import { readRuntime } from "./runtime-file.ts";

/** `busy`: another supervisor holds the home; `message` names it, its addresses and the ways out. */
export type LockOutcome =
  | { readonly kind: "held"; release(): void }
  | { readonly kind: "busy"; readonly pid: number; readonly message: string };

const Holder = z.strictObject({ pid: z.int().positive(), identity: z.string(), since: z.iso.datetime() });
type Holder = z.infer<typeof Holder>;

const ATTEMPTS = 20;
/** Longer than the few system calls in which a rival may put a lock aside to look at it. */
const SETTLE_MS = 15;

/**
 * Makes this process the only supervisor of a home folder. A lock whose process is gone is taken over, a live one
 * never. `nowIso` is the time written into the lock.
 */
export async function acquireLock(home: string, nowIso: string): Promise<LockOutcome> {
  const file = join(home, "supervisor.lock");
  const own = `${file}.${process.pid}`;
  const identity = processIdentity(process.pid) ?? "unknown";
  writeFileSync(own, JSON.stringify({ pid: process.pid, identity, since: nowIso }), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (tryLink(own, file)) {
        await sleep(SETTLE_MS);
        if (readHolder(file)?.pid === process.pid) return { kind: "held", release: () => release(file) };
        continue;
      }
      const holder = readHolder(file);
      if (holder !== undefined && isLive(holder))
        return { kind: "busy", pid: holder.pid, message: busyText(home, holder) };
      reap(file);
    }
  } finally {
    rmSync(own, { force: true });
  }
  throw new Error(`${file} changes hands too fast: is something else starting Mandate in a loop?`);
}

/** Links our complete file to the lock's name: it exists with its content or not at all. Copies where links are not had. */
function tryLink(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "EEXIST") return false;
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(code)) throw error;
  }
  try {
    copyFileSync(own, file, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Takes a dead lock aside and looks again: had a rival replaced it by a live one meanwhile, that goes back. */
function reap(file: string): void {
  const aside = `${file}.reaped-${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const holder = readHolder(aside);
  if (holder !== undefined && isLive(holder)) renameSync(aside, file);
  else rmSync(aside, { force: true });
}

function release(file: string): void {
  if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true });
}

function isLive(holder: Holder): boolean {
  return isSameProcess(holder.pid, holder.identity);
}

function readHolder(file: string): Holder | undefined {
  try {
    return Holder.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

function busyText(home: string, holder: Holder): string {
  const state = readRuntime(home);
  const runtime = state.kind === "running" ? state.runtime : undefined;
  const addresses = [
    ...(runtime?.gatewayUrl === undefined ? [] : [`gateway ${runtime.gatewayUrl}`]),
    ...(runtime?.temporalUiUrl === undefined ? [] : [`Temporal ${runtime.temporalUiUrl}`]),
  ];
  const where = addresses.length === 0 ? "it is starting or stopping" : addresses.join(", ");
  return (
    `Mandate already runs on ${home}: process ${holder.pid} since ${holder.since} (${where}). ` +
    `Use it, stop it with \`kill ${holder.pid}\`, or start another one with MANDATE_HOME=<another folder>`
  );
}
