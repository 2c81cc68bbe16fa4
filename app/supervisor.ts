import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { inheritWith } from "../engines/command.ts";
import { type Progress, withProgress } from "../engines/progress.ts";

/** One of our own processes. `env` is laid over our own environment; `readyWhen` reads its IPC messages. */
export type ProcessSpec = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: the message has `ready: true`. */
  readonly readyWhen?: (message: unknown) => boolean;
};

export type SupervisorEvent =
  | { readonly kind: "started"; readonly name: string; readonly pid: number }
  | { readonly kind: "ready"; readonly name: string; readonly pid: number; readonly message: unknown }
  | { readonly kind: "output"; readonly name: string; readonly stream: "stdout" | "stderr"; readonly line: string }
  | { readonly kind: "crashed"; readonly name: string; readonly how: string; readonly retryInMs: number }
  | { readonly kind: "stopped"; readonly name: string };

export type SupervisorOptions = {
  readonly onProgress?: Progress;
  readonly log: (event: SupervisorEvent) => void;
  /** Waits before each respawn in milliseconds; the last one repeats. */
  readonly backoffMs?: readonly number[];
  /** How long a process may take to become ready at the start, and how long to end politely. */
  readonly readyTimeoutMs?: number;
  readonly stopTimeoutMs?: number;
  readonly signal?: AbortSignal;
};

export type Supervision = {
  /** The last ready message of each process that is ready now. */
  ready(): ReadonlyMap<string, unknown>;
  pids(): ReadonlyMap<string, number>;
  /** Stops all in the given order: SIGTERM, up to ten seconds, SIGKILL. Resolves when every process is gone. */
  stop(): Promise<void>;
};

const DEFAULT_BACKOFF_MS: readonly number[] = [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000];
/** A process that served this long counts as healthy: its next crash starts the backoff anew. */
const HEALTHY_AFTER_MS = 30_000;
const KEPT_LINES = 20;

/**
 * Starts our own processes and keeps them up; resolves when all are ready. Each has an IPC channel, so that it notices
 * when we die, and a process group of its own, so that a terminal's Ctrl-C reaches only us.
 * @throws when one ends before it was ever ready, or is not ready in time: then all are stopped again.
 */
export async function superviseProcesses(
  specs: readonly ProcessSpec[],
  options: SupervisorOptions,
): Promise<Supervision> {
  const members = specs.map((spec) => new Member(spec, options));
  const stop = async (): Promise<void> => {
    for (const member of members) await member.stop();
  };
  const onProgress = options.onProgress ?? (() => undefined);
  const names = specs.map(({ name }) => name).join(", ");
  try {
    await withProgress(`starting ${names}`, onProgress, () =>
      Promise.all(members.map((member) => member.firstReady())),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ready: () => collect(members, (member) => member.readyMessage),
    pids: () => collect(members, (member) => member.pid),
    stop,
  };
}

function collect<T>(members: readonly Member[], pick: (member: Member) => T | undefined): ReadonlyMap<string, T> {
  const result = new Map<string, T>();
  for (const member of members) {
    const value = pick(member);
    if (value !== undefined) result.set(member.name, value);
  }
  return result;
}

class Member {
  readonly name: string;
  readyMessage: unknown;
  #spec: ProcessSpec;
  #options: SupervisorOptions;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #stopping = false;
  #crashes = 0;
  #respawn: NodeJS.Timeout | undefined;
  #lines: string[] = [];
  #settle: { resolve(): void; reject(error: Error): void } | undefined;

  constructor(spec: ProcessSpec, options: SupervisorOptions) {
    this.name = spec.name;
    this.#spec = spec;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the process; settles on its first readiness, its end, its time running out, or an abort. */
  firstReady(): Promise<void> {
    const { readyTimeoutMs = 60_000, signal } = this.#options;
    return new Promise<void>((resolve, reject) => {
      const fail = (reason: string): void => this.#settle?.reject(new Error(`${this.name} ${reason}${this.#said()}`));
      const timer = setTimeout(() => fail(`was not ready after ${readyTimeoutMs / 1_000} s`), readyTimeoutMs);
      const onAbort = (): void => fail("was interrupted while starting");
      signal?.addEventListener("abort", onAbort, { once: true });
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        this.#settle = undefined;
      };
      this.#settle = {
        resolve: () => (done(), resolve()),
        reject: (error) => (done(), reject(error)),
      };
      if (signal?.aborted === true) onAbort();
      else this.#start();
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#respawn);
    this.#settle?.reject(new Error(`${this.name} was stopped before it was ready`));
    const child = this.#child;
    if (child === undefined) return;
    const timer = setTimeout(() => signalGroup(child, "SIGKILL"), this.#options.stopTimeoutMs ?? 10_000);
    child.kill("SIGTERM");
    await this.#exited;
    clearTimeout(timer);
    this.#options.log({ kind: "stopped", name: this.name });
  }

  #start(): void {
    const { command, args, env } = this.#spec;
    const child = spawn(command, args, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      ...(env === undefined ? {} : { env: inheritWith(env) }),
    });
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      const over = (how: string): void => {
        if (this.#child !== child) return;
        this.#child = undefined;
        this.#ended(how, performance.now() - startedMs);
        resolve();
      };
      const startedMs = performance.now();
      child.once("error", (error) => over(`did not start: ${error.message}`));
      child.once("exit", (code, signal) => over(signal === null ? `ended with code ${code}` : `ended by ${signal}`));
    });
    if (child.pid !== undefined) this.#options.log({ kind: "started", name: this.name, pid: child.pid });
    child.on("message", (message) => this.#heard(child, message));
    this.#readLines(child, "stdout");
    this.#readLines(child, "stderr");
  }

  #readLines(child: ChildProcess, stream: "stdout" | "stderr"): void {
    const input = child[stream];
    if (input === null) return;
    createInterface({ input }).on("line", (line) => {
      this.#lines = [...this.#lines.slice(1 - KEPT_LINES), line];
      this.#options.log({ kind: "output", name: this.name, stream, line });
    });
  }

  #heard(child: ChildProcess, message: unknown): void {
    const isReady = this.#spec.readyWhen ?? saysReady;
    if (child.pid === undefined || !isReady(message)) return;
    this.readyMessage = message;
    this.#options.log({ kind: "ready", name: this.name, pid: child.pid, message });
    this.#settle?.resolve();
  }

  #ended(how: string, upMs: number): void {
    this.readyMessage = undefined;
    if (this.#stopping) return;
    if (this.#settle !== undefined) {
      this.#settle.reject(new Error(`${this.name} ${how} before it was ready${this.#said()}`));
      return;
    }
    if (upMs >= HEALTHY_AFTER_MS) this.#crashes = 0;
    const waits = this.#options.backoffMs ?? DEFAULT_BACKOFF_MS;
    const retryInMs = waits[Math.min(this.#crashes, waits.length - 1)] ?? 0;
    this.#crashes += 1;
    this.#options.log({ kind: "crashed", name: this.name, how, retryInMs });
    this.#respawn = setTimeout(() => this.#start(), retryInMs);
  }

  #said(): string {
    return this.#lines.length === 0 ? "" : `; it said:\n${this.#lines.join("\n")}`;
  }
}

function saysReady(message: unknown): boolean {
  return typeof message === "object" && message !== null && "ready" in message && message.ready === true;
}

/** Reaches what the process started as well: it leads a group of its own. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}
