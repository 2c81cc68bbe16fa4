import type { ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { EngineError } from "./engine-error.ts";
import { logMark, openEngineLog, readSince } from "./engine-log.ts";
import { freePort, isPortFree } from "./free-port.ts";
import { spawnEngine } from "./guardian.ts";
import {
  isAlive,
  isSameProcess,
  processIdentity,
  sendSignal,
  type StopStep,
  stopProcess,
  waitForExit,
} from "./process-identity.ts";
import { type Progress, withProgress } from "./progress.ts";
import { answersGrpc } from "./temporal-probe.ts";

export type TemporalOptions = {
  /** Path of the `temporal` command. */
  readonly binary: string;
  /** SQLite file that keeps everything; without it the server lives in memory. */
  readonly dbFile?: string | undefined;
  /** Loopback port of the gRPC service; a free one when left out. */
  readonly port?: number;
  /** Loopback port of the web UI, or `headless` for none; a free port when left out. */
  readonly uiPort?: number | "headless";
  /** For tests and demonstrations: lets a caller skip time per workflow and reuse a workflow id at once. */
  readonly timeSkipping?: boolean;
  readonly logFile: string;
  /** True gives it a process group of its own, so that a terminal's Ctrl-C reaches only the supervisor. */
  readonly detached: boolean;
  /** It ends when we do, however that happens; without, what a killed supervisor leaves is found by the next start. */
  readonly guarded?: boolean;
  readonly onProgress?: Progress;
};

export type RunningTemporal = {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /** Address of Temporal's own web UI; undefined when headless. */
  readonly uiAddress: string | undefined;
  readonly pid: number;
  /** Graceful shutdown; resolves when the server is gone. */
  stop(): Promise<void>;
  /** SIGKILL: for tests of recovery. */
  kill(): Promise<void>;
};

type Ports = { readonly port: number; readonly uiPort: number | undefined };

const READY_MS = 60_000;
const POLL_MS = 15;
const PORT_PATIENCE_MS = 3_000;
const ATTEMPTS = 3;
/** Good to have, but unknown to the oldest server that will do; left out when it says so. */
const OPTIONAL_FLAGS: readonly string[] = ["--ui-disable-news-fetch"];
const stopSteps: readonly StopStep[] = [
  { signal: "SIGTERM", waitMs: 10_000 },
  { signal: "SIGKILL", waitMs: 5_000 },
];

/** Each value and its reason: docs of the performance measurements, section 9. All are JSON. */
const dynamicConfig: readonly string[] = [
  "history.transferProcessorMaxPollRPS=1000",
  "history.timerProcessorMaxPollRPS=200",
  "history.visibilityProcessorMaxPollRPS=200",
  "matching.numTaskqueueReadPartitions=1",
  "matching.numTaskqueueWritePartitions=1",
  "system.enableActivityEagerExecution=true",
  "frontend.rps=50000",
  "frontend.namespaceRPS=50000",
  "matching.rps=50000",
  "history.rps=50000",
];

const skippingConfig: readonly string[] = [
  "frontend.WorkflowTimeSkippingEnabled=true",
  'history.workflowIdReuseMinimalInterval="0s"',
];

/**
 * Starts the real Temporal server and waits until it answers over gRPC. A server that a killed supervisor left running
 * on the same file is stopped first: two on one file would work against each other.
 * @throws EngineError ENGINE_START_FAILED with what the server said, ENGINE_PORT_TAKEN for a chosen port in use.
 */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const onProgress = options.onProgress ?? (() => undefined);
  if (options.dbFile !== undefined) {
    mkdirSync(dirname(options.dbFile), { recursive: true });
    await stopOrphan(options.dbFile);
  }
  await requireFree(options);
  return withProgress("starting Temporal", onProgress, () => launch(options));
}

async function launch(options: TemporalOptions): Promise<RunningTemporal> {
  let optional = OPTIONAL_FLAGS;
  for (let attempt = 1; ; attempt += 1) {
    const ports = await choosePorts(options);
    const mark = logMark(options.logFile);
    const pid = await startedPid(spawnServer(options, ports, optional));
    if (options.dbFile !== undefined) noteServer(options.dbFile, pid);
    const address = `127.0.0.1:${ports.port}`;
    const outcome = await waitUntilReady(address, pid);
    if (outcome === "ready") return running(options, ports, address, pid);
    await stopProcess(pid, stopSteps);
    const said = readSince(options.logFile, mark);
    const unknown = optional.filter((flag) => said.includes(`unknown flag: ${flag}`));
    const portTaken = /address already in use/.test(said);
    if (attempt >= ATTEMPTS || (!portTaken && unknown.length === 0)) {
      const what = outcome === "slow" ? `was not ready after ${READY_MS / 1_000} s` : "ended at its start";
      throw new EngineError("ENGINE_START_FAILED", `the Temporal server ${what}; ${options.logFile} says:\n${said}`);
    }
    optional = optional.filter((flag) => !unknown.includes(flag));
    // Somebody else took the port between our asking for a free one and the server's binding it.
    if (portTaken) await requireFree(options);
  }
}

function running(options: TemporalOptions, ports: Ports, address: string, pid: number): RunningTemporal {
  const forget = (): void => {
    if (options.dbFile !== undefined) rmSync(noteFile(options.dbFile), { force: true });
  };
  const stop = async (): Promise<void> => {
    if (!(await stopProcess(pid, stopSteps))) {
      throw new EngineError(
        "ENGINE_HELD_ELSEWHERE",
        `the Temporal server (process ${pid}) does not stop: kill -9 ${pid}`,
      );
    }
    forget();
  };
  const kill = async (): Promise<void> => {
    sendSignal(pid, "SIGKILL");
    await waitForExit(pid, 5_000);
  };
  const uiAddress = ports.uiPort === undefined ? undefined : `http://127.0.0.1:${ports.uiPort}`;
  return { address, uiAddress, pid, stop, kill };
}

/** A server that was killed a moment ago may hold its port until the system has cleaned up after its last thread. */
async function requireFree({ port, uiPort }: TemporalOptions): Promise<void> {
  for (const wanted of [port, uiPort === "headless" ? undefined : uiPort]) {
    if (wanted === undefined || (await becomesFree(wanted))) continue;
    throw new EngineError(
      "ENGINE_PORT_TAKEN",
      `port ${wanted} is in use: choose another, or leave it out for a free one`,
    );
  }
}

async function becomesFree(port: number): Promise<boolean> {
  const patienceEndsMs = performance.now() + PORT_PATIENCE_MS;
  while (!(await isPortFree(port))) {
    if (performance.now() > patienceEndsMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

async function choosePorts({ port, uiPort }: TemporalOptions): Promise<Ports> {
  const chosen = port ?? (await freePort());
  if (uiPort === "headless") return { port: chosen, uiPort: undefined };
  return { port: chosen, uiPort: uiPort ?? (await freePort()) };
}

function spawnServer(options: TemporalOptions, ports: Ports, optional: readonly string[]): ChildProcess {
  const { dbFile, timeSkipping } = options;
  const config = [...dynamicConfig, ...(timeSkipping === true ? skippingConfig : [])];
  const ui = ports.uiPort === undefined ? ["--headless"] : [`--ui-port=${ports.uiPort}`, ...optional];
  // WAL with NORMAL: no fsync per commit; survives a crash of the process, may lose the tail on a loss of power.
  const pragmas = ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"];
  const args = [
    "server",
    "start-dev",
    "--disable-config-file",
    "--ip=127.0.0.1",
    `--port=${ports.port}`,
    "--log-level=warn",
    ...ui,
    ...(dbFile === undefined ? [] : ["--db-filename", dbFile, ...pragmas]),
    ...config.flatMap((value) => ["--dynamic-config-value", value]),
  ];
  const descriptor = openEngineLog(options.logFile);
  // The server makes its database file with our umask: nobody else may read it.
  const umask = process.umask(0o077);
  try {
    // Not our environment: a TEMPORAL_ADDRESS or a profile of the user must not reach the server's own clients.
    const env = { PATH: "/usr/bin:/bin", TZ: "UTC", TEMPORAL_VERSION_CHECK_DISABLED: "1" };
    const engine = { command: options.binary, args, output: descriptor, options: { detached: options.detached, env } };
    const what = `Temporal of ${dbFile ?? options.logFile}`;
    return spawnEngine(engine, options.guarded === true ? { what, steps: stopSteps } : undefined);
  } finally {
    process.umask(umask);
    closeSync(descriptor);
  }
}

function startedPid(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => {
      reject(new EngineError("ENGINE_START_FAILED", `the Temporal server did not start: ${cause.message}`, { cause }));
    });
    child.once("spawn", () => resolve(child.pid ?? 0));
  });
}

async function waitUntilReady(address: string, pid: number): Promise<"ready" | "ended" | "slow"> {
  const deadlineMs = performance.now() + READY_MS;
  for (;;) {
    if (!isAlive(pid)) return "ended";
    if (await answersGrpc(address)) return isAlive(pid) ? "ready" : "ended";
    if (performance.now() >= deadlineMs) return "slow";
    await sleep(POLL_MS);
  }
}

const ServerNote = z.strictObject({ pid: z.int().positive(), identity: z.string() });

function noteFile(dbFile: string): string {
  return `${dbFile}.server.json`;
}

/** Remembers which process serves this file, for a start after the supervisor was killed. */
function noteServer(dbFile: string, pid: number): void {
  const fresh = `${noteFile(dbFile)}.${process.pid}.tmp`;
  writeFileSync(fresh, `${JSON.stringify({ pid, identity: processIdentity(pid) ?? "unknown" })}\n`, { mode: 0o600 });
  renameSync(fresh, noteFile(dbFile));
}

async function stopOrphan(dbFile: string): Promise<void> {
  const note = readNote(dbFile);
  if (note === undefined || !isSameProcess(note.pid, note.identity)) return;
  if (await stopProcess(note.pid, stopSteps)) return;
  const fix = `kill -9 ${note.pid}`;
  throw new EngineError(
    "ENGINE_HELD_ELSEWHERE",
    `process ${note.pid} still serves ${dbFile} and does not stop: ${fix}`,
  );
}

function readNote(dbFile: string): z.infer<typeof ServerNote> | undefined {
  try {
    return ServerNote.parse(JSON.parse(readFileSync(noteFile(dbFile), "utf8")));
  } catch {
    return undefined;
  }
}
