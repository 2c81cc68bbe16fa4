import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HUBSPOT_PATH } from "../../../../gateway/webhooks/hubspot/route.ts";
import { plant } from "../../../fixtures/company-rows.ts";
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
  await putAside();
});

/** The test starts afresh: what is kept for ever is put aside by the owner. */
const putAside = () => plant(database.pool, ["truncate quarantined_event"]);

const at = () => new Date(NOW_MS).toISOString();
const post = async (request: Request) => {
  const response = await apiOn(database.pool, { at }).request(request);
  return { status: response.status, body: (await response.json()) as { [field: string]: unknown } };
};
const counts = { accepted: 0, duplicates: 0, ignored: 0, late: 0, quarantined: 0 };
const kept = async () => (await keptEvents(database.pool)).length;

describe("a signed batch", () => {
  test("is answered 202 once it is durable, with what became of each event", async () => {
    const older = hubspotEvent({ eventId: 2, occurredAt: NOW_MS - 60_000 });
    const contact = hubspotEvent({ eventId: 3, subscriptionType: "contact.creation" });
    const batch = [hubspotEvent(), hubspotEvent(), older, contact];
    expect(await post(signedRequest(batch))).toEqual({
      status: 202,
      body: { ...counts, accepted: 1, duplicates: 1, late: 1, ignored: 1 },
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
      hubspotEvent({ propertyName: "hs_next_step", eventId: 3 }),
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

describe("what cannot be taken is kept in quarantine, costs nothing else and is never answered 4xx", () => {
  const held = async () => {
    const { rows } = await database.pool.query<{ code: string; times: number }>(
      "select code, times from quarantined_event where state = 'held' order by code",
    );
    return rows.map(({ code, times }) => (times === 1 ? code : `${code} ${times} times`));
  };
  const deep = `[{"a":${"[".repeat(64)}${"]".repeat(64)}}]`;
  const sound = hubspotEvent();
  const many = Array.from({ length: 99 }, (_, index) => hubspotEvent({ objectId: index }));
  const cases: readonly { name: string; body: unknown; taken?: number; code: string }[] = [
    { name: "no JSON", body: "[", code: "unreadable" },
    { name: "66 levels", body: deep, code: "unreadable" },
    { name: "a key twice", body: '[{"eventId":1,"eventId":2}]', code: "unreadable" },
    { name: "no array", body: sound, code: "not-a-batch" },
    { name: "101 events", body: Array.from({ length: 101 }, () => sound), code: "not-a-batch" },
    {
      name: "one of a hundred without a time",
      body: [...many, hubspotEventWithout("occurredAt")],
      taken: 99,
      code: "stamp",
    },
    { name: "a time as text", body: [sound, hubspotEvent({ occurredAt: "1700000000000" })], taken: 1, code: "stamp" },
    { name: "a time before 1970", body: [hubspotEvent({ occurredAt: -1 }), sound], taken: 1, code: "stamp" },
    { name: "a time after 9999", body: [hubspotEvent({ occurredAt: 1e18 }), sound], taken: 1, code: "stamp" },
    { name: "one of a hundred that is no object", body: [...many, 7], taken: 99, code: "unknown-shape" },
    { name: "null", body: [null, sound], taken: 1, code: "unknown-shape" },
    { name: "no objectId", body: [sound, hubspotEventWithout("objectId")], taken: 1, code: "unknown-shape" },
    {
      name: "an object's id too wide",
      body: [sound, hubspotEvent({ objectId: "1".repeat(21) })],
      taken: 1,
      code: "unknown-shape",
    },
    { name: "portalId as a word", body: [sound, hubspotEvent({ portalId: "mine" })], taken: 1, code: "unknown-shape" },
  ];
  test.for(cases)("$name", async ({ body, taken = 0, code }) => {
    expect(await post(signedRequest(body))).toEqual({
      status: 202,
      body: { ...counts, accepted: taken, quarantined: 1 },
    });
    expect([await held(), await kept()]).toEqual([[code], taken]);
  });

  test("once, however often it comes, whatever its attempt", async () => {
    await post(signedRequest([7, hubspotEventWithout("objectId")]));
    await post(signedRequest([hubspotEvent({ attemptNumber: 3, objectId: undefined }), 7]));
    expect(await held()).toEqual(["unknown-shape 2 times", "unknown-shape 2 times"]);
  });

  test("no events are no fault", async () => {
    expect(await post(signedRequest([]))).toEqual({ status: 202, body: counts });
  });

  test("another account's events, once it is said which is ours", async () => {
    const batch = [
      hubspotEvent(),
      hubspotEvent({ portalId: 7, objectId: 2 }),
      hubspotEvent({ portalId: "62515", objectId: 3 }),
    ];
    const response = await apiOn(database.pool, { at, portalId: "62515" }).request(signedRequest(batch));
    expect(await response.json()).toEqual({ ...counts, accepted: 2, quarantined: 1 });
    expect(await held()).toEqual(["foreign-portal"]);
  });

  test("and when that fails, the batch is sent again", async () => {
    await database.pool.query("alter table quarantined_event rename to away");
    try {
      expect(await post(signedRequest([7]))).toMatchObject({ status: 503, body: { code: "not-stored" } });
    } finally {
      await database.pool.query("alter table away rename to quarantined_event");
    }
  });

  test("over 256 KiB is refused unread", async () => {
    const response = await post(signedRequest([hubspotEvent({ padding: "x".repeat(262_144) })]));
    expect(response).toMatchObject({ status: 413, body: { code: "too-large" } });
    expect(await held()).toEqual([]);
  });

  test("exactly 256 KiB is taken", async () => {
    const bare = JSON.stringify([hubspotEvent({ padding: "" })]);
    const event = hubspotEvent({ padding: "x".repeat(262_144 - bare.length) });
    expect((await post(signedRequest([event]))).status).toBe(202);
  });
});

describe("an id of a delivery is text of any kind", () => {
  test.for(["12345678901234567", "123456789012345678901234567890", '"evt-ü"', "null", "1.5", "true", '{"a":1}'])(
    "eventId %s",
    async (eventId) => {
      const text = JSON.stringify([hubspotEvent()]).replace('"eventId":3816279480', `"eventId":${eventId}`);
      expect((await post(signedRequest(text))).body).toEqual({ ...counts, accepted: 1 });
    },
  );

  test("and an object's id beyond 2^53 is read exactly", async () => {
    const text = JSON.stringify([hubspotEvent()]).replace('"objectId":1001', '"objectId":12345678901234567');
    await post(signedRequest(text));
    const { rows } = await database.pool.query("select object_id from inbox");
    expect(rows).toEqual([{ object_id: "12345678901234567" }]);
  });

  test("what is of no meaning here has any form", async () => {
    const event = hubspotEvent({ sourceId: null, changeSource: 7, changeFlag: [], appId: "a", attemptNumber: "2" });
    expect((await post(signedRequest([event]))).body).toEqual({ ...counts, accepted: 1 });
  });
});

describe("one change is one event, however it is told", () => {
  const told = [
    ["by another subscription, under another id", { subscriptionId: 26, eventId: 2 }],
    ["by another application", { appId: 7 }],
    ["by another attempt", { attemptNumber: 4 }],
    ["by another source's name", { changeSource: "INTEGRATION", sourceId: "x", changeFlag: "UPDATED" }],
    ["by a generic subscription", { subscriptionType: "object.propertyChange", objectTypeId: "0-3" }],
  ] as const;
  test.for(told)("%s", async ([, changes]) => {
    await post(signedRequest([hubspotEvent()]));
    expect((await post(signedRequest([hubspotEvent(changes)]))).body).toEqual({ ...counts, duplicates: 1 });
  });

  test.for([
    ["value", { propertyValue: "draft" }],
    ["time", { occurredAt: NOW_MS - 500 }],
    ["property", { propertyName: "amount" }],
    ["object", { objectId: 7 }],
    ["account", { portalId: 7 }],
  ] as const)("another %s under the same id is another event", async ([, changes]) => {
    await post(signedRequest([hubspotEvent()]));
    const { body } = await post(signedRequest([hubspotEvent(changes)]));
    expect([body["duplicates"], body["quarantined"]]).toEqual([0, 0]);
    expect(await kept()).toBe(2);
  });
});

describe("a URL that is registered with a query", () => {
  test.for(["?tenant=a%40b", "?a=1&b=%2Fx%20y", "?"])("%s verifies", async (query) => {
    const targetUrl = `${TARGET}${query}`;
    expect((await post(signedRequest([hubspotEvent()], { targetUrl }))).status).toBe(202);
  });

  test("is signed with it: another query is another URL", async () => {
    const { headers } = signedRequest([hubspotEvent()], { targetUrl: `${TARGET}?tenant=a` });
    const body = JSON.stringify([hubspotEvent()]);
    const moved = new Request(`${TARGET}?tenant=b`, { method: "POST", headers, body });
    expect(await post(moved)).toMatchObject({ status: 401, body: { code: "signature-forged" } });
  });
});

describe("a stamp", () => {
  const stamps = async () => {
    const { rows } = await database.pool.query<{ occurred_at: string; said_at: string | null; state: string }>(
      "select occurred_at, said_at, state from inbox order by received_at, event_id",
    );
    return rows.map(({ occurred_at: occurredAt, said_at: saidAt, state }) => [occurredAt, saidAt, state]);
  };
  const tell = (occurredAt: number, value = "approval_requested") =>
    post(signedRequest([hubspotEvent({ occurredAt, propertyValue: value })]));
  const now = new Date(NOW_MS).toISOString();
  const day = 86_400_000;

  test.for([
    ["years ahead", NOW_MS + 3_650 * day],
    ["a little more than five minutes ahead", NOW_MS + 300_001],
    ["years back", 0],
    ["a little more than three days back", NOW_MS - 3 * day - 1],
  ] as const)("%s is not believed: the arrival counts, and that is said", async ([, occurredAt]) => {
    expect((await tell(occurredAt)).body).toEqual({ ...counts, accepted: 1 });
    expect(await stamps()).toEqual([[now, new Date(occurredAt).toISOString(), "pending"]]);
  });

  test.for([
    ["five minutes ahead", NOW_MS + 300_000, NOW_MS],
    ["three days back", NOW_MS - 3 * day, NOW_MS - 3 * day],
  ] as const)("%s is believed, and never later than it came", async ([, occurredAt, counted]) => {
    await tell(occurredAt);
    expect(await stamps()).toEqual([[new Date(counted).toISOString(), null, "pending"]]);
  });

  test.for([NOW_MS + 3_650 * day, NOW_MS + 300_000])(
    "of %i deafens no object: what comes next is heard",
    async (ahead) => {
      await tell(ahead, "approval_requested");
      const response = await apiOn(database.pool, { at: () => new Date(NOW_MS + 1_000).toISOString() }).request(
        signedRequest([hubspotEvent({ occurredAt: NOW_MS + 500, eventId: 2 })]),
      );
      expect(await response.json()).toEqual({ ...counts, accepted: 1 });
    },
  );

  test("of the far past is heard, though newer ones came", async () => {
    await tell(NOW_MS - 1_000);
    expect((await tell(0)).body).toEqual({ ...counts, accepted: 1 });
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
