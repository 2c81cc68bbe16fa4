import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setCalendar } from "../../../audit/ledgers/calendar.ts";
import { keepEdit } from "../../../audit/ledgers/edits.ts";
import { answerPeopleChange, askPeopleChange } from "../../../audit/ledgers/people-changes.ts";
import { giveReply } from "../../../audit/ledgers/reply-answers.ts";
import { expectReply, lapseReply, withdrawReply } from "../../../audit/ledgers/replies.ts";
import { askErasure, confirmErasure } from "../../../proof/privacy/erasure.ts";
import { compareLedgers } from "../../../proof/whole/compare-ledgers.ts";
import { givenEscalation } from "../../fixtures/asked.ts";
import { decideApi, request } from "../../fixtures/decide.ts";
import { AT, givenProposal, stepNames } from "../../fixtures/ledger.ts";
import { givenControl } from "../../fixtures/controls.ts";
import { ADMINS, changed, givenAlias, givenPerson } from "../../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { copyOf } from "../copied-database.ts";
import { whileTampered } from "../log/kept-log.ts";

/** Proposals with what was said of them, changes of people, awaited replies and calendars: their rows against their records. */
const company = "acme";
const DEADLINE = "2026-01-09T09:00:00.000Z";
const AFTER = "2026-01-10T09:00:00.000Z";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await givenProposals();
  await givenPeople();
  await givenReplies();
  await givenCalendars();
  await givenControl(database.pool, "budget/company/calls", 20);
  await givenControl(database.pool, "budget/company/calls", 30);
});
afterAll(() => database.drop());

/** One that Compliance reviewed, one in whose place somebody put another, one of another system's. */
async function givenProposals(): Promise<void> {
  const { pool } = database;
  await givenProposal(pool, stepNames("reviewed"), { verdict: "agree", reasons: ["as agreed"] });
  const { escalationId, stepKey, caseId } = await givenEscalation(pool, "edited", { at: AT });
  const who = { company, escalationId, personId: "dana", role: "partner-manager", at: AT };
  const action = { tool: "quotes.approve-discount", args: { quoteId: "Q-1", netPriceMinor: 8_400_000 } };
  const edit = { escalationId, personId: "dana", role: "partner-manager", reason: "less will do", undoMs: 0 };
  const draft = { company, caseId, stepKey, actionId: "quoting", action, recordVersion: "1", at: AT, edit } as const;
  const changes = { before: { netPriceMinor: 8_200_000 }, after: { netPriceMinor: 8_400_000 } };
  expect(await keepEdit(pool, who, { ...draft, review: undefined }, changes)).toMatchObject({ kind: "moved" });
  const api = await decideApi(pool);
  await api.ask(request());
}

/** Rita was a seller, is a manager, has a name of her own in the CRM; Ray is revoked; one change waits, one was dropped. */
async function givenPeople(): Promise<void> {
  const { pool } = database;
  await givenPerson(pool, company, { personId: "rita", name: "Rita", role: "seller" });
  await changed(pool, company, { change: "role", personId: "rita", role: "partner-manager" });
  await givenAlias(pool, company, "rita", { kind: "mail", text: "rita@acme.example" });
  await givenPerson(pool, company, { personId: "ray", name: "Ray", role: "seller" });
  await changed(pool, company, { change: "revoke", personId: "ray" });
  const asked = { company, by: ADMINS.asks, at: AT, reason: "grows" };
  const asks = (role: string) =>
    askPeopleChange(pool, { ...asked, change: { change: "role", personId: "rita", role } });
  const dropped = await asks("admin");
  if (dropped.kind === "refused") throw new Error(dropped.code);
  await answerPeopleChange(pool, { company, by: ADMINS.seconds, at: AT, changeId: dropped.changeId, answer: "drop" });
  await asks("regional-director");
}

/** In time, early, late, lapsed, withdrawn, and one that is still awaited. */
async function givenReplies(): Promise<void> {
  const { pool } = database;
  const awaits = (correlation: string) =>
    expectReply(pool, {
      company,
      correlation,
      caseId: `acme:quoting:crm-deal-${correlation}`,
      at: AT,
      deadline: DEADLINE,
    });
  const answers = (correlation: string, at = AT) =>
    giveReply(pool, {
      company,
      correlation,
      answer: "accepted",
      by: "portal",
      requestKey: correlation,
      answeredAt: at,
      at,
    });
  for (const correlation of ["in-time", "late", "lapsed", "withdrawn", "awaited"]) await awaits(correlation);
  await answers("in-time");
  await answers("early");
  await awaits("early");
  await answers("late", AFTER);
  for (const correlation of ["late", "lapsed"]) await lapseReply(pool, { company, correlation }, AFTER);
  await withdrawReply(pool, { company, correlation: "withdrawn" }, AT);
}

async function givenCalendars(): Promise<void> {
  const office = { monday: [["09:00", "17:00"]] } as const;
  for (const zone of ["UTC", "Europe/Madrid"]) {
    const calendar = { zone, hours: office, holidays: [], regions: {} };
    await setCalendar(database.pool, { company, by: "ola", at: AT, calendar, reason: "as agreed" });
  }
}

test("nothing is found where all stands as it was written", async () => {
  const { findings, rows } = await compareLedgers(database.pool, company);
  expect(findings).toEqual([]);
  expect(rows).toBeGreaterThan(40);
});

test("nor once the people and the cases in it were erased", async () => {
  const { pool } = await copyOf(database);
  const erased = await pool.query<{ case_id: string }>(
    "select distinct case_id from proposal where tool <> 'external'",
  );
  const cases = erased.rows.map(({ case_id }) => `case:${case_id}` as const);
  const subjects = ["person:rita", "person:dana", "person:sam", ...cases] as const;
  for (const subject of subjects) {
    const asked = await askErasure(
      pool,
      { company, personId: ADMINS.asks, at: AFTER },
      { subject, ground: "objection", reason: "asked for" },
    );
    if (asked.kind === "refused") throw new Error(`${subject}: ${asked.detail}`);
    const by = { company, personId: ADMINS.seconds, at: AFTER };
    expect(await confirmErasure(pool, by, asked.erasure.erasureId)).not.toMatchObject({ kind: "refused" });
  }
  expect(await compareLedgers(pool, company)).toMatchObject({ findings: [] });
});

/** What is found of the ledgers while somebody who owns the database has changed one of them. */
const comparedWhen = (table: string, sql: string) =>
  whileTampered(database.pool, table, sql, [company], () => compareLedgers(database.pool, company));

const EDITED = "edit is not null";
const changes: readonly (readonly [what: string, table: string, change: string, column: string])[] = [
  ["what is proposed", "proposal", 'args = args || \'{"quoteId": "Q-2"}\' where edit is null', "action"],
  ["another system's request", "proposal", "args = args || '{\"ref\": \"S-9\"}' where tool = 'external'", "action"],
  ["the tool", "proposal", "tool = 'parcels.send' where edit is null", "action"],
  ["whose action it is", "proposal", "action_id = 'sourcing' where edit is null", "actionId"],
  ["the version that it rests on", "proposal", "record_version = '2' where edit is null", "recordVersion"],
  ["its step", "proposal", "step_key = step_key || '~2' where tool = 'external'", "null"],
  ["its reasoning", "proposal", "reasoning = 'another' where edit is null", "reasoning"],
  ["what was noticed of it", "proposal", `noticed = '{"setAside":[],"marks":[]}' where edit is null`, "noticed"],
  ["when it was proposed", "proposal", "proposed_at = proposed_at + interval '1 second' where edit is null", "at"],
  [
    "what Compliance said",
    "proposal",
    `review = '{"verdict":"agree","reasons":[]}' where review is not null`,
    "review",
  ],
  ["that Compliance said anything", "proposal", "review = null where review is not null", "gone"],
  ["what was put in its place", "proposal", `args = args || '{"netPriceMinor": 1}' where ${EDITED}`, "action"],
  ["who put it there", "proposal", `edit = edit || '{"personId": "mallory"}' where ${EDITED}`, "personId"],
  ["why", "proposal", `edit = edit || '{"reason": "another"}' where ${EDITED}`, "reason"],
  ["that somebody put it there", "proposal", `edit = null, step_key = step_key || '~9' where ${EDITED}`, "null"],
  [
    "what was asked of people",
    "person_change",
    "detail = detail || '{\"role\": \"admin\"}' where change = 'role'",
    "detail",
  ],
  ["whom it is about", "person_change", "person_id = 'ray' where change = 'role'", "subject"],
  ["the kind of change", "person_change", "change = 'revoke' where change = 'role'", "change"],
  ["who asked for it", "person_change", "asked_by = 'mallory'", "person"],
  ["who seconded it", "person_change", "settled_by = 'mallory' where state = 'done'", "person"],
  ["when it was seconded", "person_change", "settled_at = settled_at + interval '1 hour' where state = 'done'", "at"],
  ["that it was dropped", "person_change", "state = 'done' where state = 'dropped'", "null"],
  ["that it waits", "person_change", "state = 'done' where state = 'waiting'", "state"],
  [
    "that it was seconded",
    "person_change",
    "state = 'waiting', settled_by = null, settled_at = null where change = 'add-alias'",
    "gone",
  ],
  ["a role", "person", "role = 'admin' where person_id = 'rita'", "role"],
  ["that somebody is revoked", "person", "revoked_at = null where person_id = 'ray'", "revoked"],
  ["somebody's token", "person", "token_sha256 = repeat('0', 64) where person_id = 'rita'", "hasGivenToken"],
  ["what somebody is called", "person_alias", "alias = 'mallory@acme.example' where kind = 'mail'", "isGiven"],
  ["until when a reply is awaited", "reply", "deadline = deadline + interval '1 day'", "deadline"],
  ["since when", "reply", "opened_at = opened_at - interval '1 day' where correlation = 'awaited'", "at"],
  ["that it lapsed", "reply", "state = 'waiting', closed_at = null where correlation = 'lapsed'", "state"],
  ["that it was withdrawn", "reply", "state = 'waiting', closed_at = null where correlation = 'withdrawn'", "state"],
  ["that it was answered", "reply", "state = 'waiting', closed_at = null where correlation = 'early'", "state"],
  ["that nobody answered", "reply", "state = 'lapsed', closed_at = now() where correlation = 'awaited'", "state"],
  ["what a reply is to", "reply", "correlation = 'another' where correlation = 'awaited'", "null"],
  ["an answer", "reply_answer", "answer = 'refused' where correlation = 'in-time'", "answer"],
  ["an early answer", "reply_answer", "answer = 'refused' where correlation = 'early'", "answer"],
  ["that it came late", "reply_answer", "came = 'in-time' where correlation = 'late'", "came"],
  [
    "when it was given",
    "reply_answer",
    "answered_at = answered_at - interval '9 days' where correlation = 'late'",
    "answeredAt",
  ],
  ["a budget's cap", "control", "cap = 40 where n = 3", "cap"],
  ["that a cap is in force", "control", "in_force = true where n = 2", "inForce"],
  ["who set a control", "control", "person_id = 'mallory' where n = 3", "person"],
  ["a calendar", "company_calendar", 'document = document || \'{"zone": "UTC"}\' where n = 2', "document"],
  ["a calendar's digest", "company_calendar", "digest = repeat('0', 64) where n = 2", "calendar"],
  ["who set it", "company_calendar", "set_by = 'mallory' where n = 2", "person"],
  ["when", "company_calendar", "set_at = set_at - interval '1 day' where n = 2", "at"],
];

describe("a row that is not what was recorded", () => {
  test.for(changes)("%s is found: %s", async ([, table, change, column]) => {
    const [set, where = ""] = change.split(/ (?=where )/);
    const sql = `update ${table} set ${set} ${where}${where === "" ? "where" : " and"} company = $1`;
    const { findings } = await comparedWhen(table, sql);
    const found = findings.filter(({ ledger }) => ledger === table);
    const asFound = found.map((one) =>
      one.column === null && one.what.endsWith("the row is gone") ? "gone" : String(one.column),
    );
    expect(asFound).toContain(column);
  });
});

describe("a row that is gone is missed by its record", () => {
  test.for([
    ["proposal", "edit is null"],
    ["proposal", "edit is not null"],
    ["person_change", "state = 'done'"],
    ["person_change", "state = 'waiting'"],
    ["reply", "true"],
    ["reply", "state = 'lapsed'"],
    ["reply_answer", "came = 'early'"],
    ["reply_answer", "came = 'late'"],
    ["company_calendar", "n = 1"],
    ["control", "n = 1"],
  ] as const)("of `%s`, where %s", async ([table, where]) => {
    const { findings } = await comparedWhen(table, `delete from ${table} where company = $1 and ${where}`);
    const gone = findings.filter(({ column, what }) => column === null && what.endsWith("the row is gone"));
    expect(new Set(gone.map(({ ledger }) => ledger))).toEqual(new Set([table]));
  });

  test.for([
    ["a name that was asked for", "kind = 'mail'", 1],
    ["a person's own, given when they were added", "person_id = 'ray' and kind = 'name'", 1],
  ] as const)("of `person_alias`: %s", async ([, where, missing]) => {
    const sql = `delete from person_alias where company = $1 and ${where}`;
    const { findings } = await comparedWhen("person_alias", sql);
    expect(findings.filter(({ ledger }) => ledger === "person_alias")).toHaveLength(missing);
    expect(findings.map(({ column }) => column)).toEqual(["missing"]);
  });

  test("of `person`", async () => {
    const { findings } = await comparedWhen("person", "delete from person where company = $1 and person_id = 'rita'");
    expect(findings.filter(({ ledger }) => ledger === "person")).toMatchObject([{ column: "isThere" }]);
  });
});

test("and nothing is found again once all stands as it was written", async () => {
  expect(await compareLedgers(database.pool, company)).toMatchObject({ findings: [] });
});
