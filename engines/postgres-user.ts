import { userInfo } from "node:os";
import { runCommand } from "./command.ts";
import { EngineError } from "./engine-error.ts";

/** A user the server runs as instead of root. */
export type RunAs = { readonly uid: number; readonly gid: number };

const PROBE_TIMEOUT_MS = 5_000;

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * PostgreSQL refuses to run as root, so root hands it to `postgres`, or to `nobody` where there is no such user.
 * Undefined when we are not root: then it runs as ourselves.
 */
export async function unprivilegedUser(): Promise<RunAs | undefined> {
  if (!isRoot()) return undefined;
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = await Promise.all([idOf("-u", name), idOf("-g", name)]);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid };
  }
  throw new EngineError(
    "ENGINE_UNAVAILABLE",
    "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor `nobody`: " +
      "run as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own",
  );
}

/** The name under which the database sees our connections (peer authentication compares it). */
export function clientUserName(): string {
  try {
    return userInfo().username;
  } catch (cause) {
    throw new EngineError(
      "ENGINE_UNAVAILABLE",
      `user id ${process.getuid?.() ?? "?"} has no name on this machine, and PostgreSQL needs one: ` +
        "run as a user with an entry in /etc/passwd, or set DATABASE_URL to a PostgreSQL of your own",
      { cause },
    );
  }
}

/** Whether the server's user can pass through every folder of `path`; really tried, as that user. */
export async function canReach(path: string, runAs: RunAs | undefined): Promise<boolean> {
  const options = { timeoutMs: PROBE_TIMEOUT_MS, cwd: "/", ...runAs };
  const { code } = await runCommand("/bin/sh", ["-c", 'cd -- "$1"', "sh", path], options);
  return code === 0;
}

async function idOf(flag: "-u" | "-g", name: string): Promise<number | undefined> {
  const { code, output } = await runCommand("id", [flag, name], { timeoutMs: PROBE_TIMEOUT_MS });
  const id = Number.parseInt(output, 10);
  return code === 0 && Number.isInteger(id) ? id : undefined;
}
