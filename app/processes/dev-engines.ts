import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { externalTemporal, type Config } from "../config.ts";
import { EngineError } from "../../engines/engine-error.ts";
import { startPostgres } from "../../engines/postgres.ts";
import type { Progress } from "../../engines/progress.ts";
import { findTemporalBinary } from "../../engines/temporal-binary.ts";
import { startTemporal } from "../../engines/temporal-server.ts";
import { keepEngine, type Kept } from "./keep-engine.ts";
import type { StopList } from "./stop-list.ts";

/** The addresses that the rest is started with; what the environment names is used, the rest is embedded. */
export type RunningEngines = {
  readonly databaseUrl: string;
  readonly embeddedDatabase: boolean;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly temporalUi: string | undefined;
  /** False for a Temporal that the environment names: children read its profile themselves. */
  readonly embeddedTemporal: boolean;
  /** Those that were started here. */
  readonly kept: readonly Kept[];
};

type Starting = {
  readonly config: Config;
  readonly stops: StopList;
  readonly onProgress: Progress;
  readonly signal: AbortSignal;
};

/** Starts what is missing, both engines at once. What came up is on the stop list even when the other one failed. */
export async function startEngines(starting: Starting): Promise<RunningEngines> {
  const [database, temporal] = await Promise.allSettled([startDatabase(starting), startDurableEngine(starting)]);
  if (database.status === "rejected") throw database.reason;
  if (temporal.status === "rejected") throw temporal.reason;
  return { ...database.value, ...temporal.value, kept: [...database.value.kept, ...temporal.value.kept] };
}

/** An engine whose process ends while it comes up, for whatever reason, is started again: this often in all. */
const ATTEMPTS = 3;
const PAUSE_MS = 1_000;

async function firstOf<E>(name: string, start: () => Promise<E>, { onProgress, signal }: Starting): Promise<E> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      const mayBeChance = error instanceof EngineError && error.code === "ENGINE_START_FAILED";
      if (!mayBeChance || attempt === ATTEMPTS || signal.aborted) throw error;
      onProgress(`${name} does not start: ${error.message}; it is tried again`);
      await sleep(PAUSE_MS, undefined, { signal });
    }
  }
}

async function startDatabase(starting: Starting) {
  const { config, stops, onProgress } = starting;
  const { databaseUrl, home, cacheFolder } = config;
  if (databaseUrl !== undefined) return { databaseUrl, embeddedDatabase: false, kept: [] };
  const start = () => startPostgres({ home, cacheFolder, onProgress, guarded: true });
  const postgres = await firstOf("PostgreSQL", start, starting);
  const kept = keepEngine({ name: "PostgreSQL", first: postgres, restart: start, say: onProgress });
  stops.add("PostgreSQL", () => kept.stop());
  return { databaseUrl: postgres.url, embeddedDatabase: true, kept: [kept] };
}

async function startDurableEngine(starting: Starting) {
  const { config, stops, onProgress, signal } = starting;
  const external = await externalTemporal();
  if (external !== undefined) {
    const { address: temporalAddress, namespace: temporalNamespace } = external;
    return { temporalAddress, temporalNamespace, temporalUi: undefined, embeddedTemporal: false, kept: [] };
  }
  const { home, cacheFolder, searchPath, temporalBin, temporalNamespace } = config;
  const binary = await findTemporalBinary({ temporalBin, searchPath, cacheFolder, onProgress, signal });
  const files = { dbFile: join(home, "temporal.db"), logFile: join(home, "logs", "temporal.log") };
  const { temporalPort, temporalUiPort } = config;
  const settings = {
    binary: binary.path,
    ...files,
    detached: true,
    guarded: true,
    onProgress,
    ...(temporalPort !== undefined && { port: temporalPort }),
    ...(temporalUiPort !== undefined && { uiPort: temporalUiPort }),
  };
  const temporal = await firstOf("Temporal", () => startTemporal(settings), starting);
  // The same address again: gateway and worker know no other.
  const ports = { port: portOf(temporal.address), ...(temporal.uiAddress && { uiPort: portOf(temporal.uiAddress) }) };
  const restart = () => startTemporal({ ...settings, ...ports });
  const kept = keepEngine({ name: "Temporal", first: temporal, restart, say: onProgress });
  stops.add("Temporal", () => kept.stop());
  return {
    temporalAddress: temporal.address,
    temporalNamespace,
    temporalUi: temporal.uiAddress,
    embeddedTemporal: true,
    kept: [kept],
  };
}

/** The port at the end of `host:port` or of an address without a path. */
function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}
