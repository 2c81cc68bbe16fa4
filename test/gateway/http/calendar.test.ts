import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CalendarView } from "../../../gateway/http/calendar.ts";
import type { EscalationView } from "../../../gateway/http/escalations.ts";
import type { StatusView } from "../../../gateway/http/status.ts";
import { setCalendar } from "../../../audit/ledgers/calendar.ts";
import type { LedgerPool } from "../../../audit/records.ts";
import { weekdays } from "../../../domain/calendar.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { givenEscalation } from "../../fixtures/asked.ts";
import { ADMINS, givenPerson } from "../../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

/** A Monday morning. */
const NOW = "2026-03-02T10:00:00.000Z";
const office = { zone: "UTC", hours: { monday: [["09:00", "12:00"]], tuesday: [["09:00", "17:00"]] } };
const whole = { ...office, holidays: [] };

let database: TestDatabase;
let pool: LedgerPool;
let ops: { [name: string]: string };
const ana = { authorization: `Bearer token-acme-${ADMINS.asks}`, "content-type": "application/json" };
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf("acme");
  ops = await headersOf(pool, "ola", "ops-engineer");
});
afterAll(() => database.drop());

async function ask<Body>(path: string, init: RequestInit = {}) {
  const response = await apiOn(pool, { at: () => NOW }).request(path, { headers: ops, ...init });
  return { status: response.status, body: (await response.json()) as Body };
}
const put = (body: object, headers: { [name: string]: string } = ana) =>
  ask<{ [field: string]: unknown }>("/v1/calendar", { method: "PUT", headers, body: JSON.stringify(body) });
const read = async (escalationId: string) => (await ask<EscalationView>(`/v1/escalations/${escalationId}`)).body;
const status = async () => (await ask<StatusView>("/v1/status")).body.questions;

describe("the calendar", () => {
  test("is none to begin with", async () => {
    expect(await ask<CalendarView>("/v1/calendar")).toEqual({ status: 200, body: { set: null } });
  });

  test("is set by an admin alone, with a reason, and read by everybody", async () => {
    const asked = { calendar: office, reason: "as agreed" };
    expect(await put(asked, ops)).toMatchObject({ status: 403, body: { code: "wrong-role" } });
    expect(await put({ calendar: office })).toMatchObject({ status: 400, body: { errors: [{ pointer: "/reason" }] } });
    const set = { n: 1, setBy: ADMINS.asks, setAt: NOW, calendar: whole };
    expect(await put(asked)).toMatchObject({ status: 200, body: { set } });
    expect(await ask<CalendarView>("/v1/calendar")).toMatchObject({ body: { set } });
    expect(await put(asked)).toMatchObject({ status: 409, body: { code: "unchanged" } });
  });

  test("goes through the door that every body does", async () => {
    const asked = { calendar: office, reason: "as agreed" };
    expect(await put(asked, { ...ana, "content-type": "text/plain" })).toMatchObject({ status: 415 });
    const large = { ...asked, reason: "x".repeat(300_000) };
    expect(await put(large)).toMatchObject({ status: 413, body: { code: "too-large" } });
  });

  test("that cannot be read says where, and changes nothing", async () => {
    const calendar = { ...office, hours: { monday: [["17:00", "09:00"]] } };
    expect(await put({ calendar, reason: "turned round" })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/calendar/hours/monday/0", detail: "`09:00` is not after `17:00`" }] },
    });
    expect(await ask<CalendarView>("/v1/calendar")).toMatchObject({ body: { set: { n: 1 } } });
  });
});

describe("a question", () => {
  test("says how much working time is left, and nothing of it where its clock always runs", async () => {
    const { escalationId } = await givenEscalation(pool, "by day", { at: "2026-03-02T09:30:00.000Z" });
    expect(await read(escalationId)).toMatchObject({
      dueAt: "2026-03-03T10:30:00.000Z",
      workingLeftMs: 3.5 * 3_600_000,
    });
    const always = await givenEscalation(pool, "always", { at: NOW, clock: "always" });
    expect((await read(always.escalationId)).workingLeftMs).toBeNull();
  });

  test("that nobody can answer says so, is counted, and no more once somebody is known who can", async () => {
    const { escalationId } = await givenEscalation(pool, "nobody", { at: NOW });
    const roles = ["partner-manager", "regional-director"];
    expect((await read(escalationId)).reach).toEqual({ kind: "nobody", roles, next: null });
    expect(await status()).toMatchObject({ open: 3, outOfReach: 3, wantedRoles: roles });
    await givenPerson(pool, "acme", { personId: "rita", name: "Rita", role: "regional-director" });
    const next = { role: "regional-director", at: (await read(escalationId)).dueAt };
    expect((await read(escalationId)).reach).toEqual({ kind: "later", roles, next });
    expect(await status()).toMatchObject({ open: 3, outOfReach: 0, wantedRoles: [] });
    await givenPerson(pool, "acme", { personId: "dana", name: "Dana", role: "partner-manager" });
    const { escalations } = (await ask<{ escalations: EscalationView[] }>("/v1/escalations")).body;
    expect(new Set(escalations.map(({ reach }) => reach?.kind))).toEqual(new Set(["now"]));
  });

  test("of a level far up says when that is asked, in working time", async () => {
    const levels = ["nobody-a", "nobody-b", "partner-manager"].map((role) => ({ role, slaMs: 4 * 3_600_000 }));
    const { escalationId } = await givenEscalation(pool, "far up", { at: NOW, levels });
    // Two hours of Monday and two of Tuesday, then four of Tuesday.
    const next = { role: "partner-manager", at: "2026-03-03T15:00:00.000Z" };
    expect((await read(escalationId)).reach).toMatchObject({ kind: "later", next });
  });

  test("does not reach who asks it", async () => {
    const { escalationId } = await givenEscalation(pool, "own", {
      at: NOW,
      requesterId: "dana",
      levels: [{ role: "partner-manager", slaMs: 1_000 }],
    });
    expect((await read(escalationId)).reach).toMatchObject({ kind: "nobody" });
  });

  test("that is closed reaches nobody any more", async () => {
    const { escalationId } = await givenEscalation(pool, "closed", { at: NOW });
    await pool.query(
      "update escalation set state = 'withdrawn', closed_at = now(), version = version + 1 where escalation_id = $1",
      [escalationId],
    );
    expect(await read(escalationId)).toMatchObject({ reach: null, workingLeftMs: null });
  });
});

test("a calendar that is always worked leaves every hour", async () => {
  const hours = Object.fromEntries(weekdays.map((day) => [day, [["00:00", "24:00"] as const]]));
  const by = { company: "acme", by: ADMINS.asks, at: NOW };
  await setCalendar(pool, { ...by, calendar: { zone: "UTC", hours, holidays: [] }, reason: "day and night" });
  const { escalationId } = await givenEscalation(pool, "all day", { at: NOW });
  expect(await read(escalationId)).toMatchObject({ dueAt: "2026-03-02T14:00:00.000Z", workingLeftMs: 4 * 3_600_000 });
});
