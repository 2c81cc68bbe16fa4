import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HUBSPOT_PATH } from "../../../../gateway/webhooks/hubspot/route.ts";
import { apiOn } from "../../../fixtures/api.ts";
import { hubspotEvent, hubspotEventWithout, NOW_MS, signedRequest, TARGET } from "../../../fixtures/hubspot.ts";
import { keptEvents } from "../../../fixtures/inbox.ts";
import { keptLog } from "../../../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../../../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query("truncate inbox, inbox_clock");
});

const post = async (request: Request) => {
  const response = await apiOn(database.pool).request(request);
  return { status: response.status, body: (await response.json()) as { [field: string]: unknown } };
};
const counts = { accepted: 0, duplicates: 0, ignored: 0, late: 0 };
const kept = async () => (await keptEvents(database.pool)).length;

describe("a signed batch", () => {
  test("is answered 202 once it is durable, with what became of each event", async () => {
    const older = hubspotEvent({ eventId: 2, occurredAt: NOW_MS - 60_000 });
    const contact = hubspotEvent({ eventId: 3, subscriptionType: "contact.creation" });
    const batch = [hubspotEvent(), hubspotEvent(), older, contact];
    expect(await post(signedRequest(batch))).toEqual({
      status: 202,
      body: { accepted: 1, duplicates: 1, late: 1, ignored: 1 },
    });
    expect((await keptEvents(database.pool)).map(({ state }) => state).sort()).toEqual(["ignored", "late", "pending"]);
  });

  test("is kept as it came, unknown fields included", async () => {
    const event = hubspotEvent({ isSensitive: false, nested: { deep: ["value"] } });
    await post(signedRequest([event]));
    const { rows } = await database.pool.query("select body, source, object_type, object_id, function_id from inbox");
    expect(rows).toEqual([
      { body: event, source: "hubspot", object_type: "deal", object_id: "1001", function_id: "quoting" },
    ]);
  });

  test("delivered again is a duplicate, also with a higher attempt number", async () => {
    await post(signedRequest([hubspotEvent()]));
    expect((await post(signedRequest([hubspotEvent({ attemptNumber: 1 })]))).body).toEqual({
      ...counts,
      duplicates: 1,
    });
  });

  test("delivered 50 times at once is accepted once", async () => {
    const api = apiOn(database.pool);
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => api.request(signedRequest([hubspotEvent()]))),
    );
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as (typeof counts)[];
    expect(bodies.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(1);
    expect(await kept()).toBe(1);
  });

  test("of 100 events is one commit", async () => {
    const batch = Array.from({ length: 100 }, (_, index) => hubspotEvent({ eventId: index, objectId: index }));
    expect(await post(signedRequest(batch))).toEqual({ status: 202, body: { ...counts, accepted: 100 } });
  });

  test("of types that nobody listens to is kept and never refused", async () => {
    const batch = [
      hubspotEvent({ subscriptionType: "deal.deletion" }),
      hubspotEvent({ subscriptionType: "company.merge", eventId: 2 }),
      { ...hubspotEventWithout("objectId"), subscriptionType: "contact.associationChange" },
      hubspotEvent({ propertyName: "amount", eventId: 3 }),
    ];
    expect(await post(signedRequest(batch))).toEqual({ status: 202, body: { ...counts, ignored: 4 } });
    expect(await kept()).toBe(4);
  });

  test("with characters that the database cannot keep is kept without them", async () => {
    const text = JSON.stringify([hubspotEvent()]).replace("CRM", String.raw`C\u0000\ud800M`);
    expect((await post(signedRequest(text))).status).toBe(202);
    const { rows } = await database.pool.query<{ source: string }>("select body->>'changeSource' as source from inbox");
    expect(rows).toEqual([{ source: "C\uFFFD\uFFFDM" }]);
  });

  test("wakes the relay when an event waits, and not for duplicates", async () => {
    let pokes = 0;
    const api = apiOn(database.pool, { onAccepted: () => void (pokes += 1) });
    await api.request(signedRequest([hubspotEvent()]));
    expect(pokes).toBe(1);
    await api.request(signedRequest([hubspotEvent()]));
    expect(pokes).toBe(1);
  });
});

describe("a request that HubSpot did not sign just now is answered 401 and leaves nothing", () => {
  const unsigned = () => new Request(TARGET, { method: "POST", body: JSON.stringify([hubspotEvent()]) });
  const tampered = async () => {
    const { headers } = signedRequest([hubspotEvent()]);
    return new Request(TARGET, { method: "POST", headers, body: JSON.stringify([hubspotEvent({ objectId: 2 })]) });
  };
  const cases = [
    ["signature-missing", unsigned],
    ["signature-forged", () => signedRequest([hubspotEvent()], { secret: "another secret" })],
    ["signature-forged", tampered],
    [
      "signature-forged",
      () => signedRequest([hubspotEvent()], { targetUrl: "http://elsewhere.example/webhooks/hubspot" }),
    ],
    ["signature-forged", () => signedRequest([hubspotEvent()], { headers: { "x-hubspot-signature-v3": "x" } })],
    ["signature-stale", () => signedRequest([hubspotEvent()], { sentAtMs: NOW_MS - 300_001 })],
    ["signature-future", () => signedRequest([hubspotEvent()], { sentAtMs: NOW_MS + 300_001 })],
    [
      "signature-malformed-timestamp",
      () => signedRequest([hubspotEvent()], { headers: { "x-hubspot-request-timestamp": `${NOW_MS}abc` } }),
    ],
    ["signature-forged", () => signedRequest("not even json", { secret: "another secret" })],
  ] as const;
  test.for(cases)("%s", async ([code, request]) => {
    const answer = await post(await request());
    expect(answer).toMatchObject({ status: 401, body: { code, status: 401, fix: expect.any(String) as string } });
    expect(await kept()).toBe(0);
  });

  test("and the log names the code, not the body", async () => {
    const { log, lines } = keptLog();
    await apiOn(database.pool, {}, log).request(unsigned());
    expect(lines).toMatchObject([{ level: 40, msg: "delivery refused", code: "missing", source: "hubspot" }]);
    expect(JSON.stringify(lines)).not.toContain("approval_requested");
  });
});

describe("a body that is not a batch is answered with a problem that says where", () => {
  const deep = `[{"a":${"[".repeat(64)}${"]".repeat(64)}}]`;
  const cases = [
    { name: "no JSON", body: "[", status: 400, code: "malformed-json" },
    { name: "66 levels", body: deep, status: 400, code: "too-deep" },
    { name: "a key twice", body: '[{"eventId":1,"eventId":2}]', status: 400, code: "duplicate-key" },
    { name: "no array", body: hubspotEvent(), status: 400, code: "validation", at: "" },
    { name: "no events", body: [], status: 400, code: "validation", at: "" },
    {
      name: "101 events",
      body: Array.from({ length: 101 }, () => hubspotEvent()),
      status: 400,
      code: "validation",
      at: "",
    },
    {
      name: "no occurredAt",
      body: [hubspotEventWithout("occurredAt")],
      status: 400,
      code: "validation",
      at: "/0/occurredAt",
    },
    {
      name: "no objectId",
      body: [hubspotEvent(), hubspotEventWithout("objectId")],
      status: 400,
      code: "validation",
      at: "/1/objectId",
    },
    {
      name: "portalId as a word",
      body: [hubspotEvent({ portalId: "mine" })],
      status: 400,
      code: "validation",
      at: "/0/portalId",
    },
    { name: "over 256 KiB", body: [hubspotEvent({ padding: "x".repeat(262_144) })], status: 413, code: "too-large" },
  ];
  test.for(cases)("$name", async ({ body, status, code, at }) => {
    const response = await apiOn(database.pool).request(signedRequest(body));
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const problem = (await response.json()) as { errors?: { pointer: string; detail: string }[] };
    expect(problem).toMatchObject({
      type: `urn:mandate:problem:${code}`,
      title: expect.any(String) as string,
      status,
      code,
    });
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(at === undefined ? undefined : [at]);
    expect(response.status).toBe(status);
    expect(await kept()).toBe(0);
  });

  test("exactly 256 KiB is taken", async () => {
    const bare = JSON.stringify([hubspotEvent({ padding: "" })]);
    const event = hubspotEvent({ padding: "x".repeat(262_144 - bare.length) });
    expect((await post(signedRequest([event]))).status).toBe(202);
  });
});

test("an inbox that fails is answered 503, so that the batch is sent again", async () => {
  const { log, lines } = keptLog();
  const api = apiOn(database.pool, { accept: () => Promise.reject(new Error("database away")) }, log);
  const response = await api.request(signedRequest([hubspotEvent()]));
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await response.json()).toMatchObject({ code: "not-stored" });
  expect(lines).toMatchObject([{ level: 50, msg: "delivery not stored" }]);
});

test("a GET on the door does nothing", async () => {
  const response = await apiOn(database.pool).request(HUBSPOT_PATH);
  expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
});
