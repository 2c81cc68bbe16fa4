import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sayWord } from "../../../audit/ledgers/agreement-words.ts";
import { expectReply } from "../../../audit/ledgers/replies.ts";
import { appendRecord } from "../../../audit/records.ts";
import { caseIdOf, objectRefOf } from "../../../domain/ids.ts";
import type { ApiDeps } from "../../../gateway/http/api.ts";
import type { StatusView } from "../../../gateway/http/status.ts";
import { acceptEvents } from "../../../gateway/inbox/accept.ts";
import { markTold, type UntoldEvent } from "../../../gateway/inbox/untold-events.ts";
import type { StalledCase } from "../../../gateway/status/stalled-cases.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { ASKED_AT, DEADLINE, givenAsked } from "../../fixtures/agreements.ts";
import { givenEscalation } from "../../fixtures/asked.ts";
import { incomingEvent } from "../../fixtures/inbox.ts";
import { givenRequesters } from "../../fixtures/people.ts";
import { keptLog } from "../../fixtures/log.ts";
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

/** The status of a company that has these cases open. */
async function statusOf(caseIds: readonly string[] = [], changes: Partial<ApiDeps> = {}): Promise<StatusView> {
  const openCases = () => Promise.resolve({ caseIds, lookedAt: caseIds.length, stalled: [], broken: [] });
  const response = await apiOn(database.pool, { openCases, ...changes }).request("/v1/status", { headers });
  expect(response.status).toBe(200);
  return (await response.json()) as StatusView;
}

/** An event of a deal that was accepted, and told to its case as the relay does. */
async function told(objectId: string, name: string, receivedAt: string) {
  const event = incomingEvent(`${objectId}/${name}`, { objectId, occurredAt: receivedAt });
  await acceptEvents(database.pool, [event]);
  const { eventId } = event;
  const caseId = caseIdOf("acme", "quoting", objectRefOf("crm", "deal", objectId));
  const body = { eventId, receivedAt, state: "accepted" };
  const draft = { company: "acme", caseId, at: receivedAt };
  await appendRecord(database.pool, { ...draft, kind: "event", key: `${eventId}/event`, body });
  await markTold(database.pool, [{ company: "acme", event_id: eventId } as UntoldEvent]);
  const ended = () =>
    appendRecord(database.pool, {
      ...draft,
      kind: "case_end",
      key: `${caseId}/${eventId}/end`,
      body: { eventId, outcomes: [] },
    });
  return { eventId, caseId, ended };
}

const nothing = { unfinished: 0, oldest: null };

describe("the oldest unfinished event", () => {
  test("is there none, that is said", async () => {
    expect((await statusOf()).events).toEqual(nothing);
  });

  test("is one that no case has yet, whatever the engine says", async () => {
    const event = incomingEvent("pending", { objectId: "100" });
    await acceptEvents(database.pool, [event]);
    const oldest = { eventId: event.eventId, caseId: "acme:quoting:crm-deal-100", state: "pending" };
    expect((await statusOf()).events).toMatchObject({ unfinished: 1, oldest });
  });

  test("is one that an open case works on, until its case ended on it", async () => {
    const late = await told("201", "a", "2026-03-02T08:00:00.000Z");
    const early = await told("202", "a", "2026-03-02T07:00:00.000Z");
    const open = [late.caseId, early.caseId];
    const { eventId, caseId } = early;
    expect((await statusOf(open)).events).toEqual({
      unfinished: 2,
      oldest: { eventId, caseId, state: "dispatched", receivedAt: "2026-03-02T07:00:00.000Z" },
    });
    await early.ended();
    expect((await statusOf(open)).events).toMatchObject({ unfinished: 1, oldest: { eventId: late.eventId } });
    expect((await statusOf([])).events).toEqual(nothing);
  });

  test("is none that was overtaken: a case that ended on a newer one is done with those before", async () => {
    const first = await told("301", "a", "2026-03-02T07:00:00.000Z");
    const second = await told("301", "b", "2026-03-02T08:00:00.000Z");
    expect((await statusOf([first.caseId])).events).toMatchObject({ unfinished: 2 });
    await second.ended();
    expect((await statusOf([first.caseId])).events).toEqual(nothing);
  });
});

test("questions are counted, those past due apart, and the oldest one is named", async () => {
  expect((await statusOf()).questions).toMatchObject({ open: 0, overdue: 0, oldest: null, outOfReach: 0 });
  const { escalationId, caseId } = await givenEscalation(database.pool, "status-1");
  await givenEscalation(database.pool, "status-2");
  const { rows } = await database.pool.query<{ due: string }>(
    "select due_at as due from escalation where escalation_id = $1",
    [escalationId],
  );
  const dueMs = Date.parse(rows[0]?.due ?? "");
  const { questions } = await statusOf([], { at: () => new Date(dueMs).toISOString() });
  expect(questions).toMatchObject({ open: 2, overdue: 0, oldest: { escalationId, caseId, role: "partner-manager" } });
  expect((await statusOf([], { at: () => new Date(dueMs + 1).toISOString() })).questions).toMatchObject({
    open: 2,
    overdue: 1,
  });
});

describe("stalled cases", () => {
  const stalled: StalledCase = {
    caseId: "acme:quoting:crm-deal-1",
    kind: "activity",
    activity: "act",
    attempts: 6,
    forMs: null,
    failure: "no route to host",
  };

  test("are counted, and a hundred are named", async () => {
    const many = Array.from({ length: 101 }, () => stalled);
    const openCases = () => Promise.resolve({ caseIds: ["acme:a", "acme:b"], lookedAt: 1, stalled: many, broken: [] });
    const { cases } = await statusOf([], { openCases });
    expect(cases).toEqual({ open: 2, lookedAt: 1, stalled: 101, stalledCases: many.slice(1) });
  });

  test("are asked for with the cases that wait for people, which are looked at last", async () => {
    const { caseId } = await givenEscalation(database.pool, "status-3");
    const asked: ReadonlySet<string>[] = [];
    const openCases: ApiDeps["openCases"] = ({ waiting }) => {
      asked.push(waiting);
      return Promise.resolve({ caseIds: [], lookedAt: 0, stalled: [], broken: [] });
    };
    await statusOf([], { openCases });
    expect(asked[0]?.has(caseId)).toBe(true);
  });

  test("are not known when the engine does not answer: all else is told, and the log says why", async () => {
    const { log, lines } = keptLog();
    const openCases = () => Promise.reject(new Error("14 UNAVAILABLE"));
    const response = await apiOn(database.pool, { openCases }, log).request("/v1/status", { headers });
    expect(await response.json()).toMatchObject({ cases: null, questions: { oldest: {} }, events: nothing });
    expect(JSON.stringify(lines)).toContain("14 UNAVAILABLE");
  });
});

test("the awaited reply that is due first, and how many are past due by the company's clock", async () => {
  expect((await statusOf()).replies).toEqual({ waiting: 0, overdue: 0, next: null });
  const awaited = { company: "acme", at: "2026-03-02T09:00:00.000Z" };
  for (const [n, deadline] of ["2026-03-04T09:00:00.000Z", "2026-03-03T09:00:00.000Z"].entries()) {
    const caseId = `acme:renewals:crm-contract-${n}`;
    await expectReply(database.pool, { ...awaited, caseId, correlation: `offer-${n}`, deadline });
  }
  const next = {
    correlation: "offer-1",
    caseId: "acme:renewals:crm-contract-1",
    openedAt: awaited.at,
    deadline: "2026-03-03T09:00:00.000Z",
  };
  const repliesAt = async (at: string) => (await statusOf([], { at: () => at })).replies;
  expect(await repliesAt(next.deadline)).toEqual({ waiting: 2, overdue: 0, next });
  expect(await repliesAt("2026-03-03T09:00:00.001Z")).toEqual({ waiting: 2, overdue: 1, next });
});

test("agreements: those that are not over, which of them this company is to answer, and the one that runs out first", async () => {
  expect((await statusOf()).agreements).toEqual({ open: 0, ours: 0, overdue: 0, next: null });
  await givenRequesters(database.pool, "acme");
  const first = await givenAsked(database.pool, "first");
  const second = await givenAsked(database.pool, "second", { expiresAt: "2026-03-10T09:00:00.000Z" });
  const refused = await givenAsked(database.pool, "refused");
  const by = { personId: "lee", role: "partner-manager", via: "door" } as const;
  for (const [asked, word] of [
    [second, "ok"],
    [refused, "refuse"],
  ] as const) {
    const { agreementId, digest } = asked;
    const said = { company: "acme", agreementId, side: "acme", word, digest, at: ASKED_AT };
    const given = await sayWord(database.pool, { ...said, by: { ...by, requestKey: word } });
    expect(given).toMatchObject({ kind: "taken" });
  }
  const next = { agreementId: first.agreementId, caseId: first.caseId, expiresAt: DEADLINE };
  const agreementsAt = async (at: string) => (await statusOf([], { at: () => at })).agreements;
  expect(await agreementsAt(DEADLINE)).toEqual({ open: 2, ours: 1, overdue: 0, next });
  expect(await agreementsAt("2026-03-09T09:00:00.001Z")).toEqual({ open: 2, ours: 1, overdue: 1, next });
});
