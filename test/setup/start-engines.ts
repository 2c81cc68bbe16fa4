import { homedir } from "node:os";
import { join } from "node:path";
import { withClient } from "../../engines/postgres-connection.ts";
import { migrate } from "../../db/migrate.ts";
import { startPostgres } from "../../engines/postgres.ts";
import { findTemporalBinary } from "../../engines/temporal-binary.ts";
import { startTemporal } from "../../engines/temporal-server.ts";
import { databaseUrl, TEMPLATE } from "./database.ts";
import { removeHome, temporaryHome } from "./temporary-home.ts";
import { ensureBuilt } from "./workflow-code.ts";

export type Engines = {
  readonly postgresUrl: string;
  readonly temporalAddress: string;
  readonly temporalBinary: string;
  readonly cacheFolder: string;
  /** The servers' processes, for whoever measures what they cost. */
  readonly pids: { readonly postgres: number; readonly temporal: number };
  stop(): Promise<void>;
};

/**
 * The product built, one real PostgreSQL with a migrated template database, and one real Temporal server in memory with
 * time skipping. Both end with us, however we end: a run that is killed leaves nothing. `durable`: as of PostgreSQL's options;
 * what is measured waits for the disk as in production.
 */
export async function startEngines(onProgress: (line: string) => void, durable = true): Promise<Engines> {
  await ensureBuilt();
  const home = temporaryHome("test");
  const cacheFolder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "mandate");
  const postgres = await startPostgres({ home, cacheFolder, onProgress, guarded: true, durable });
  await withClient(postgres.url, "test", async (client) => {
    await client.query(`create database ${TEMPLATE}`);
  });
  await migrate(databaseUrl(postgres.url, TEMPLATE));
  const { MANDATE_TEMPORAL_BIN: temporalBin, PATH: searchPath = "" } = process.env;
  const { path: binary } = await findTemporalBinary({ temporalBin, searchPath, cacheFolder, onProgress });
  const logFile = join(home, "logs", "temporal.log");
  const temporal = await startTemporal({
    binary,
    uiPort: "headless",
    timeSkipping: true,
    logFile,
    detached: true,
    guarded: true,
    onProgress,
  });
  return {
    postgresUrl: postgres.url,
    temporalAddress: temporal.address,
    temporalBinary: binary,
    cacheFolder,
    pids: { postgres: postgres.pid, temporal: temporal.pid },
    async stop() {
      await temporal.stop();
      await postgres.stop();
      removeHome(home);
    },
  };
}
