import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCalendar, setCalendar } from "../../audit/ledgers/calendar.ts";
import { moveQuestion } from "../../audit/ledgers/escalation-moves.ts";
import {
  openEscalation,
  passEscalation,
  raiseEscalation,
  readEscalationState,
} from "../../audit/ledgers/escalations.ts";
import type { OutOfReach } from "../../audit/ledgers/opening.ts";
import { openRecord, readRecords, type LedgerPool } from "../../audit/records.ts";
import { recordKeys } from "../../audit/record-keys.ts";
import { tellStory } from "../../audit/story.ts";
import type { BusinessCalendar } from "../../domain/calendar.ts";
import type { Route } from "../../domain/decision.ts";
import { policyCaseOf } from "../../domain/policy-release.ts";
import { givenEscalation } from "../fixtures/asked.ts";
import { DIGEST, givenDecision, route, stepNames } from "../fixtures/ledger.ts";
import { changed, givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const company = "acme";
const office = [["09:00", "17:00"]] as const;
const calendar: BusinessCalendar = {
  zone: "UTC",
  hours: { monday: office, tuesday: office, wednesday: office, thursday: office, friday: office },
  holidays: ["2026-03-05"],
  regions: { iberia: { hours: { tuesday: office } } },
};
/** A Monday, an hour before the office closes. */
const LATE = "2026-03-02T16:00:00.000Z";

let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf(company);
});
afterAll(() => database.drop());

const set = (document: BusinessCalendar, reason = "as agreed") =>
  setCalendar(pool, { company, by: "admin-ana", at: LATE, calendar: document, reason });
const stands = (escalationId: string) => readEscalationState(pool, company, escalationId);
const dueAt = async (escalationId: string) => {
  const state = await stands(escalationId);
  return state.kind === "waiting" ? state.dueAt : state.kind;
};

describe("before a calendar is set", () => {
  test("there is none, and deadlines run day and night", async () => {
    expect(await readCalendar(pool, company)).toBeUndefined();
    const { escalationId } = await givenEscalation(pool, "by night", { at: LATE });
    expect(await dueAt(escalationId)).toBe("2026-03-02T20:00:00.000Z");
  });
});

describe("a calendar", () => {
  test("is kept by version, with its record, and the newest counts", async () => {
    const short = { ...calendar, hours: { monday: office } };
    expect(await set(short, "the first one")).toMatchObject({ n: 1 });
    expect(await set(calendar, "everybody works five days")).toMatchObject({ n: 2 });
    expect(await set(calendar)).toBeUndefined();
    expect(await readCalendar(pool, company)).toMatchObject({ n: 2, calendar, setBy: "admin-ana", setAt: LATE });
    const told = tellStory((await readRecords(pool, company, policyCaseOf(company))).records);
    expect(told.map(({ who, text }) => `${who} ${text}`)).toEqual([
      "admin-ana sets when people work: the first one",
      "admin-ana sets when people work: everybody works five days",
    ]);
  });

  test("is changed by nobody, and set without a record by nobody", async () => {
    await expect(pool.query("update company_calendar set document = '{}'")).rejects.toMatchObject({ code: "42501" });
    await expect(
      pool.query(
        `insert into company_calendar (company, n, document, digest, set_by, set_at, record_key)
         values ('acme', 9, '{}', repeat('a', 64), 'eve', now(), 'none')`,
      ),
    ).rejects.toMatchObject({ code: "23503" });
  });
});

describe("a question's deadline runs in working time", () => {
  test("from its opening on, and at each level", async () => {
    const { escalationId } = await givenEscalation(pool, "by day", { at: LATE });
    expect(await dueAt(escalationId)).toBe("2026-03-03T12:00:00.000Z");
    const raised = { company, escalationId, at: "2026-03-03T12:00:00.000Z" };
    // Eight hours: the rest of Tuesday, and three of Wednesday.
    expect(await raiseEscalation(pool, raised, 0)).toMatchObject({ level: 1, dueAt: "2026-03-04T12:00:00.000Z" });
  });

  test("in whole days as working days, over a holiday", async () => {
    const levels = [{ role: "partner-manager", slaMs: 2 * 86_400_000 }];
    const { escalationId } = await givenEscalation(pool, "by days", { at: "2026-03-04T10:00:00.000Z", levels });
    expect(await dueAt(escalationId)).toBe("2026-03-09T10:00:00.000Z");
  });

  test("unless its route's clock always runs; in its region's hours where the calendar has the region", async () => {
    const asked = async (name: string, changes: Partial<Route>) =>
      dueAt((await givenEscalation(pool, name, { at: LATE, ...changes })).escalationId);
    expect(await asked("always", { clock: "always" })).toBe("2026-03-02T20:00:00.000Z");
    expect(await asked("iberia", { region: "iberia" })).toBe("2026-03-03T13:00:00.000Z");
    expect(await asked("dach", { region: "dach" })).toBe("2026-03-03T12:00:00.000Z");
  });

  test("what was left when something was asked back is given back", async () => {
    const { escalationId } = await givenEscalation(pool, "asked back", { at: LATE });
    const by = { company, escalationId, personId: "dana", role: "partner-manager" };
    await moveQuestion(pool, { ...by, at: "2026-03-03T10:00:00.000Z", move: "ask", words: "Who?", waitMs: 3_600_000 });
    const until = { company, escalationId, at: "2026-03-03T16:30:00.000Z" };
    // Two hours were left, of which half an hour is this day's.
    expect(await passEscalation(pool, until)).toMatchObject({ dueAt: "2026-03-04T10:30:00.000Z" });
  });

  test("as it was when it opened, whatever is set since", async () => {
    const { escalationId } = await givenEscalation(pool, "kept", { at: LATE });
    await set({ ...calendar, hours: { friday: office } });
    const raised = { company, escalationId, at: "2026-03-03T12:00:00.000Z" };
    expect(await raiseEscalation(pool, raised, 0)).toMatchObject({ dueAt: "2026-03-04T12:00:00.000Z" });
    await set(calendar, "back");
  });
});

describe("whom a question reaches as it opens", () => {
  const told: OutOfReach[] = [];
  async function opened(name: string, changes: Partial<Route> = {}, requesterId?: string) {
    const names = stepNames(name);
    const asked = { ...route, ...changes };
    const { decisionId } = await givenDecision(pool, names, {
      verdict: "escalate",
      route: asked,
      ...(requesterId !== undefined && { requesterId }),
    });
    const draft = { ...names, decisionId, actionDigest: DIGEST, route: asked, reason: "over 15 %", at: LATE };
    const { escalationId } = await openEscalation(pool, draft, (detail) => void told.push(detail));
    const record = await openRecord(pool, company, recordKeys.opened(escalationId));
    return { reach: record?.record.body["reach"] ?? "now", told: told.splice(0) };
  }

  test("nobody, while nobody has a role of its route: its record says so, and somebody is told", async () => {
    const { reach, told: heard } = await opened("nobody");
    expect(reach).toBe("nobody");
    expect(heard).toMatchObject([{ reach: "nobody", roles: ["partner-manager", "regional-director"] }]);
    const lines = tellStory((await readRecords(pool, company, stepNames("nobody").caseId)).records);
    expect(lines.map(({ text }) => text).join("\n")).toContain("; nobody who may answer is known");
  });

  test("nobody by who never logs in", async () => {
    await changed(pool, company, { change: "add", personId: "rae", name: "Rae", role: "regional-director" });
    expect((await opened("no login")).reach).toBe("nobody");
  });

  test("somebody later, where only a level above has anybody", async () => {
    await givenPerson(pool, company, { personId: "rita", name: "Rita", role: "regional-director" });
    expect(await opened("later")).toEqual({ reach: "later", told: [] });
  });

  test("not who asks it", async () => {
    expect((await opened("own", {}, "rita")).reach).toBe("nobody");
  });

  test("too few, where more must approve than are known", async () => {
    expect(await opened("two", { quorum: 2 })).toMatchObject({ reach: "too-few", told: [{ reach: "too-few" }] });
  });

  test("somebody now, and enough", async () => {
    await givenPerson(pool, company, { personId: "dana", name: "Dana", role: "partner-manager" });
    expect(await opened("now", { quorum: 2 })).toEqual({ reach: "now", told: [] });
  });

  test("nobody who was revoked", async () => {
    for (const personId of ["dana", "rita"]) await changed(pool, company, { change: "revoke", personId });
    expect((await opened("revoked")).reach).toBe("nobody");
  });
});
