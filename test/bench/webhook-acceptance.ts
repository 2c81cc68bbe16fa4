import { spawn } from "node:child_process";
import { Agent, request } from "node:http";
import { resolve } from "node:path";
import { signHubspotRequest } from "../../gateway/webhooks/hubspot/signature.ts";
import { buildForTest } from "../setup/build.ts";
import { createDatabase } from "../setup/database.ts";
import { quoteAsked } from "../setup/hubspot.ts";
import { compare, throughput, type Comparison } from "./ratio.ts";
import { ipc, started } from "./started.ts";

const SECRET = "secret-of-the-bench";
const ROUNDS = 5;
const REQUESTS = 2_000;
const CONNECTIONS = 16;
const bin = resolve(import.meta.dirname, "../../bin/mandate.mjs");

type Engines = { readonly postgresUrl: string; readonly temporalAddress: string };

/**
 * One event per request, 16 connections, until each is answered 202. The events name a property no function listens to:
 * they are verified, checked, deduplicated and stored, and nothing runs after them, on either side.
 */
export async function webhookAcceptance({ postgresUrl, temporalAddress }: Engines): Promise<Comparison> {
  const database = await createDatabase(postgresUrl);
  const gatewayEnv = {
    ...process.env,
    DATABASE_URL: await database.urlOf("acme"),
    TEMPORAL_ADDRESS: temporalAddress,
    HUBSPOT_CLIENT_SECRET: SECRET,
    MANDATE_LOG_LEVEL: "warn",
  };
  const gateway = await started(spawn(process.execPath, [bin, "gateway"], { env: gatewayEnv, stdio: ipc }));
  const settings = JSON.stringify({ databaseUrl: database.url, secret: SECRET });
  const bare = await started(
    spawn(process.execPath, [await buildForTest("test/bench/bare-webhook.ts"), settings], { stdio: ipc }),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let sent = 0;
  const side = (url: string) => async () => {
    const first = sent;
    sent += REQUESTS;
    return throughput(REQUESTS, CONNECTIONS, (index) => post(agent, url, first + index));
  };
  try {
    const result = await compare("webhook acceptance", "requests/s", side(gateway.url), side(bare.url), ROUNDS);
    const { rows } = await database.pool.query<{ count: number }>("select count(*) as count from inbox");
    if (rows[0]?.count !== sent) throw new Error(`${rows[0]?.count} rows for ${sent} answers of 202`);
    return result;
  } finally {
    agent.destroy();
    await gateway.stop();
    await bare.stop();
    await database.drop();
  }
}

function post(agent: Agent, url: string, n: number): Promise<void> {
  const body = JSON.stringify([{ ...quoteAsked({ objectId: String(n), eventId: n }), propertyName: "amount" }]);
  const targetUrl = `${url}/webhooks/hubspot`;
  const signed = signHubspotRequest(SECRET, { method: "POST", targetUrl, body, sentAtMs: Date.now() });
  const headers = { ...signed, "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return new Promise((done, fail) => {
    const sending = request(targetUrl, { method: "POST", agent, headers }, (response) => {
      response.resume();
      response.on("end", () => {
        if (response.statusCode === 202) done();
        else fail(new Error(`${targetUrl} answered ${response.statusCode}`));
      });
    });
    sending.on("error", fail);
    sending.end(body);
  });
}
