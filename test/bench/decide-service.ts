import { spawn } from "node:child_process";
import { Agent, request } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { installFirstRelease } from "../../releases/set-up.ts";
import { headersOf } from "../fixtures/api.ts";
import { createDatabase, TEST_SECRET } from "../setup/database.ts";
import { cpuMeter } from "./cost.ts";
import { quantile, throughput } from "./ratio.ts";
import { ipc, started } from "./started.ts";

/** Milliseconds over HTTP from the request to its answer, which comes after the record is committed. */
export type Answers = {
  readonly name: string;
  readonly idleP50Ms: number;
  readonly idleP99Ms: number;
  /** Decisions per second with 1 and with 16 callers at once. */
  readonly alonePerSecond: number;
  readonly togetherPerSecond: number;
  /** CPU of the gateway's process per decision, of those asked one at a time. */
  readonly cpuMs: number;
};

/** A folder with the policy that is asked, and what is asked of it, in turn. */
export type Asked = { readonly name: string; readonly folder: string; readonly bodies: readonly string[] };

const WARM_UP = 300;
const ASKED = 600;
const WIDTH = 16;
const root = resolve(import.meta.dirname, "../..");

/** Without a limit to count: those are decided in transactions of their own. */
const crmNote: Asked = {
  name: "decide service",
  folder: join(root, "policies"),
  bodies: [JSON.stringify({ policy: "crm-note", ref: "N-1", facts: { tellsDecision: true } })],
};

/** `POST /v1/decisions` of the real gateway: verified, parsed, decided by both evaluators, recorded, answered. */
export async function decideService(
  { postgresUrl, temporalAddress }: { postgresUrl: string; temporalAddress: string },
  { name, folder, bodies }: Asked = crmNote,
): Promise<Answers> {
  const database = await createDatabase(postgresUrl);
  const home = mkdtempSync(join(tmpdir(), "mandate-bench-"));
  const at = new Date().toISOString();
  await installFirstRelease({ sql: database.pool, company: "acme", home, folder, at });
  const headers = await headersOf(database.pool, "cpq", "system");
  const env = {
    ...process.env,
    DATABASE_URL: await database.urlOf("acme"),
    TEMPORAL_ADDRESS: temporalAddress,
    HUBSPOT_CLIENT_SECRET: "secret-of-the-bench",
    MANDATE_AUDIT_SECRET: TEST_SECRET.toString("base64"),
    MANDATE_LOG_LEVEL: "warn",
  };
  const gateway = await started(
    spawn(process.execPath, [join(root, "bin/mandate.mjs"), "gateway"], { env, stdio: ipc }),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: WIDTH });
  let asked = 0;
  const ask = () => {
    const key = asked++;
    const body = bodies[key % bodies.length] ?? "";
    return post(agent, `${gateway.url}/v1/decisions`, { ...headers, "idempotency-key": `bench-${key}` }, body);
  };
  const timed: number[] = [];
  const timedAsk = async () => {
    const from = performance.now();
    await ask();
    timed.push(performance.now() - from);
  };
  try {
    await throughput(WARM_UP, WIDTH, ask);
    const cpu = cpuMeter({ gateway: { pid: gateway.pid, children: false } });
    const alonePerSecond = await cpu.during(() => throughput(ASKED, 1, timedAsk));
    const cpuMs = (cpu.spentMs()["gateway"] ?? Number.NaN) / ASKED;
    const togetherPerSecond = await throughput(ASKED * 4, WIDTH, ask);
    const { rows } = await database.pool.query<{ count: number }>("select count(*)::int as count from decision");
    if (rows[0]?.count !== asked) throw new Error(`${rows[0]?.count} decisions for ${asked} answers`);
    const [idleP50Ms, idleP99Ms] = [quantile(timed, 0.5), quantile(timed, 0.99)];
    return { name, idleP50Ms, idleP99Ms, alonePerSecond, togetherPerSecond, cpuMs };
  } finally {
    agent.destroy();
    await gateway.stop();
    await database.drop();
    rmSync(home, { recursive: true, force: true });
  }
}

function post(agent: Agent, url: string, headers: { readonly [name: string]: string }, body: string): Promise<void> {
  return new Promise((done, fail) => {
    const sized = { ...headers, "content-length": Buffer.byteLength(body) };
    const sending = request(url, { method: "POST", agent, headers: sized }, (response) => {
      response.resume();
      response.on("end", () => {
        if (response.statusCode === 200) done();
        else fail(new Error(`${url} answered ${response.statusCode}`));
      });
    });
    sending.on("error", fail);
    sending.end(body);
  });
}
