import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { appendRecord, type LedgerPool } from "../../../audit/records.ts";
import { recordKeys } from "../../../audit/record-keys.ts";
import { caseIdOf } from "../../../domain/ids.ts";
import { acceptEvents, inboxEventFor } from "../../../gateway/inbox/accept.ts";
import { startRelay } from "../../../gateway/inbox/relay.ts";
import { sweepPage } from "../../../gateway/sweep/page.ts";
import type { ScheduledPage } from "../../../workflows/activities.ts";
import { ToolError } from "../../../tools/tool-error.ts";
import type { RecordReader } from "../../../tools/record-reader.ts";
import { putObjects } from "../../../tools/sandbox/door.ts";
import { sandboxRecords } from "../../../tools/sandbox/records.ts";
import { daysAfter, givenWarranties, warranties } from "../../fixtures/dated.ts";
import { watchedEngine } from "../../fixtures/engine.ts";
import { withFunctions } from "../../fixtures/functions.ts";
import { keptLog } from "../../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

const AT = "2026-03-02T02:00:00.000Z";
/** Its reminder is so many days off. */
const remindedIn = (days: number, at = AT) => daysAfter(at, days + 30);
const functions = withFunctions(warranties);

let database: TestDatabase;
let companies = 0;
let company = "";
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  company = `sweep-${(companies += 1)}`;
  pool = await database.poolOf(company);
});

type Reader = (real: RecordReader) => RecordReader;

/** The pages of a whole sweep; what it tells is brought to its cases between them, unless nobody does. */
async function sweep(at: string, { reader, relayed = true }: { reader?: Reader; relayed?: boolean } = {}) {
  const { log, lines } = keptLog();
  const crm = sandboxRecords(pool, "crm");
  const deps = { sql: pool, records: { crm: reader?.(crm) ?? crm }, log, functions };
  const ref = { company, functionId: "warranties", work: "sweep" } as const;
  const pages: ScheduledPage[] = [];
  const engine = watchedEngine();
  for (let after: string | null = ""; after !== null;) {
    const page = await sweepPage(deps, ref, { at, after });
    pages.push(page);
    if (page.isFull) break;
    if (relayed) await bringAll(engine);
    after = page.next;
  }
  const counted = (what: string) => pages.reduce((sum, { counts }) => sum + (counts[what] ?? 0), 0);
  const counts = { opened: counted("opened"), underWay: counted("underWay"), unreadable: counted("unreadable") };
  return { pages, counts, lines, opened: engine.delivered.map(({ event }) => event.objectId).toSorted(), engine };
}

async function bringAll(engine: ReturnType<typeof watchedEngine>): Promise<void> {
  const relay = startRelay({ pool, starter: engine, log: keptLog().log, functions, pollMs: 5 });
  const waiting = "select from inbox where company = $1 and dispatched_at is null and state in ('pending', 'late')";
  await expect.poll(async () => (await pool.query(waiting, [company])).rowCount, { timeout: 30_000 }).toBe(0);
  await relay.stop();
}

const caseOf = (id: string) => caseIdOf(company, "warranties", `crm-warranty-${id}`);

/** Ends the work on every event that a case was told of. */
async function endCases({ engine }: Awaited<ReturnType<typeof sweep>>): Promise<void> {
  for (const { caseId, event } of engine.delivered) {
    const end = { company, caseId, kind: "case_end", key: recordKeys.end(caseId, event.eventId), at: AT } as const;
    await appendRecord(pool, { ...end, body: { eventId: event.eventId, outcomes: [] } });
  }
}

describe("a sweep opens cases", () => {
  test("of the objects whose first date is near, each with its record, and of no other", async () => {
    await givenWarranties(pool, company, {
      near: remindedIn(7),
      far: new Date(Date.parse(remindedIn(7)) + 1).toISOString(),
      begun: remindedIn(-20),
      over: daysAfter(AT, -7),
    });
    const { opened, counts, engine } = await sweep(AT);
    expect([opened, counts]).toEqual([["begun", "near"], { opened: 2, underWay: 0, unreadable: 0 }]);
    const [first] = engine.delivered.filter(({ event }) => event.objectId === "near");
    expect(first).toMatchObject({
      caseId: caseOf("near"),
      event: { source: "schedule", system: "crm", objectType: "warranty", occurredAt: AT },
    });
  });

  test("once for the same dates, however often and on whichever day, and once more for dates that moved", async () => {
    await givenWarranties(pool, company, { w1: remindedIn(5), w2: remindedIn(5.5) });
    const first = await sweep(AT);
    await endCases(first);
    expect(first.opened).toEqual(["w1", "w2"]);
    for (const days of [0, 1, 2, 20]) expect((await sweep(daysAfter(AT, days))).opened).toEqual([]);
    await givenWarranties(pool, company, { w1: remindedIn(30) });
    expect((await sweep(daysAfter(AT, 21))).opened).toEqual([]);
    const again = await sweep(daysAfter(AT, 23));
    expect(again.opened).toEqual(["w1"]);
    await endCases(again);
    await givenWarranties(pool, company, { w1: remindedIn(5) });
    expect((await sweep(daysAfter(AT, 24))).opened).toEqual([]);
  });

  test("not again when a date has only fallen away", async () => {
    await givenWarranties(pool, company, { w1: remindedIn(5) });
    await endCases(await sweep(AT));
    await putObjects(pool, { company, system: "crm" }, [
      { type: "warranty", id: "w1", properties: { reminded: "yes" } },
    ]);
    expect((await sweep(daysAfter(AT, 30))).opened).toEqual([]);
  });

  test("unless it is under way: then a change of the record reaches it by itself", async () => {
    await givenWarranties(pool, company, { asked: remindedIn(3), swept: remindedIn(3) });
    const event = inboxEventFor(
      {
        company,
        source: "hubspot",
        sourceKey: "k-1",
        bodyDigestInput: "k-1",
        system: "crm",
        objectType: "warranty",
        objectId: "asked",
        occurredAt: daysAfter(AT, -1),
        stamp: "source",
        body: {},
      },
      "warranties",
    );
    await acceptEvents(pool, [event]);
    const unheard = await sweep(AT, { relayed: false });
    expect(unheard.counts).toMatchObject({ opened: 1, underWay: 1 });
    const told = watchedEngine();
    await bringAll(told);
    expect(told.delivered.map(({ event: { objectId } }) => objectId).toSorted()).toEqual(["asked", "swept"]);
    await givenWarranties(pool, company, { swept: remindedIn(4) });
    expect((await sweep(daysAfter(AT, 1))).counts).toMatchObject({ opened: 0, underWay: 2 });
    await endCases({ engine: told } as Awaited<ReturnType<typeof sweep>>);
    expect((await sweep(daysAfter(AT, 2))).opened).toEqual(["asked", "swept"]);
  });

  test("and an event that its source told before and that arrives after is not late for a sweep that opened nothing", async () => {
    await givenWarranties(pool, company, { w1: remindedIn(5) });
    await endCases(await sweep(AT));
    await sweep(daysAfter(AT, 1));
    const { rows } = await pool.query<{ at: string }>(
      "select occurred_at as at from inbox_clock where company = $1 and object_id = 'w1'",
      [company],
    );
    expect(rows.map(({ at }) => new Date(at).toISOString())).toEqual([AT]);
  });
});

describe("a sweep of many", () => {
  test("goes in pages of what may wait, and waits when the inbox holds as much", { timeout: 120_000 }, async () => {
    const ids = Array.from({ length: 1_050 }, (_, n) => `w${String(n).padStart(4, "0")}`);
    await givenWarranties(pool, company, Object.fromEntries(ids.map((id, n) => [id, remindedIn(n % 2 === 0 ? 6 : 8)])));
    const { log } = keptLog();
    const ref = { company, functionId: "warranties", work: "sweep" } as const;
    const deps = { sql: pool, records: { crm: sandboxRecords(pool, "crm") }, log, functions };
    const first = await sweepPage(deps, ref, { at: AT, after: "" });
    expect(first).toMatchObject({ next: "w0199", isFull: false, counts: { looked: 200, opened: 100 } });
    const second = await sweepPage(deps, ref, { at: AT, after: "w0199" });
    expect(second).toMatchObject({ next: "w0299", counts: { looked: 100, opened: 50 } });
    const third = await sweepPage(deps, ref, { at: AT, after: "w0299" });
    expect(third).toMatchObject({ next: "w0349", counts: { looked: 50, opened: 25 } });
    const fourth = await sweepPage(deps, ref, { at: AT, after: "w0349" });
    expect(fourth).toEqual({ at: AT, next: "w0349", isFull: true, counts: {} });
    await bringAll(watchedEngine());
    const rest = await sweep(AT);
    const { rows } = await pool.query("select from inbox where company = $1", [company]);
    expect([rows.length, rest.pages.at(-1)?.next]).toEqual([525, null]);
  });

  test("asks about what tells no dates once, counts it and names it by its id alone; it stops no other", async () => {
    await givenWarranties(pool, company, { fine: remindedIn(1), refused: remindedIn(1) });
    await putObjects(pool, { company, system: "crm" }, [
      { type: "warranty", id: "torn", properties: { ends_at: "next spring, says Mr. Adams" } },
    ]);
    const { counts, opened, lines } = await sweep(AT, {
      reader: (real) => ({
        ...real,
        readRecord: (owner, type, id) =>
          id === "refused"
            ? Promise.reject(new ToolError("TARGET_REFUSED", "not yours"))
            : real.readRecord(owner, type, id),
      }),
    });
    expect([opened, counts]).toEqual([["fine", "torn"], { opened: 2, underWay: 0, unreadable: 2 }]);
    expect(lines.map(({ objectId }) => String(objectId)).toSorted()).toEqual(["refused", "torn"]);
    expect(JSON.stringify(lines)).not.toContain("Adams");
    const { rows } = await pool.query<{ body: string }>(
      "select body::text as body from inbox where company = $1 and object_id = 'torn'",
      [company],
    );
    expect(rows).toEqual([
      { body: expect.stringMatching(/^\{"anchors": \{"unreadable": "[0-9a-f]{64}"\}\}$/) as string },
    ]);
    expect((await sweep(AT)).opened).not.toContain("torn");
  });

  test("fails as a whole, to be tried again, when the system of record does not answer", async () => {
    await givenWarranties(pool, company, { fine: remindedIn(1) });
    const away = () => Promise.reject(new ToolError("TARGET_UNAVAILABLE", "crm did not answer"));
    await expect(sweep(AT, { reader: (real) => ({ ...real, readRecord: away }) })).rejects.toThrow("did not answer");
    expect((await sweep(AT)).opened).toEqual(["fine"]);
  });

  test("is of one company", async () => {
    await givenWarranties(pool, company, { ours: remindedIn(1) });
    const other = `${company}-other`;
    await givenWarranties(await database.poolOf(other), other, { theirs: remindedIn(1) });
    expect((await sweep(AT)).opened).toEqual(["ours"]);
  });
});
