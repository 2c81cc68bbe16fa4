import { spawn, type SpawnOptionsWithStdioTuple } from "node:child_process";

/** What a finished command left behind; `code` is null when it did not start, was stopped or ran out of time. */
export type CommandOutcome = { readonly code: number | null; readonly output: string; readonly failure?: string };

/** How to run one outside command. `timeoutMs` is wall time; afterwards it is interrupted, then killed. */
export type CommandOptions = {
  readonly timeoutMs: number;
  /** Variables laid over the inherited environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly signal?: AbortSignal;
};

export type RunCommand = (command: string, args: readonly string[], options: CommandOptions) => Promise<CommandOutcome>;

const KILL_AFTER_MS = 3_000;

/**
 * Runs a command to its end and keeps the last 8,000 characters it wrote. Never rejects: a fault is an outcome.
 * It stays in our process group, so that a terminal's Ctrl-C reaches it too.
 */
export const runCommand: RunCommand = (command, args, options) =>
  new Promise<CommandOutcome>((resolve) => {
    let output = "";
    let failure: string | undefined;
    const child = spawn(command, args, spawnOptions(options));
    const stop = (reason: string): void => {
      failure ??= reason;
      child.kill("SIGINT");
      setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref();
    };
    const timer = setTimeout(() => stop(`took longer than ${options.timeoutMs / 1_000} s`), options.timeoutMs);
    const onAbort = (): void => stop("was interrupted");
    options.signal?.addEventListener("abort", onAbort, { once: true });
    if (options.signal?.aborted === true) onAbort();
    const finish = (code: number | null): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
      resolve(failure === undefined ? { code, output } : { code: null, output, failure });
    };
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-8_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (error: NodeJS.ErrnoException) => {
      failure ??= error.code === "ENOENT" ? "is not installed" : error.message;
      finish(null);
    });
    child.once("exit", () => failure !== undefined && finish(null));
    child.once("close", finish);
    // Some faults (no right to change the user) are thrown by spawn itself.
  }).catch((error: unknown) => ({ code: null, output: "", failure: (error as Error).message }));

function spawnOptions(options: CommandOptions): SpawnOptionsWithStdioTuple<"ignore", "pipe", "pipe"> {
  return {
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
    ...(options.env === undefined ? {} : { env: inheritWith(options.env) }),
  };
}

/** Our own environment with additions, for a child: a spawned process inherits it only as a whole. */
export function inheritWith(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  // oxlint-disable-next-line node/no-process-env -- handed on to the child unread
  return { ...process.env, ...env };
}
