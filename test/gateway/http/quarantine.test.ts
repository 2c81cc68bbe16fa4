import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readRecords } from "../../../audit/records.ts";
import { tellStory } from "../../../audit/story.ts";
import type { ApiDeps } from "../../../gateway/http/api.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { plant } from "../../fixtures/company-rows.ts";
import { hubspotEvent, NOW_MS, signedRequest } from "../../fixtures/hubspot.ts";
import { incomingEvent, keptEvents } from "../../fixtures/inbox.ts";
import { acceptEvents } from "../../../gateway/inbox/accept.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let ola: { readonly [name: string]: string };
let dana: { readonly [name: string]: string };
let pokes = 0;
beforeAll(async () => {
  database = await testDatabase();
  ola = await headersOf(database.pool, "ola", "ops-engineer");
  dana = await headersOf(database.pool, "dana", "partner-manager");
});
afterAll(() => database.drop());
beforeEach(async () => {
  await plant(database.pool, ["truncate inbox, inbox_clock, quarantined_event"]);
  pokes = 0;
});

const NOW = new Date(NOW_MS).toISOString();
const deps = (changes: Partial<ApiDeps> = {}) => ({ at: () => NOW, onAccepted: () => void (pokes += 1), ...changes });

type Answer = { readonly status: number; readonly [field: string]: unknown };

async function ask(
  method: string,
  path: string,
  body?: object,
  who = ola,
  changes: Partial<ApiDeps> = {},
): Promise<Answer> {
  const init = { method, headers: { ...who, "idempotency-key": randomUUID() } };
  const sent = body === undefined ? init : { ...init, body: JSON.stringify(body) };
  const response = await apiOn(database.pool, deps(changes)).request(path, sent);
  return { status: response.status, ...((await response.json()) as object) };
}

/** Every id in quarantine, of what was posted; none of them of another company. */
async function quarantined(body: unknown, changes: Partial<ApiDeps> = {}): Promise<string[]> {
  await apiOn(database.pool, deps(changes)).request(signedRequest(body));
  const { events } = (await ask("GET", "/v1/events/quarantine?state=held")) as unknown as {
    events: { quarantineId: string }[];
  };
  return events.map(({ quarantineId }) => quarantineId);
}

const path = (id: string | undefined, verb = "") => `/v1/events/quarantine/${id}${verb && `/${verb}`}`;
const foreign = () => [hubspotEvent({ portalId: 7 })];

describe("an event in quarantine", () => {
  test("is listed, and shown with why and what came", async () => {
    const [id] = await quarantined([hubspotEvent({ objectId: "Q-1", dealname: "Secret" })]);
    expect(await ask("GET", path(id))).toEqual({
      status: 200,
      quarantineId: id,
      caseId: `acme:quarantine:${id}`,
      source: "hubspot",
      code: "unknown-shape",
      state: "held",
      receivedAt: NOW,
      times: 1,
      settledAt: null,
      why: "/objectId: expected a whole number of up to 20 digits",
      text: expect.stringContaining('"objectId":"Q-1"') as string,
    });
  });

  test("keeps what it says in its record alone, sealed", async () => {
    await quarantined([hubspotEvent({ objectId: "Q-canary-1" })]);
    const { rows } = await database.pool.query<{ text: string }>(
      `select q::text as text from quarantined_event q union all select r.envelope from audit_record r
       union all select encode(s, 'escape') from audit_record r, unnest(r.sealed) as s`,
    );
    expect(rows.some(({ text }) => text.includes("Q-canary-1"))).toBe(false);
  });

  test("is read by ops engineers, and known of by everybody", async () => {
    const [id] = await quarantined(foreign(), { portalId: "62515" });
    expect((await ask("GET", "/v1/events/quarantine?total=true", undefined, dana))["total"]).toBe(1);
    for (const answer of [
      await ask("GET", path(id), undefined, dana),
      await ask("POST", path(id, "replay"), {}, dana),
      await ask("POST", path(id, "drop"), { reason: "r" }, dana),
    ]) {
      expect(answer).toMatchObject({ status: 403, code: "wrong-role" });
    }
  });

  test("is none of another company's", async () => {
    const [id] = await quarantined([7]);
    await plant(database.pool, [`update quarantined_event set company = 'bolt' where quarantine_id = '${id}'`]);
    expect((await ask("GET", path(id))).status).toBe(404);
    expect((await ask("GET", "/v1/events/quarantine"))["events"]).toEqual([]);
  });
});

describe("replay", () => {
  test("says what is still wrong, and leaves it there", async () => {
    const [id] = await quarantined(foreign(), { portalId: "62515" });
    const answer = await ask("POST", path(id, "replay"), {}, ola, { portalId: "62515" });
    expect(answer).toMatchObject({
      status: 409,
      code: "still-odd",
      detail: "it is of portal 7; HUBSPOT_PORTAL_ID says 62515",
    });
    expect(await ask("GET", path(id))).toMatchObject({ state: "held" });
    expect(await keptEvents(database.pool)).toEqual([]);
  });

  test("after a fix takes it as if it came now, once, and records who did it", async () => {
    const [id] = await quarantined(foreign(), { portalId: "62515" });
    const answer = await ask("POST", path(id, "replay"), {}, ola, { portalId: "7" });
    expect(answer).toEqual({
      status: 200,
      quarantineId: id,
      state: "replayed",
      eventIds: [expect.stringMatching(/^evt_/)],
    });
    expect(await keptEvents(database.pool)).toMatchObject([{ state: "pending" }]);
    expect(pokes).toBe(1);
    expect(await ask("POST", path(id, "replay"), {}, ola, { portalId: "7" })).toMatchObject({
      status: 409,
      code: "left-quarantine",
    });
    const { records, intact } = await readRecords(database.pool, "acme", `acme:quarantine:${id}`);
    expect([intact, tellStory(records).map(({ who, text }) => `${who} ${text}`)]).toEqual([
      true,
      ["hubspot sends an event that cannot be taken for foreign-portal", "ola has the event read again: it is taken"],
    ]);
  });

  test("by two at once takes it once", async () => {
    const [id] = await quarantined(foreign(), { portalId: "62515" });
    const answers = await Promise.all([1, 2, 3].map(() => ask("POST", path(id, "replay"), {}, ola, { portalId: "7" })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    expect(await keptEvents(database.pool)).toHaveLength(1);
  });

  test("of a delivery that came whole takes what is sound and holds the rest by itself", async () => {
    const batch = [...Array.from({ length: 101 }, (_, index) => hubspotEvent({ objectId: index })), 7];
    const [id] = await quarantined(batch);
    const { status, eventIds } = await ask("POST", path(id, "replay"), {});
    expect([status, (eventIds as string[]).length]).toEqual([200, 101]);
    expect(await keptEvents(database.pool)).toHaveLength(101);
    const { events } = (await ask("GET", "/v1/events/quarantine?state=held")) as unknown as { events: object[] };
    expect(events).toMatchObject([{ code: "unknown-shape" }]);
  });

  test("of what is no JSON never succeeds", async () => {
    const [id] = await quarantined("[");
    expect(await ask("POST", path(id, "replay"), {})).toMatchObject({ status: 409, code: "still-odd" });
  });

  test("of a key that was used before tells what came as what it is", async () => {
    const tell = (objectId: string) => {
      const object = { system: "crm", type: "deal", id: objectId };
      const change = { kind: "changed", property: "quote_status", value: "approval_requested" };
      const headers = { ...ola, "idempotency-key": "delivery-1" };
      return apiOn(database.pool, deps()).request("/v1/events", {
        method: "POST",
        headers,
        body: JSON.stringify({ object, change }),
      });
    };
    expect((await tell("1")).status).toBe(202);
    const second = await tell("2");
    expect([second.status, await second.json()]).toEqual([202, { state: "quarantined", hearing: [] }]);
    const { events } = (await ask("GET", "/v1/events/quarantine")) as unknown as { events: { quarantineId: string }[] };
    expect((await ask("POST", path(events[0]?.quarantineId, "replay"), {})).status).toBe(200);
    const { rows } = await database.pool.query("select object_id, state from inbox order by object_id");
    expect(rows).toEqual([
      { object_id: "1", state: "pending" },
      { object_id: "2", state: "pending" },
    ]);
  });
});

describe("drop", () => {
  test("says for ever that nothing comes of it, by whom and why", async () => {
    const [id] = await quarantined([7]);
    expect(await ask("POST", path(id, "drop"), { reason: "a test of theirs" })).toEqual({
      status: 200,
      quarantineId: id,
      state: "dropped",
    });
    expect(await ask("POST", path(id, "replay"), {})).toMatchObject({ status: 409, code: "left-quarantine" });
    expect(await ask("POST", path(id, "drop"), { reason: "again" })).toMatchObject({
      status: 409,
      code: "left-quarantine",
    });
    const { records } = await readRecords(database.pool, "acme", `acme:quarantine:${id}`);
    expect(records.at(-1)?.body).toMatchObject({ change: "dropped", person: "ola", reason: "a test of theirs" });
  });

  test.for([{}, { reason: " " }, { reason: "x", more: 1 }])("asks for a reason: %j", async (body) => {
    const [id] = await quarantined([7]);
    expect((await ask("POST", path(id, "drop"), body)).status).toBe(400);
  });

  test("stands when the same comes again", async () => {
    const [id] = await quarantined([8]);
    await ask("POST", path(id, "drop"), { reason: "r" });
    expect(await quarantined([8])).toEqual([]);
    expect(await ask("GET", path(id))).toMatchObject({ state: "dropped", times: 2 });
  });
});

describe("an event that came late", () => {
  const given = async () => {
    const ahead = incomingEvent("ahead", { occurredAt: "2036-01-01T00:00:00.000Z" });
    const late = incomingEvent("late", { occurredAt: NOW });
    expect(await acceptEvents(database.pool, [ahead, late])).toEqual(["accepted", "late"]);
    return late.eventId;
  };

  test("is found by its state", async () => {
    const eventId = await given();
    expect(await ask("GET", "/v1/events?state=late&total=true")).toMatchObject({ total: 1, events: [{ eventId }] });
  });

  test("is heard when an operator says so, and the stamp that made it late counts no more", async () => {
    const eventId = await given();
    const heard = await ask("POST", `/v1/events/${eventId}/hear`, { reason: "their clock was wrong" });
    expect(heard).toMatchObject({ status: 202, caseId: "acme:quoting:crm-deal-1001", state: "accepted" });
    expect(pokes).toBe(1);
    const { rows } = await database.pool.query("select source, state, body from inbox where event_id = $1", [
      heard["eventId"],
    ]);
    const reason = `their clock was wrong (of ${eventId})`;
    expect(rows).toEqual([{ source: "asked", state: "pending", body: { askedBy: "ola", reason } }]);
    expect(
      await acceptEvents(database.pool, [incomingEvent("next", { occurredAt: "2026-03-02T09:00:01.000Z" })]),
    ).toEqual(["accepted"]);
  });

  test("is heard once, and nothing else is", async () => {
    const eventId = await given();
    const reason = "their clock was wrong";
    const first = await ask("POST", `/v1/events/${eventId}/hear`, { reason });
    expect(await ask("POST", `/v1/events/${eventId}/hear`, { reason })).toEqual(first);
    const { eventId: again } = incomingEvent("ahead", { occurredAt: "2036-01-01T00:00:00.000Z" });
    expect(await ask("POST", `/v1/events/${again}/hear`, { reason })).toMatchObject({ status: 409, code: "not-late" });
    expect((await ask("POST", `/v1/events/evt_${"0".repeat(20)}/hear`, { reason })).status).toBe(404);
    expect(await ask("POST", `/v1/events/${eventId}/hear`, { reason }, dana)).toMatchObject({ status: 403 });
  });
});

test("the status counts what is held and what came late", async () => {
  await quarantined([7]);
  await acceptEvents(database.pool, [
    incomingEvent("new"),
    incomingEvent("old", { occurredAt: "2026-03-01T09:00:00.000Z" }),
  ]);
  expect((await ask("GET", "/v1/status"))["quarantine"]).toEqual({ held: 1, oldestAt: NOW, late: 1 });
});
