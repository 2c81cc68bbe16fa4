import { join } from "node:path";
import { externalTemporal, type Config } from "../config.ts";
import { startPostgres } from "../../engines/postgres.ts";
import type { Progress } from "../../engines/progress.ts";
import { findTemporalBinary } from "../../engines/temporal-binary.ts";
import { startTemporal } from "../../engines/temporal-server.ts";
import { keepEngine } from "./keep-engine.ts";
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
  return { ...database.value, ...temporal.value };
}

async function startDatabase({ config, stops, onProgress }: Starting) {
  const { databaseUrl, home, cacheFolder } = config;
  if (databaseUrl !== undefined) return { databaseUrl, embeddedDatabase: false };
  const start = () => startPostgres({ home, cacheFolder, onProgress });
  const postgres = await start();
  const kept = keepEngine({ name: "PostgreSQL", first: postgres, restart: start, say: onProgress });
  stops.add("PostgreSQL", () => kept.stop());
  return { databaseUrl: postgres.url, embeddedDatabase: true };
}

async function startDurableEngine({ config, stops, onProgress, signal }: Starting) {
  const external = await externalTemporal();
  if (external !== undefined) {
    const { address: temporalAddress, namespace: temporalNamespace } = external;
    return { temporalAddress, temporalNamespace, temporalUi: undefined, embeddedTemporal: false };
  }
  const { home, cacheFolder, searchPath, temporalBin, temporalNamespace } = config;
  const binary = await findTemporalBinary({ temporalBin, searchPath, cacheFolder, onProgress, signal });
  const files = { dbFile: join(home, "temporal.db"), logFile: join(home, "logs", "temporal.log") };
  const { temporalPort, temporalUiPort } = config;
  const settings = {
    binary: binary.path,
    ...files,
    detached: true,
    onProgress,
    ...(temporalPort !== undefined && { port: temporalPort }),
    ...(temporalUiPort !== undefined && { uiPort: temporalUiPort }),
  };
  const temporal = await startTemporal(settings);
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
  };
}

/** The port at the end of `host:port` or of an address without a path. */
function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}
