import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { giveAnswer } from "../cli/answer.ts";
import { widthOf, type Io } from "../cli/io.ts";
import type { DevOptions } from "../cli/processes.ts";
import { loadConfig, type Config } from "../config.ts";
import { playDay } from "../day/play.ts";
import { dayAnswer } from "../day/summary-text.ts";
import { migrate } from "../db/migrate.ts";
import { createPool } from "../db/pool.ts";
import { freePort } from "../engines/free-port.ts";
import { prepareHome } from "../engines/home-folder.ts";
import { acquireLock } from "../engines/lock.ts";
import { removeRuntime, writeRuntime } from "../engines/runtime-file.ts";
import { projectRoot } from "../project-root.ts";
import { superviseProcesses, type SupervisorEvent } from "../supervisor.ts";
import { startEngines, type RunningEngines } from "./dev-engines.ts";
import { devPeople, devWebhookSecret } from "./dev-secrets.ts";
import { createStopList, type StopList } from "./stop-list.ts";

/** Where the gateway listens when nobody else does. */
const PREFERRED_PORT = 8480;
const INTERRUPTED = 130;

type Stage = {
  readonly config: Config;
  readonly io: Io;
  readonly stops: StopList;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
};

/**
 * `mandate dev`: one supervisor for everything on this machine. Starts the engines, migrates, starts gateway and worker,
 * plays a working day, and stays until it is asked to stop. An interrupt at any moment stops what has been started, in
 * order; what was under way goes on from the same data at the next start.
 */
export async function run(options: DevOptions, io: Io): Promise<number> {
  const config = loadConfig();
  const interrupt = new AbortController();
  const asked = () => interrupt.abort(new Error("interrupted"));
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, asked);
  const stops = createStopList();
  const say = (line: string) => void io.stderr.write(`${line}\n`);
  const stage: Stage = { config, io, stops, signal: interrupt.signal, say };
  try {
    return await serve(stage, options);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    return INTERRUPTED;
  } finally {
    if (interrupt.signal.aborted) say("stopping");
    for (const failure of await stops.stopAll()) say(`could not stop ${failure}`);
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(name, asked);
  }
}

async function serve(stage: Stage, options: DevOptions): Promise<number> {
  const { config, stops, signal, say } = stage;
  prepareHome(config.home);
  const startedAt = new Date().toISOString();
  const lock = await acquireLock(config.home, startedAt);
  if (lock.kind === "busy") {
    say(lock.message);
    return 1;
  }
  stops.add("the lock", () => lock.release());
  const engines = await startEngines({ config, stops, onProgress: say, signal });
  signal.throwIfAborted();
  const applied = await migrate(engines.databaseUrl);
  if (applied.length > 0) say(`database: applied ${applied.length} migrations`);
  const pool = createPool(engines.databaseUrl, { max: 4, onError: () => undefined });
  stops.add("the pool", () => pool.end());
  const people = await devPeople(pool, config.company, config.home);
  const hubspotSecret = config.hubspotClientSecret ?? devWebhookSecret(config.home);
  signal.throwIfAborted();
  const url = await startProcesses(stage, engines, hubspotSecret, startedAt);
  printAddresses(stage, engines, url);
  const day = { ...publicUrlOf(config), url, hubspotSecret, pool, company: config.company, people };
  if (options.day) await playAndTell(stage, options, day);
  if (options.once) return 0;
  say("Everything runs. Ctrl-C stops it; the next start goes on from the same data.");
  await aborted(signal);
  return 0;
}

type Day = Omit<Parameters<typeof playDay>[0], "onProgress" | "clock">;

async function playAndTell({ io, signal, say }: Stage, { json }: DevOptions, day: Day): Promise<void> {
  const summary = await playDay({ ...day, onProgress: say, clock: Date.now, signal });
  giveAnswer(io, json, dayAnswer(summary, widthOf(io)));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function publicUrlOf({ publicUrl }: Config): { publicUrl?: string } {
  return publicUrl === undefined ? {} : { publicUrl };
}

/** Starts gateway and worker as children, writes the runtime file, and answers the gateway's address. */
async function startProcesses(
  { config, stops, signal, say }: Stage,
  engines: RunningEngines,
  hubspotSecret: string,
  startedAt: string,
): Promise<string> {
  const { home } = config;
  const port = String(config.port ?? (await freePort(PREFERRED_PORT)));
  const temporal = engines.embeddedTemporal
    ? { TEMPORAL_ADDRESS: engines.temporalAddress, TEMPORAL_NAMESPACE: engines.temporalNamespace }
    : {};
  const database = { DATABASE_URL: engines.databaseUrl, DATABASE_URL_FILE: undefined };
  const secret = { HUBSPOT_CLIENT_SECRET: hubspotSecret, HUBSPOT_CLIENT_SECRET_FILE: undefined };
  const env = { ...database, ...temporal, MANDATE_HOME: home, MANDATE_POLICIES: config.policies };
  const command = process.execPath;
  const bin = join(projectRoot(), "bin/mandate.mjs");
  const specs = [
    { name: "gateway", command, args: [bin, "gateway"], env: { ...env, ...secret, MANDATE_PORT: port } },
    { name: "worker", command, args: [bin, "worker"], env },
  ];
  const log = keepOutput(home, stops, say);
  const processes = await superviseProcesses(specs, { onProgress: say, log, signal });
  stops.add("gateway and worker", () => processes.stop());
  const url = `http://127.0.0.1:${port}`;
  writeRuntime(home, {
    startedAt,
    gatewayUrl: url,
    temporalAddress: engines.temporalAddress,
    ...(engines.temporalUi === undefined ? {} : { temporalUiUrl: engines.temporalUi }),
    ...(engines.embeddedDatabase ? { databaseUrl: engines.databaseUrl } : {}),
    processes: [...processes.pids()].map(([name, pid]) => ({ name, pid })),
  });
  stops.add("the runtime file", () => removeRuntime(home));
  return url;
}

/** What the children print goes to their log files; what happens to them is said. */
function keepOutput(home: string, stops: StopList, say: Stage["say"]): (event: SupervisorEvent) => void {
  const names = ["gateway", "worker"] as const;
  const files = new Map(
    names.map((name) => [
      name as string,
      createWriteStream(join(home, "logs", `${name}.log`), { flags: "a", mode: 0o600 }),
    ]),
  );
  stops.add("the logs", () => {
    for (const file of files.values()) file.end();
  });
  return (event) => {
    if (event.kind === "output") files.get(event.name)?.write(`${event.line}\n`);
    if (event.kind === "crashed") say(`${event.name} ${event.how}; it starts again in ${event.retryInMs} ms`);
  };
}

function printAddresses({ config, say }: Stage, engines: RunningEngines, url: string): void {
  const model = config.anthropicApiKey === undefined ? "offline deterministic model (no key)" : config.model;
  say(`gateway      ${url}   (API: ${url}/openapi.json)`);
  say(
    `Temporal     ${engines.temporalAddress}${engines.temporalUi === undefined ? "" : `   (web UI: ${engines.temporalUi})`}`,
  );
  say(`PostgreSQL   ${engines.embeddedDatabase ? "embedded, under its home" : "DATABASE_URL"}`);
  say(`model        ${model}`);
  say(`home         ${config.home}`);
}
