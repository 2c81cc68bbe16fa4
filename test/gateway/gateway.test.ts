import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Gateway, GatewayOptions } from "../../gateway/gateway.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { signHubspotRequest } from "../../gateway/webhooks/hubspot/signature.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { watchedEngine } from "../fixtures/engine.ts";
import { hubspotEvent, SECRET } from "../fixtures/hubspot.ts";
import { keptEvents } from "../fixtures/inbox.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../setup/database.ts";
import { eventually } from "../setup/system.ts";

let database: TestDatabase;
let gateways: Gateway[] = [];
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query("truncate inbox, inbox_clock");
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  gateways = [];
});

async function start(changes: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const gateway = await gatewayWith({
    pool: database.pool,
    hubspotSecret: SECRET,
    ...changes,
  });
  gateways.push(gateway);
  return gateway;
}

let nextEvent = 1;
const freshEvent = () => {
  nextEvent += 1;
  return hubspotEvent({ eventId: nextEvent, objectId: nextEvent, occurredAt: Date.now() });
};

function post(url: string, body: string, targetUrl = `${url}/webhooks/hubspot`): Promise<Response> {
  const headers = signHubspotRequest(SECRET, { method: "POST", targetUrl, body, sentAtMs: Date.now() });
  return fetch(`${url}/webhooks/hubspot`, { method: "POST", body, headers });
}

/** A webhook of which the gateway has read the head and waits for the body, until `finish` sends it. */
async function beginPost(url: string, body: string) {
  const targetUrl = `${url}/webhooks/hubspot`;
  const signed = signHubspotRequest(SECRET, { method: "POST", targetUrl, body, sentAtMs: Date.now() });
  const headers = { ...signed, "content-length": Buffer.byteLength(body), expect: "100-continue" };
  const sending = httpRequest(targetUrl, { method: "POST", headers });
  const status = new Promise<number | undefined>((resolve, reject) => {
    sending.once("response", (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sending.once("error", reject);
  });
  const begun = new Promise((resolve) => sending.once("continue", resolve));
  sending.flushHeaders();
  await begun;
  return { status, finish: () => sending.end(body) };
}

describe("a running gateway", () => {
  test("listens on loopback and a free port, and brings a signed event to its case at once", async () => {
    const engine = watchedEngine();
    const { url } = await start({ engine });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const response = await post(url, JSON.stringify([freshEvent()]));
    expect([response.status, await response.json()]).toEqual([
      202,
      { accepted: 1, duplicates: 0, ignored: 0, late: 0, quarantined: 0 },
    ]);
    const [delivered] = await eventually(
      async () => (engine.delivered.length === 1 ? engine.delivered : undefined),
      500,
    );
    expect(delivered?.caseId).toBe(`acme:quoting:crm-deal-${nextEvent}`);
  });

  test("with a public URL takes what is signed for that one alone", async () => {
    const { url } = await start({ publicUrl: "https://mandate.example.com/" });
    const body = JSON.stringify([freshEvent()]);
    expect((await post(url, body)).status).toBe(401);
    expect((await post(url, body, "https://mandate.example.com/webhooks/hubspot")).status).toBe(202);
  });

  test("keeps what it answered 202 for, while the engine is away", async () => {
    const engine = watchedEngine({ onEvent: () => Promise.reject(new Error("engine away")) });
    const { url } = await start({ engine });
    expect((await post(url, JSON.stringify([freshEvent()]))).status).toBe(202);
    expect(await keptEvents(database.pool)).toMatchObject([{ state: "pending" }]);
  });

  test("answers 503 while the database is away, lives on and is not ready", async () => {
    const away = createLedgerPool("postgres://nobody@127.0.0.1:9/none", TEST_SECRET);
    const { url } = await start({ pool: away });
    const response = await post(url, JSON.stringify([freshEvent()]));
    expect([response.status, response.headers.get("content-type")]).toEqual([503, "application/problem+json"]);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    gateways = [];
    await away.end();
  });

  test("says that a port is taken", async () => {
    const { url } = await start();
    await expect(start({ port: Number(new URL(url).port) })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

describe("a body over 256 KiB is refused", () => {
  const tooLarge = "x".repeat(262_145);

  test("by its declared length, before it is sent", async () => {
    const { url } = await start();
    const before = performance.now();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest(`${url}/webhooks/hubspot`, { method: "POST", headers: { "content-length": 3_000_000 } });
      sent.on("response", (response) => resolve(response.statusCode));
      sent.on("error", reject);
      sent.flushHeaders();
    });
    expect(status).toBe(413);
    expect(performance.now() - before).toBeLessThan(400);
  });

  test("as it streams in, when it declares none", async () => {
    const { url } = await start();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest(`${url}/webhooks/hubspot`, { method: "POST" }, (response) =>
        resolve(response.statusCode),
      );
      sent.on("error", reject);
      sent.write(tooLarge);
    });
    expect(status).toBe(413);
  });

  test("and the next request is served", async () => {
    const { url } = await start();
    expect((await post(url, tooLarge)).status).toBe(413);
    expect((await post(url, JSON.stringify([freshEvent()]))).status).toBe(202);
  });
});

test("a chunked body within the limit is taken", async () => {
  const { url } = await start();
  const body = JSON.stringify([freshEvent()]);
  const target = `${url}/webhooks/hubspot`;
  const headers = signHubspotRequest(SECRET, { method: "POST", targetUrl: target, body, sentAtMs: Date.now() });
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sent = httpRequest(target, { method: "POST", headers }, (response) => resolve(response.statusCode));
    sent.on("error", reject);
    sent.write(body.slice(0, 20));
    setTimeout(() => sent.end(body.slice(20)), 20);
  });
  expect(status).toBe(202);
});

describe("stop", () => {
  test("answers a request that is under way, and closes the door", async () => {
    const gateway = await start();
    const { finish, status } = await beginPost(gateway.url, JSON.stringify([freshEvent()]));
    const stopped = gateway.stop();
    gateways = [];
    await expect(fetch(`${gateway.url}/livez`)).rejects.toThrow("fetch failed");
    finish();
    expect(await status).toBe(202);
    await stopped;
  });

  test("brings claimed events to their cases", async () => {
    const engine = watchedEngine({ onEvent: () => new Promise((resume) => setTimeout(resume, 100)) });
    const gateway = await start({ engine });
    const bodies = Array.from({ length: 20 }, () => JSON.stringify([freshEvent()]));
    await Promise.all(bodies.map((body) => post(gateway.url, body)));
    await eventually(async () => (engine.delivered.length > 0 ? true : undefined));
    await gateway.stop();
    gateways = [];
    const claimed = (await keptEvents(database.pool)).filter(({ attempts, told }) => attempts === 1 && !told);
    expect(claimed).toEqual([]);
  });

  test("does not wait for a connection that says nothing", async () => {
    const gateway = await start();
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
    await new Promise((resume) => socket.once("connect", resume));
    const before = performance.now();
    await gateway.stop();
    gateways = [];
    expect(performance.now() - before).toBeLessThan(1_000);
    socket.destroy();
  });
});
