import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { EventView } from "../../../gateway/http/events.ts";
import { acceptEvents } from "../../../gateway/inbox/accept.ts";
import { giveVerdict } from "../../../audit/ledgers/approvals.ts";
import { beginEffect, settleEffect } from "../../../audit/ledgers/effects.ts";
import { openEscalation } from "../../../audit/ledgers/escalations.ts";
import { appendRecord } from "../../../audit/records.ts";
import type { DecisionDraft } from "../../../audit/ledgers/decisions.ts";
import { caseIdOf, objectRefOf, stepKeyOf } from "../../../domain/ids.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { detailsFixture } from "../../fixtures/details.ts";
import { incomingEvent } from "../../fixtures/inbox.ts";
import { DIGEST, givenDecision, route, type Names } from "../../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let headers: { [name: string]: string };
beforeAll(async () => {
  database = await testDatabase();
  headers = await headersOf(database.pool, "dana", "partner-manager");
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query("truncate inbox, inbox_clock");
});

const list = async (query = "") => {
  const response = await apiOn(database.pool).request(`/v1/events${query}`, { headers });
  return (await response.json()) as { events: EventView[]; next: string | null };
};

/** An accepted event of an object of its own, with the names that its main step has in the ledgers. */
async function arrived(objectId: string, name = objectId) {
  const event = incomingEvent(`${objectId}/${name}`, { objectId });
  await acceptEvents(database.pool, [event]);
  const caseId = caseIdOf("acme", "quoting", objectRefOf("crm", "deal", objectId));
  const names: Names = { company: "acme", caseId, stepKey: stepKeyOf(caseId, event.eventId, "approve-discount", 1) };
  return { ...event, ...names, names };
}

const now = () => new Date().toISOString();

async function executed(names: Names, changed: Partial<DecisionDraft> = {}) {
  const { permit } = await givenDecision(database.pool, names, changed);
  await beginEffect(database.pool, permit, { functionId: "quoting", at: now() });
  const receipt = { externalRef: "Q-1/1", answeredAt: now() };
  await settleEffect(database.pool, permit, { state: "done", receipt }, now());
}

async function escalated(names: Names) {
  const { decisionId } = await givenDecision(database.pool, names, { verdict: "escalate", route });
  const asked = { decisionId, actionDigest: DIGEST, requestedBy: "sam", route, reason: "over 15 %", at: now() };
  const { escalationId } = await openEscalation(database.pool, { ...names, ...asked });
  return { decisionId, escalationId };
}

async function answered(escalationId: string, verdict: "approve" | "reject") {
  const person = { personId: "dana", role: "partner-manager" };
  const given = { company: "acme", escalationId, ...person, verdict, actionDigest: DIGEST, reason: "seen" };
  const taken = await giveVerdict(database.pool, { ...given, at: new Date().toISOString() });
  if (taken.kind !== "taken") throw new Error(taken.code);
  return taken.approvalId;
}

const told = ({ company, caseId, eventId }: { company: string; caseId: string; eventId: string }) =>
  appendRecord(database.pool, {
    company,
    caseId,
    kind: "event",
    key: `${eventId}/event`,
    at: now(),
    body: { eventId },
  });

const ended = ({ company, caseId, eventId }: { company: string; caseId: string; eventId: string }, kind: string) =>
  appendRecord(database.pool, {
    company,
    caseId,
    kind: "case_end",
    key: `${caseId}/${eventId}/end`,
    at: now(),
    body: { eventId, outcomes: [{ step: "approve-discount", kind, reason: "" }] },
  });

describe("an event shows what became of it", () => {
  test("accepted: all that is known, and open", async () => {
    const { eventId, caseId, occurredAt } = await arrived("100");
    expect((await list()).events).toEqual([
      {
        eventId,
        source: "hubspot",
        functionId: "quoting",
        objectType: "deal",
        objectId: "100",
        caseId,
        state: "pending",
        occurredAt,
        saidAt: null,
        receivedAt: expect.stringMatching(/Z$/) as string,
        decision: null,
        outcome: "open",
        firstEffectMs: null,
        waitingFor: null,
      },
    ]);
  });

  test("ignored and late: none, for no case works on them", async () => {
    await acceptEvents(database.pool, [
      incomingEvent("ignored", { objectId: "101", listened: false }),
      incomingEvent("new", { objectId: "102" }),
      incomingEvent("old", { objectId: "102", occurredAt: "2026-03-01T09:00:00.000Z" }),
    ]);
    const { events } = await list();
    const none = events.filter(({ outcome }) => outcome === "none");
    expect(none.map(({ state }) => state).sort()).toEqual(["ignored", "late"]);
    expect(events.find(({ state }) => state === "ignored")).toMatchObject({ functionId: null, caseId: null });
  });

  test("executed: the decision with its rules, and the time to the first effect", async () => {
    const { names } = await arrived("103");
    const rules = [{ id: "within-limit", effect: "execute" as const, reason: "12 % is within 15 %", values: { x: 1 } }];
    await executed(names, { rules });
    const [event] = (await list()).events;
    expect(event).toMatchObject({
      outcome: "executed",
      decision: {
        verdict: "execute",
        rules: [{ id: "within-limit", effect: "execute", reason: "12 % is within 15 %" }],
      },
    });
    expect(event?.decision?.rules[0]).not.toHaveProperty("values");
    expect(event?.firstEffectMs).toBeGreaterThanOrEqual(0);
    expect(event?.firstEffectMs).toBeLessThan(10_000);
  });

  test("blocked", async () => {
    const { names } = await arrived("104");
    await givenDecision(database.pool, names, { verdict: "block", reason: "over 25 %" });
    expect((await list()).events).toMatchObject([
      { outcome: "blocked", decision: { verdict: "block", reason: "over 25 %" }, firstEffectMs: null },
    ]);
  });

  test.for(["execute", "escalate", "block"] as const)(
    "%s under a mode that withholds it: withheld",
    async (verdict) => {
      const { names } = await arrived(`withheld-${verdict}`);
      const withheld = { details: detailsFixture({ mode: "shadow" }), withheld: true };
      await givenDecision(database.pool, names, { verdict, ...withheld, ...(verdict === "escalate" && { route }) });
      expect((await list()).events).toMatchObject([{ outcome: "withheld", waitingFor: null, firstEffectMs: null }]);
    },
  );

  test("escalated: whom it waits for, then how they answered", async () => {
    const { names } = await arrived("105");
    const { escalationId } = await escalated(names);
    const dueAt = expect.stringMatching(/Z$/) as string;
    expect((await list()).events).toMatchObject([
      { outcome: "open", waitingFor: { escalationId, role: "partner-manager", dueAt } },
    ]);
    await answered(escalationId, "reject");
    expect((await list()).events).toMatchObject([{ outcome: "rejected", waitingFor: null }]);
  });

  test("approved: the latest decision counts", async () => {
    const { names } = await arrived("106");
    const { escalationId } = await escalated(names);
    const approvalId = await answered(escalationId, "approve");
    expect((await list()).events).toMatchObject([{ outcome: "open", waitingFor: null }]);
    await executed(names, { verdict: "escalate", route, gate: 2, approvalId, at: now() });
    expect((await list()).events).toMatchObject([{ outcome: "executed", decision: { verdict: "escalate" } }]);
  });

  test("proposed afresh because the record changed: the latest round counts", async () => {
    const { names, caseId, eventId } = await arrived("107");
    await givenDecision(database.pool, names, { verdict: "escalate", route });
    const again = { ...names, stepKey: stepKeyOf(caseId, eventId, "approve-discount", 2) };
    await givenDecision(database.pool, again, { verdict: "block", reason: "over 25 %", at: now() });
    expect((await list()).events).toMatchObject([{ outcome: "blocked", decision: { reason: "over 25 %" } }]);
  });

  test("ended without a decision: as the case says", async () => {
    await ended(await arrived("108"), "refused");
    expect((await list()).events).toMatchObject([{ outcome: "refused", decision: null }]);
  });

  test("overtaken: superseded once the case ended on the newer event, and not before", async () => {
    const older = await arrived("109", "older");
    const newer = await arrived("109", "newer");
    for (const event of [older, newer]) await told(event);
    await executed(newer.names);
    expect((await list()).events.map(({ outcome }) => outcome)).toEqual(["open", "executed"]);
    await ended(newer, "executed");
    expect((await list()).events.map(({ outcome }) => outcome)).toEqual(["superseded", "executed"]);
  });

  test("newer than one that ended: still open", async () => {
    const older = await arrived("110", "older");
    await told(older);
    const newer = await arrived("110", "newer");
    await told(newer);
    await executed(older.names);
    await ended(older, "executed");
    expect((await list()).events.map(({ outcome }) => outcome)).toEqual(["executed", "open"]);
  });
});

describe("the list", () => {
  test("comes in pages that hold every event once, in the order they came", async () => {
    const events = Array.from({ length: 25 }, (_, index) => incomingEvent(`p${index}`, { objectId: `${index}` }));
    for (const event of events) await acceptEvents(database.pool, [event]);
    const seen: string[] = [];
    let cursor = "";
    for (let page = 0; page < 4; page += 1) {
      const { events: shown, next } = await list(`?limit=10${cursor}`);
      seen.push(...shown.map(({ objectId }) => objectId));
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    expect(seen).toEqual(events.map(({ objectId }) => objectId));
  });

  test("begins at `since`, whatever its time zone", async () => {
    await arrived("111");
    expect((await list("?since=2026-03-02T09:00:00Z")).events).toHaveLength(1);
    const future = new Date(Date.now() + 60_000).toISOString().replace("Z", "%2B00:00");
    expect((await list(`?since=${future}`)).events).toEqual([]);
  });

  test("has nothing of another company", async () => {
    await acceptEvents(database.pool, [incomingEvent("theirs", { company: "bolt" })]);
    expect((await list()).events).toEqual([]);
  });

  test.for([
    ["?since=yesterday", "/since"],
    ["?limit=0", "/limit"],
    ["?limit=201", "/limit"],
    ["?limit=ten", "/limit"],
    ["?limit=1e2", "/limit"],
    ["?cursor=abc", "/cursor"],
    [`?cursor=${Buffer.from("2026-99-02T09:00:00.000000Z x").toString("base64url")}`, "/cursor"],
  ] as const)("refuses `%s` by name", async ([query, pointer]) => {
    expect(await list(query)).toMatchObject({ status: 400, code: "validation", errors: [{ pointer }] });
  });
});

test("a case's name in the database is the one the workflow has", async () => {
  const names = ["acme", "quoting", "crm", "deal", "1001"] as const;
  const [company, functionId, source, type, id] = names;
  const { rows } = await database.pool.query("select case_id_of($1, $2, $3, $4, $5) as id", [...names]);
  expect(rows).toEqual([{ id: caseIdOf(company, functionId, objectRefOf(source, type, id)) }]);
});

describe("a case's records", () => {
  const read = async (caseId: string) => {
    const response = await apiOn(database.pool).request(`/v1/cases/${encodeURIComponent(caseId)}/records`, { headers });
    return { status: response.status, body: await response.json() };
  };

  test("are shown in order with their digests, and whether they hold", async () => {
    const event = await arrived("112");
    await told(event);
    await ended(event, "executed");
    expect(await read(event.caseId)).toMatchObject({
      status: 200,
      body: {
        caseId: event.caseId,
        intact: true,
        records: [
          { n: 1, kind: "event", digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
          { n: 2, kind: "case_end", body: { eventId: event.eventId } },
        ],
      },
    });
  });

  test("of a case that there is not: 404", async () => {
    expect(await read("acme:quoting:crm-deal-0")).toMatchObject({ status: 404, body: { code: "not-found" } });
  });
});
