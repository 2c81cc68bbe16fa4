import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { auditSecret } from "../../proof/secret.ts";
import { ensureCompanyLogin } from "../../db/company-login.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { migrate } from "../../db/migrate.ts";
import { freePort } from "../../engines/free-port.ts";
import { startPostgres } from "../../engines/postgres.ts";
import { startTemporal } from "../../engines/temporal-server.ts";
import { givenPerson, givenRequesters } from "../fixtures/people.ts";
import { installFirstRelease } from "../../releases/set-up.ts";
import { holdDecisions } from "../replay/golden.ts";
import { removeHome, temporaryHome } from "./temporary-home.ts";

const bin = resolve(import.meta.dirname, "../../bin/mandate.mjs");
export const SECRET = "secret-of-the-test-app";
export const COMPANY = "acme";

/** `undoSeconds`: how long an approval may be undone before it counts. */
type Engines = { readonly cacheFolder: string; readonly temporalBinary: string; readonly undoSeconds?: number };
type Running = { readonly pid: number; stop(): Promise<void>; kill(): Promise<void> };

/**
 * Everything on folders of its own, each part a process that can be killed and started again on the same data: both
 * engines, and gateway and worker as they run in production.
 */
export async function startStack({ cacheFolder, temporalBinary, undoSeconds = 0 }: Engines) {
  const home = temporaryHome("stack");
  const temporalPort = await freePort();
  const gatewayPort = await freePort();
  const temporalAddress = `127.0.0.1:${temporalPort}`;
  const running = new Map<string, Running>();
  const startDatabase = async () => {
    const postgres = await startPostgres({ home, cacheFolder });
    running.set("postgres", postgres);
    return postgres.url;
  };
  const ownerUrl = await startDatabase();
  await migrate(ownerUrl);
  const { url: databaseUrl } = await ensureCompanyLogin({ url: ownerUrl, company: COMPANY, home });
  const starters: Record<"postgres" | "temporal" | "gateway" | "worker", () => Promise<unknown>> = {
    postgres: startDatabase,
    temporal: async () => {
      const logFile = join(home, "logs", "temporal.log");
      const dbFile = join(home, "temporal.db");
      const options = {
        binary: temporalBinary,
        dbFile,
        port: temporalPort,
        uiPort: "headless",
        logFile,
        detached: true,
      } as const;
      running.set("temporal", await startTemporal(options));
    },
    gateway: () => startCommand("gateway"),
    worker: () => startCommand("worker"),
  };
  const secret = auditSecret({ home, auditSecret: undefined });
  const env = {
    ...process.env,
    MANDATE_AUDIT_SECRET: secret.toString("base64"),
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    HUBSPOT_CLIENT_SECRET: SECRET,
    MANDATE_PORT: String(gatewayPort),
    MANDATE_COMPANY: COMPANY,
    MANDATE_HOME: home,
    MANDATE_UNDO_SECONDS: String(undoSeconds),
  };
  async function startCommand(name: "gateway" | "worker"): Promise<void> {
    const child = spawn(process.execPath, [bin, name], { env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    running.set(name, { pid: child.pid ?? 0, stop: () => end(child, "SIGTERM"), kill: () => end(child, "SIGKILL") });
    await Promise.race([
      once(child, "message"),
      once(child, "exit").then(() => Promise.reject(new Error(`${name} ended before it was ready`))),
    ]);
  }
  const pool = createLedgerPool(databaseUrl, secret);
  const dana = await givenPerson(pool, COMPANY, { personId: "dana", name: "Dana", role: "partner-manager" });
  if (dana.kind !== "added") throw new Error("dana is there already");
  await givenRequesters(pool, COMPANY);
  const folder = resolve(import.meta.dirname, "../../policies");
  await installFirstRelease({ sql: pool, company: COMPANY, home, folder, at: new Date().toISOString() });
  return {
    pool,
    ownerUrl,
    gatewayUrl: `http://127.0.0.1:${gatewayPort}`,
    temporalAddress,
    token: dana.token,
    start: (name: keyof typeof starters) => starters[name](),
    kill: async (name: keyof typeof starters) => running.get(name)?.kill(),
    pids: () => Object.fromEntries([...running].map(([name, { pid }]) => [name, pid])),
    async stop() {
      try {
        await holdDecisions(pool);
      } finally {
        await pool.end();
      }
      for (const name of ["gateway", "worker", "temporal", "postgres"] as const) await running.get(name)?.stop();
      removeHome(home);
    },
  };
}

export type Stack = Awaited<ReturnType<typeof startStack>>;

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  const impatient = setTimeout(() => child.kill("SIGKILL"), 10_000);
  child.kill(signal);
  await gone;
  clearTimeout(impatient);
}
