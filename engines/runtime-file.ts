import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isSameProcess, processIdentity } from "./process-identity.ts";

/**
 * What a running system tells the commands: who runs, and where to reach it. `databaseUrl` is present only for the
 * embedded database (its address holds no password); `startedAt` is an ISO instant.
 */
export const Runtime = z.strictObject({
  version: z.literal(1),
  pid: z.int().positive(),
  identity: z.string(),
  startedAt: z.iso.datetime(),
  gatewayUrl: z.url().optional(),
  temporalAddress: z.string().optional(),
  temporalUiUrl: z.url().optional(),
  databaseUrl: z.string().optional(),
  processes: z.array(z.strictObject({ name: z.string(), pid: z.int().positive() })),
});
export type Runtime = z.infer<typeof Runtime>;

/** `stale`: the process that wrote the file is gone (it was killed); its engines may still run. */
export type RuntimeState =
  | { readonly kind: "running"; readonly runtime: Runtime }
  | { readonly kind: "stale"; readonly runtime: Runtime }
  | { readonly kind: "unreadable"; readonly reason: string }
  | { readonly kind: "absent" };

export function runtimePath(home: string): string {
  return join(home, "runtime.json");
}

/** Writes the file (0600) in one step, with this process as its owner. */
export function writeRuntime(home: string, known: Omit<Runtime, "version" | "pid" | "identity">): Runtime {
  const identity = processIdentity(process.pid) ?? "unknown";
  const runtime = Runtime.parse({ version: 1, pid: process.pid, identity, ...known });
  const fresh = `${runtimePath(home)}.${process.pid}.tmp`;
  writeFileSync(fresh, `${JSON.stringify(runtime, null, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, runtimePath(home));
  return runtime;
}

export function readRuntime(home: string): RuntimeState {
  let text: string;
  try {
    text = readFileSync(runtimePath(home), "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? { kind: "absent" } : { kind: "unreadable", reason: message };
  }
  try {
    const runtime = Runtime.parse(JSON.parse(text));
    const kind = isSameProcess(runtime.pid, runtime.identity) ? "running" : "stale";
    return { kind, runtime };
  } catch (error) {
    return { kind: "unreadable", reason: `${runtimePath(home)}: ${(error as Error).message}` };
  }
}

/** Removes the file, but only when this process wrote it or its writer is gone. */
export function removeRuntime(home: string): void {
  const state = readRuntime(home);
  if (state.kind === "running" && state.runtime.pid !== process.pid) return;
  rmSync(runtimePath(home), { force: true });
}
