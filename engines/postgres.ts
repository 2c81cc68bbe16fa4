import type { ChildProcess } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "./command.ts";
import { EngineError } from "./engine-error.ts";
import { logMark, openEngineLog, readSince } from "./engine-log.ts";
import { spawnEngine, startGuardian } from "./guardian.ts";
import { prepareHome } from "./home-folder.ts";
import { findPostgresPackage, installPostgresBinaries, type PostgresPackage } from "./postgres-binaries.ts";
import { answersFor, ensureDatabase, socketUrl } from "./postgres-client.ts";
import { locatePostgres, type PostgresLocation, socketFolder } from "./postgres-location.ts";
import { clearSocket, leftoverPostmaster, postmasterStop, waitUntilReady } from "./postgres-postmaster.ts";
import { clientUserName } from "./postgres-user.ts";
import { isAlive, sendSignal, stopProcess, waitForExit } from "./process-identity.ts";
import { type Progress, withProgress } from "./progress.ts";

/** Where to keep the database (`home`: `.mandate/`) and the copied binaries (`cacheFolder`: the user's cache). */
export type PostgresOptions = {
  readonly home: string;
  readonly cacheFolder: string;
  readonly onProgress?: Progress;
  /** It ends when we do, however that happens; without, what a killed supervisor leaves is found by the next start. */
  readonly guarded?: boolean;
  /** False: what it holds may be lost with the machine's power, and nothing waits for the disk. For data that ends with its run. */
  readonly durable?: boolean;
  /** Folders for a home that the server's user cannot reach; the default is the system's. */
  readonly systemFolders?: readonly string[];
};

export type RunningPostgres = {
  /** Goes into `new pg.Pool({ connectionString })`; there is no TCP port. */
  readonly url: string;
  readonly pid: number;
  /** True when it was already running: an orphan of a supervisor that was killed. */
  readonly adopted: boolean;
  readonly dataFolder: string;
  /** Fast shutdown; resolves when the server is gone. */
  stop(): Promise<void>;
  /** SIGKILL to the server: for tests of recovery. */
  kill(): Promise<void>;
};

type Installed = {
  readonly binaries: string;
  readonly location: PostgresLocation;
  readonly data: string;
  /** What its guardian calls it; undefined: it has none. */
  readonly guarded: string | undefined;
  readonly durable: boolean;
};

const READY_MS = 60_000;
const RETRY_MS = 10_000;

/**
 * Starts the embedded PostgreSQL, or adopts the one an earlier supervisor left running on the same data.
 * First use makes the cluster and the database `mandate`.
 * @throws EngineError with the way out in its message.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const onProgress = options.onProgress ?? (() => undefined);
  prepareHome(options.home);
  const source = findPostgresPackage();
  const user = clientUserName();
  const location = await locatePostgres(options.home, onProgress, options.systemFolders);
  const data = join(location.folder, "data");
  const orphan = existsSync(data) ? await adoptable(realpathSync(data)) : undefined;
  const guarded = options.guarded === true ? `PostgreSQL of ${options.home}` : undefined;
  if (orphan !== undefined) {
    const guardian = guarded === undefined ? undefined : startGuardian(guarded, postmasterStop);
    guardian?.watch(orphan.pid);
    return running(orphan.socketFolder, orphan.pid, data, { adopted: true, gone: () => guardian?.release() });
  }
  const binaries = await withProgress("copying PostgreSQL's binaries", onProgress, () =>
    installPostgresBinaries(source, options.cacheFolder, location.runAs, options.systemFolders),
  );
  const installed = { binaries, location, data, guarded, durable: options.durable ?? true };
  if (!existsSync(join(data, "PG_VERSION"))) {
    await withProgress("creating the database", onProgress, () => initialise(installed));
  }
  requireSameMajor(data, source);
  writeAccessRules(installed, user);
  const socket = socketFolder(location);
  const log = join(options.home, "logs", "postgres.log");
  const pid = await withProgress("starting PostgreSQL", onProgress, () => launch(installed, socket, log));
  return running(socket, pid, data, { adopted: false, gone: () => undefined });
}

async function running(
  socket: string,
  pid: number,
  dataFolder: string,
  { adopted, gone }: { readonly adopted: boolean; readonly gone: () => void },
): Promise<RunningPostgres> {
  const stop = async (): Promise<void> => {
    if (!(await stopProcess(pid, postmasterStop))) {
      throw new EngineError("ENGINE_HELD_ELSEWHERE", `PostgreSQL (process ${pid}) does not stop: kill -9 ${pid}`);
    }
    gone();
  };
  const kill = async (): Promise<void> => {
    sendSignal(pid, "SIGKILL");
    await waitForExit(pid, 5_000);
  };
  try {
    await ensureDatabase(socket);
  } catch (error) {
    // Nobody else knows of it yet.
    await stop();
    throw error;
  }
  return { url: socketUrl(socket), pid, adopted, dataFolder, stop, kill };
}

/** The server left running on this data when it answers; one that does not is stopped, one that is stopping awaited. */
async function adoptable(data: string): Promise<{ pid: number; socketFolder: string } | undefined> {
  const found = await leftoverPostmaster(data);
  if (found === undefined) return undefined;
  if (found.status === "stopping") await waitForExit(found.pid, READY_MS);
  else if ((await waitUntilReady(data, found.pid, READY_MS)) === "ready") {
    if (await answersFor(found.socketFolder, data)) return found;
  }
  if (await stopProcess(found.pid, postmasterStop)) return undefined;
  const fix = `kill -9 ${found.pid}`;
  throw new EngineError("ENGINE_HELD_ELSEWHERE", `process ${found.pid} holds the database and does not answer: ${fix}`);
}

/** Makes the cluster beside its final place and renames it, so that an interrupted first start leaves nothing half made. */
async function initialise({ binaries, location, data }: Installed): Promise<void> {
  sweepUnfinished(location.folder);
  const fresh = join(location.folder, `data.new-${process.pid}`);
  mkdirSync(fresh, { mode: 0o700 });
  const { runAs } = location;
  if (runAs !== undefined) chownSync(fresh, runAs.uid, runAs.gid);
  // prettier-ignore
  const args = ["-D", fresh, "-U", "mandate", "-E", "UTF8", "--locale=C", "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8", "--auth-local=peer", "--auth-host=reject", "--no-instructions"];
  const options = { timeoutMs: 120_000, cwd: "/", env: { LC_ALL: "C", TZ: "UTC" }, ...runAs };
  const { code, output, failure } = await runCommand(join(binaries, "bin", "initdb"), args, options);
  if (code !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new EngineError("ENGINE_START_FAILED", `PostgreSQL's initdb failed: ${failure ?? output.trim()}`);
  }
  renameSync(fresh, data);
}

function sweepUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) {
    const maker = /^data\.new-(\d+)$/.exec(name)?.[1];
    if (maker !== undefined && (Number(maker) === process.pid || !isAlive(Number(maker)))) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

function requireSameMajor(data: string, source: PostgresPackage): void {
  const major = readFileSync(join(data, "PG_VERSION"), "utf8").trim();
  if (major === source.major) return;
  const way = `move ${data} away to start with an empty one, or set DATABASE_URL to a PostgreSQL ${major} that serves it`;
  throw new EngineError(
    "ENGINE_DATA_UNUSABLE",
    `${data} was made by PostgreSQL ${major}, this is ${source.major}: ${way}`,
  );
}

/** Only connections over the socket, and only by the system user that runs Mandate, under any database role. */
function writeAccessRules({ location, data }: Installed, user: string): void {
  const write = (name: string, text: string): void => {
    const file = join(data, name);
    writeFileSync(file, text, { mode: 0o600 });
    if (location.runAs !== undefined) chownSync(file, location.runAs.uid, location.runAs.gid);
  };
  write("pg_hba.conf", "local all all peer map=mandate\n");
  write("pg_ident.conf", `mandate "${user}" all\n`);
}

/** Starts the server and waits until it is ready. Backends of a killed server may hold its memory for a moment: retried. */
async function launch(installed: Installed, socket: string, log: string): Promise<number> {
  const deadlineMs = performance.now() + RETRY_MS;
  for (;;) {
    clearSocket(socket);
    const mark = logMark(log);
    const pid = await startedPid(spawnServer(installed, socket, log));
    const outcome = await waitUntilReady(installed.data, pid, READY_MS);
    if (outcome === "ready") return pid;
    await stopProcess(pid, postmasterStop);
    const said = readSince(log, mark);
    const memoryHeld = /shared memory block|another postmaster/.test(said);
    if (!memoryHeld || performance.now() >= deadlineMs) {
      const what = outcome === "slow" ? `was not ready after ${READY_MS / 1_000} s` : "ended at its start";
      throw new EngineError("ENGINE_START_FAILED", `PostgreSQL ${what}; ${log} says:\n${said}`);
    }
    await sleep(200);
  }
}

function spawnServer(
  { binaries, location, data, guarded, durable }: Installed,
  socket: string,
  log: string,
): ChildProcess {
  const descriptor = openEngineLog(log);
  const settings = {
    listen_addresses: "",
    unix_socket_directories: `"${socket}"`,
    unix_socket_permissions: "0700",
    port: "5432",
    ...onDisk(durable),
    max_connections: "200",
    shared_buffers: "128MB",
    logging_collector: "off",
    log_line_prefix: "%m [%p] ",
    log_timezone: "UTC",
    timezone: "UTC",
  };
  const args = [
    "-D",
    realpathSync(data),
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
  try {
    const env = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
    const options = { detached: true, cwd: "/", env, ...location.runAs };
    const engine = { command: join(binaries, "bin", "postgres"), args, output: descriptor, options };
    return spawnEngine(engine, guarded === undefined ? undefined : { what: guarded, steps: postmasterStop });
  } finally {
    closeSync(descriptor);
  }
}

/** Named where it is on too, so that no file of settings weakens it. */
function onDisk(durable: boolean) {
  const value = durable ? "on" : "off";
  return { fsync: value, synchronous_commit: value, full_page_writes: value };
}

function startedPid(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => {
      reject(new EngineError("ENGINE_START_FAILED", `PostgreSQL did not start: ${cause.message}`, { cause }));
    });
    child.once("spawn", () => resolve(child.pid ?? 0));
  });
}
