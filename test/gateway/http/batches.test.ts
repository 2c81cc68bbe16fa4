import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BatchList, BatchShown } from "../../../gateway/http/batches.ts";
import type { Problem } from "../../../gateway/http/problem.ts";
import { MAX_BATCH_BYTES, MAX_WAITING_BATCHES } from "../../../gateway/batches/limits.ts";
import { acceptEvents } from "../../../gateway/inbox/accept.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { watchedEngine } from "../../fixtures/engine.ts";
import { gatewayWith } from "../../fixtures/gateway.ts";
import { incomingEvent } from "../../fixtures/inbox.ts";
import { ndjson, withUsage } from "../../fixtures/usage.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { eventually } from "../../setup/system.ts";

let database: TestDatabase;
let headers: { [name: string]: string };
beforeAll(async () => {
  database = await testDatabase();
  headers = { ...(await headersOf(database.pool, "feed", "system")), "content-type": "application/x-ndjson" };
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query("truncate inbox, inbox_clock");
  await database.pool.query("update batch set state = 'told' where state = 'stored'");
  nextDay();
});

/** Each test's own window: what is recorded of a batch outlives the test. */
let day = "";
let days = 0;
function nextDay(): string {
  days += 1;
  day = new Date(Date.UTC(2020, 0, days)).toISOString().slice(0, 10);
  return day;
}

const lines = (count: number, first = 0) =>
  Array.from({ length: count }, (_, n) => ({ account: `a${first + n}`, points: n + 1 }));

type Answer = { readonly status: number; readonly headers: Headers; readonly body: Partial<BatchShown & Problem> };

async function post(path: string, body: string, more: { [name: string]: string } = {}): Promise<Answer> {
  const api = apiOn(database.pool, { functions: withUsage });
  const response = await api.request(path, { method: "POST", headers: { ...headers, ...more }, body });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer["body"] };
}

async function get<T>(path: string): Promise<T> {
  return (await (await apiOn(database.pool, { functions: withUsage }).request(path, { headers })).json()) as T;
}

describe("a batch over HTTP", () => {
  test("is answered 202 with where it is to be looked at, and 200 when the same bytes come again", async () => {
    const first = await post(`/v1/batches/usage?window=${day}`, ndjson(lines(3)));
    expect(first).toMatchObject({
      status: 202,
      body: { source: "usage", window: day, state: "stored", rows: 3, badRows: 0, bad: [] },
    });
    const { batchId = "" } = first.body;
    expect(first.headers.get("location")).toBe(`/v1/batches/${batchId}`);
    expect(await post(`/v1/batches/usage?window=${day}`, ndjson(lines(3)))).toMatchObject({
      status: 200,
      body: { batchId },
    });
    expect(await get<BatchShown>(`/v1/batches/${batchId}`)).toEqual(first.body);
  });

  test("may be CSV", async () => {
    const csv = "account,points\na,1\nb,no\n";
    expect(
      await post(`/v1/batches/usage?window=${day}`, csv, { "content-type": "text/csv; charset=utf-8" }),
    ).toMatchObject({
      status: 202,
      body: {
        format: "csv",
        rows: 1,
        badRows: 1,
        bad: [{ line: 3, reason: expect.stringContaining("`points`") as string }],
      },
    });
  });

  test("with other bytes is refused by name, and taken when it is to replace", async () => {
    const { body } = await post(`/v1/batches/usage?window=${day}`, ndjson(lines(3)));
    const conflict = await post(`/v1/batches/usage?window=${day}`, ndjson(lines(4)));
    expect(conflict).toMatchObject({
      status: 409,
      body: { code: "batch-conflict", fix: expect.stringContaining("replace=true") as string },
    });
    expect(conflict.body.detail).toContain(body.batchId);
    expect(await post(`/v1/batches/usage?window=${day}&replace=true`, ndjson(lines(4)))).toMatchObject({
      status: 202,
      body: { rows: 4 },
    });
    const { batches } = await get<BatchList>("/v1/batches?source=usage");
    const ofToday = batches.filter(({ window }) => window === day);
    expect(ofToday.map(({ state }) => state).sort((a, b) => a.localeCompare(b))).toEqual(["stored", "superseded"]);
  });

  test("is listed by source", async () => {
    await post(`/v1/batches/usage?window=${day}`, ndjson(lines(3)));
    expect((await get<BatchList>("/v1/batches")).batches.map(({ window }) => window)).toContain(day);
    expect((await get<BatchList>("/v1/batches?source=other")).batches).toEqual([]);
    expect((await get<BatchList>("/v1/batches?limit=1")).batches[0]).not.toHaveProperty("bad");
  });
});

describe("is refused before it is read:", () => {
  test.for<[string, string, { [name: string]: string }, number, object]>([
    [
      "a source that nobody hears",
      "/v1/batches/other?window=2026-03",
      {},
      404,
      { code: "not-found", detail: "no function hears batches of `other`; heard are: price-book, propensity, usage" },
    ],
    ["no window", "/v1/batches/usage", {}, 400, { errors: [{ pointer: "/window" }] }],
    ["a window that is none", "/v1/batches/usage?window=march", {}, 400, { errors: [{ pointer: "/window" }] }],
    [
      "a replacement that is neither",
      "/v1/batches/usage?window=2026-03&replace=1",
      {},
      400,
      { errors: [{ pointer: "/replace" }] },
    ],
    [
      "another type",
      "/v1/batches/usage?window=2026-03",
      { "content-type": "application/json" },
      415,
      { code: "not-a-batch" },
    ],
    [
      "too many bytes",
      "/v1/batches/usage?window=2026-03",
      { "content-length": String(MAX_BATCH_BYTES + 1) },
      413,
      { code: "batch-too-large" },
    ],
    ["no token", "/v1/batches/usage?window=2026-03", { authorization: "" }, 401, { code: "not-authenticated" }],
  ])("%s", async ([, path, more, status, body]) => {
    expect(await post(path, ndjson(lines(1)), more)).toMatchObject({ status, body });
  });

  test("a header that nobody can read rows under, by its columns", async () => {
    const type = { "content-type": "text/csv" };
    expect(await post("/v1/batches/usage?window=2026-03", "account,email\n", type)).toMatchObject({
      status: 422,
      body: { code: "batch-unreadable", errors: [{ pointer: "/points" }] },
    });
  });

  test("one more than may wait, with the time to come back", async () => {
    for (let n = 0; n < MAX_WAITING_BATCHES; n += 1) {
      expect((await post(`/v1/batches/usage?window=${nextDay()}`, ndjson(lines(1)))).status).toBe(202);
    }
    const refused = await post(`/v1/batches/usage?window=${nextDay()}`, ndjson(lines(1)));
    expect(refused).toMatchObject({ status: 429, body: { code: "too-much-waits" } });
    expect(refused.headers.get("retry-after")).toBe("30");
    await database.pool.query("update batch set state = 'told'");
    expect((await post(`/v1/batches/usage?window=${day}`, ndjson(lines(1)))).status).toBe(202);
  });
});

describe("on a running gateway", () => {
  test("a batch of megabytes comes in as a stream, and every object reaches its case", async () => {
    const engine = watchedEngine();
    const gateway = await gatewayWith({ pool: database.pool, engine, functions: withUsage });
    try {
      const padding = "x".repeat(1_000);
      const rows = Array.from({ length: 3_000 }, (_, n) => ({ account: `a${n % 250}`, points: 1, padding }));
      const url = `${gateway.url}/v1/batches/usage?window=${day}`;
      const response = await fetch(url, { method: "POST", headers, body: ndjson(rows) });
      const { batchId } = (await response.json()) as BatchShown;
      expect(response.status).toBe(202);
      await eventually(
        async () => ((await get<BatchShown>(`/v1/batches/${batchId}`)).state === "told" ? true : undefined),
        20_000,
      );
      await eventually(async () => (engine.delivered.length === 250 ? true : undefined), 20_000);
      expect(new Set(engine.delivered.map(({ caseId }) => caseId)).size).toBe(250);
      expect(engine.delivered[0]).toMatchObject({
        start: { input: { functionId: "usage", objectType: "account" } },
        event: { source: "batch", system: "telemetry" },
      });
      expect(JSON.stringify(engine.delivered)).not.toMatch(/points|padding/);
    } finally {
      await gateway.stop();
    }
  });

  test("what happens live goes before what a batch tells", async () => {
    const engine = watchedEngine({ onEvent: () => new Promise((resume) => setTimeout(resume, 30)) });
    const gateway = await gatewayWith({ pool: database.pool, engine, functions: withUsage });
    try {
      const url = `${gateway.url}/v1/batches/usage?window=${day}`;
      await fetch(url, { method: "POST", headers, body: ndjson(lines(400)) });
      await eventually(async () => (engine.delivered.length > 20 ? true : undefined));
      const before = engine.delivered.length;
      const live = Array.from({ length: 10 }, (_, n) => incomingEvent(`live-${n}`, { objectId: `live-${n}` }));
      await acceptEvents(database.pool, live);
      await eventually(async () => {
        const heard = engine.delivered.filter(({ event }) => event.source === "hubspot");
        return heard.length === 10 ? true : undefined;
      });
      const last = engine.delivered.findLastIndex(({ event }) => event.source === "hubspot");
      // A second's look, what was under way, and the ten themselves: not the two hundred that wait.
      expect(last - before).toBeLessThan(150);
      expect(
        (await database.pool.query("select 1 from inbox where source = 'batch' and dispatched_at is null")).rowCount,
      ).toBeGreaterThan(20);
    } finally {
      await gateway.stop();
    }
  });

  test("a body that grows past 64 MiB is cut off, and the gateway goes on", async () => {
    const gateway = await gatewayWith({ pool: database.pool, functions: withUsage });
    try {
      const url = `${gateway.url}/v1/batches/usage?window=${day}`;
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const sent = httpRequest(url, { method: "POST", headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on("error", reject);
        const megabyte = Buffer.alloc(1024 * 1024, " ");
        let left = 66;
        const more = () => {
          left -= 1;
          if (left >= 0 && !sent.destroyed) sent.write(megabyte, more);
        };
        more();
      });
      expect(status).toBe(413);
      expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
    } finally {
      await gateway.stop();
    }
  });
});
