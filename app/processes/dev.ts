import type { LedgerPool } from "../../audit/records.ts";
import { giveAnswer, giveFailure } from "../../cli/answer.ts";
import { exitCodes, failure } from "../../cli/failure.ts";
import { widthOf, type Io } from "../../cli/io.ts";
import type { DevOptions } from "../../cli/processes.ts";
import { auditSecret } from "../../proof/secret.ts";
import { requireSecret } from "../../proof/secret-fit.ts";
import { externalTemporal, loadConfig, type Config } from "../config.ts";
import { modelOf } from "../model-choice.ts";
import { codecsOf } from "../engine/codec-of.ts";
import { playDay } from "../day/play.ts";
import { dayAnswer } from "../day/summary-text.ts";
import { writeSchemas } from "../../deciding/policy-schemas.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { prepareHome } from "../../engines/home-folder.ts";
import { acquireLock } from "../../engines/lock.ts";
import { installFirstRelease } from "../../releases/set-up.ts";
import { companyOfAddress } from "../../db/company-address.ts";
import { prepareDatabase } from "./dev-database.ts";
import { startEngines, type RunningEngines } from "./dev-engines.ts";
import { whileEnginesRun } from "./keep-engine.ts";
import { startProcesses } from "./dev-processes.ts";
import { devPeople, devWebhookSecret } from "./dev-secrets.ts";
import { createStopList, type StopList } from "./stop-list.ts";

const INTERRUPTS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const INTERRUPTED = failure("interrupted", "interrupted", "interrupted; the next start goes on from the same data");

type Stage = {
  readonly config: Config;
  readonly io: Io;
  readonly stops: StopList;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
};

/** What a script needs to go on from here; null where the environment names it. */
type Addresses = {
  readonly gatewayUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | null;
  readonly databaseUrl: string | null;
};

/**
 * `mandate dev`: one supervisor for everything on this machine. Starts the engines, migrates, starts gateway and worker,
 * plays a working day, and stays until it is asked to stop. An interrupt at any moment stops what has been started, in
 * order; what was under way goes on from the same data at the next start.
 */
export async function run(options: DevOptions, io: Io): Promise<number> {
  const config = loadConfig();
  const interrupt = new AbortController();
  const asked = () => interrupt.abort(INTERRUPTED);
  const broke = (error: unknown) => interrupt.abort(error);
  for (const name of INTERRUPTS) process.on(name, asked);
  // A fault that nobody caught still stops what runs, in order.
  process.on("uncaughtException", broke);
  // A reader or a terminal that went away must not keep us from stopping what runs.
  for (const stream of [io.stdout, io.stderr]) stream.on("error", () => undefined);
  const stops = createStopList();
  const say = (line: string) => void io.stderr.write(`${line}\n`);
  const { signal } = interrupt;
  try {
    return await serve({ config, io, stops, signal, say }, options);
  } catch (error) {
    if (!signal.aborted) throw error;
    if (signal.reason !== INTERRUPTED) throw signal.reason;
    if (options.json) return giveFailure(io, true, INTERRUPTED);
    say(INTERRUPTED.message);
    return exitCodes.interrupted;
  } finally {
    if (signal.aborted) say("stopping");
    for (const failed of await stops.stopAll(say)) say(`could not stop ${failed}`);
    process.off("uncaughtException", broke);
    for (const name of INTERRUPTS) process.off(name, asked);
  }
}

async function serve(stage: Stage, options: DevOptions): Promise<number> {
  const { config, stops, signal, say } = stage;
  prepareHome(config.home);
  const secret = auditSecret(config);
  const startedAt = new Date().toISOString();
  const lock = await acquireLock(config.home, startedAt);
  if (lock.kind === "busy") throw failure("conflict", "already-running", lock.message);
  stops.add("the lock", () => lock.release());
  const started = await startEngines({ config, stops, onProgress: say, signal });
  signal.throwIfAborted();
  // An engine that dies from here on is started again, as later, and the step that missed it is done again.
  const again = <T>(step: () => Promise<T>) => whileEnginesRun(started.kept, signal, step);
  const databaseUrl = await again(() => prepareDatabase(config, started.databaseUrl, say));
  const engines = { ...started, databaseUrl };
  const pool = createLedgerPool(engines.databaseUrl, secret, { max: 4 });
  stops.add("the pool", () => pool.end());
  await again(() => requireSecret(pool, config.company, secret));
  const ownerUrl = companyOfAddress(started.databaseUrl) === undefined ? started.databaseUrl : undefined;
  const people = await again(() => devPeople(pool, config.company, { home: config.home, ownerUrl }));
  await again(() => putPoliciesInForce(stage, pool, startedAt));
  const hubspotSecret = config.hubspotClientSecret ?? devWebhookSecret(config.home);
  signal.throwIfAborted();
  const url = await again(() => startProcesses({ config, stops, signal, say, engines, hubspotSecret, startedAt }));
  await again(() => keepSchedules(stage, engines));
  const model = modelOf(config).kind === "offline" ? "offline deterministic model (no key)" : config.model;
  const addresses = addressesOf(engines, url);
  printAddresses(stage, addresses, model);
  const day = { ...publicUrlOf(config), url, hubspotSecret, pool, company: config.company, people };
  const answer = options.day ? await play(stage, day) : { data: {}, text: "" };
  giveAnswer(stage.io, options.json, { ...answer, data: { ...answer.data, model, addresses } });
  if (options.once) return 0;
  say("Everything runs. Ctrl-C stops it; the next start goes on from the same data.");
  await aborted(signal);
  if (signal.reason !== INTERRUPTED) throw signal.reason;
  return 0;
}

/** The folder's policies are the first release. Later ones are applied by people, and the folder is only their draft. */
async function putPoliciesInForce({ config, say }: Stage, pool: LedgerPool, at: string): Promise<void> {
  const { company, home, policies: folder } = config;
  if (config.mode === "production") return;
  await writeSchemas(folder).catch((error: Error) => say(`policies: no schemas for editors: ${error.message}`));
  const installed = await installFirstRelease({ sql: pool, company, home, folder, at });
  if (installed.kind === "installed") say(`policies: release ${installed.release.slice(0, 12)} is in force`);
  else if (installed.differs) say("policies: the folder differs from what is in force; see `mandate policy apply`");
}

/** What falls due for the company from now on. The environment's engine is reached as its profile says. */
async function keepSchedules({ config, say }: Stage, engines: RunningEngines): Promise<void> {
  const { temporalAddress: address, temporalNamespace: namespace } = engines;
  const there = (await externalTemporal()) ?? { namespace, connectionOptions: { address } };
  const place = { ...there, codecs: codecsOf(config) };
  const { keepCompanySchedules } = await import("../schedules/at-engine.ts");
  const { missing, differing, left } = await keepCompanySchedules(config.company, place);
  const changed = missing.length + differing.length + left.length;
  if (changed > 0) say(`schedules: ${changed} brought up to date`);
}

type Day = Omit<Parameters<typeof playDay>[0], "onProgress" | "clock">;

async function play({ io, signal, say }: Stage, day: Day) {
  const summary = await playDay({ ...day, onProgress: say, clock: Date.now, signal });
  return { ...dayAnswer(summary, widthOf(io)), data: summary };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function publicUrlOf({ publicUrl }: Config): { publicUrl?: string } {
  return publicUrl === undefined ? {} : { publicUrl };
}

function addressesOf(engines: RunningEngines, gatewayUrl: string): Addresses {
  const { temporalAddress, temporalUi = null, embeddedDatabase, databaseUrl } = engines;
  return { gatewayUrl, temporalAddress, temporalUiUrl: temporalUi, databaseUrl: embeddedDatabase ? databaseUrl : null };
}

function printAddresses({ config, say }: Stage, addresses: Addresses, model: string): void {
  const { gatewayUrl, temporalAddress, temporalUiUrl, databaseUrl } = addresses;
  say(`console      ${gatewayUrl}/console   (log in as dana; the page begins with three first tasks)`);
  say(`gateway      ${gatewayUrl}   (API: ${gatewayUrl}/openapi.json)`);
  say(`Temporal     ${temporalAddress}${temporalUiUrl === null ? "" : `   (web UI: ${temporalUiUrl})`}`);
  say(`PostgreSQL   ${databaseUrl === null ? "DATABASE_URL" : "embedded, under its home"}`);
  say(`model        ${model}`);
  say(`home         ${config.home}`);
}
