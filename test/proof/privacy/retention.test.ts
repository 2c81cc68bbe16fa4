import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acceptEvents } from "../../../gateway/inbox/accept.ts";
import { endRetention } from "../../../proof/privacy/end-retention.ts";
import { releaseHold, setHold } from "../../../proof/privacy/holds.ts";
import { readRetention, setRetention } from "../../../proof/privacy/retention.ts";
import { appendRecord, readRecords, type LedgerPool } from "../../../audit/records.ts";
import { incomingEvent } from "../../fixtures/inbox.ts";
import { AT } from "../../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { plantCase, tablesWith } from "./planted.ts";

let database: TestDatabase;
/** The company's own login, as the gateway has it. */
let acme: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  acme = await database.poolOf("acme");
});
afterAll(() => database.drop());

const DAY_MS = 86_400_000;
const NOW = new Date().toISOString();
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
const ola = { company: "acme", personId: "ola", at: NOW };
const omar = { company: "acme", personId: "omar", at: NOW };

const run = (at: string, dryRun = false, after = "") => endRetention(acme, { ...ola, at }, { after, dryRun });
const set = (who: typeof ola, days: number, log = "acme") => setRetention(acme, who, { log, days });

describe("how long a log is kept", () => {
  test("is seven years unless it is set, for each log by itself", async () => {
    const joint = { company: "acme", caseId: "acme:quoting:joint", kind: "commitment", at: AT, body: {} } as const;
    await appendRecord(database.pool, { ...joint, key: "joint-1", log: "acme~northwind" });
    expect(await readRetention(acme, "acme")).toEqual([
      { log: "acme", days: 2_555, waiting: null },
      { log: "acme~northwind", days: 2_555, waiting: null },
    ]);
    expect(await set(ola, 3_000, "acme~northwind")).toMatchObject({ log: "acme~northwind", days: 3_000 });
  });

  test("is made longer by one person, shorter by two, and each change is recorded", async () => {
    expect(await set(ola, 2_600)).toEqual({ log: "acme", days: 2_600, waiting: null });
    expect(await set(ola, 365)).toEqual({ log: "acme", days: 2_600, waiting: { days: 365, askedBy: "ola" } });
    expect(await set(ola, 365)).toMatchObject({ days: 2_600 });
    expect(await set(omar, 366)).toEqual({ log: "acme", days: 2_600, waiting: { days: 366, askedBy: "omar" } });
    expect(await set(ola, 366)).toEqual({ log: "acme", days: 366, waiting: null });
    const { records } = await readRecords(database.pool, "acme", "acme:erasures");
    const told = records.filter(({ body }) => body["scope"] === "log:acme");
    expect(told.map(({ kind, body }) => [kind, body["change"], body["days"]])).toEqual([
      ["hold", "retention", 2_600],
      ["hold", "asked-retention", 365],
      ["hold", "asked-retention", 365],
      ["hold", "asked-retention", 366],
      ["hold", "retention", 366],
    ]);
  });

  test.for([182, 36_501])("cannot be %i days", async (days) => {
    await expect(set(ola, days)).rejects.toMatchObject({ code: "23514" });
  });
});

describe("the end of it", () => {
  test("erases cases on the day after their last record's time is over, and not a day earlier", async () => {
    const { caseId } = await plantCase(database.pool, "old", "approved", { canary: "old-words" });
    expect(await run(inDays(365.9))).toMatchObject({ erased: [] });
    expect(await run(inDays(366.1), true)).toMatchObject({
      erased: [{ caseId, recordKey: null }],
      skipped: [],
      next: null,
    });
    expect(await tablesWith(database.pool, "old-words")).not.toEqual([]);
    const { erased } = await run(inDays(366.1));
    expect(erased).toEqual([{ caseId, recordKey: expect.stringMatching(/^acme:erasures\/ers_/) as string }]);
    expect(await tablesWith(database.pool, "old-words")).toEqual([]);
    const { records } = await readRecords(database.pool, "acme", "acme:erasures");
    expect(records.at(-1)).toMatchObject({
      key: erased[0]?.recordKey,
      body: { ground: "retention-ended", person: "ola" },
    });
    expect(await run(inDays(366.2))).toMatchObject({ erased: [], skipped: [] });
  });

  test("passes over what is held or open; a held case is recorded once as refused", async () => {
    const { caseId: heldCase } = await plantCase(database.pool, "held", "executed", { canary: "held-words" });
    const { caseId: openCase } = await plantCase(database.pool, "open", "open", { canary: "open-words" });
    await setHold(acme, ola, { scope: `case:${heldCase}`, reason: "claim" });
    for (const at of [inDays(400), inDays(401)]) {
      expect(await run(at)).toMatchObject({
        erased: [],
        skipped: [
          { caseId: heldCase, why: expect.stringMatching(/^legal hold hld_/) as string },
          { caseId: openCase, why: expect.stringContaining("waits for partner-manager") as string },
        ],
      });
    }
    const { records } = await readRecords(database.pool, "acme", "acme:erasures");
    const refused = records.filter(({ body }) => body["change"] === "refused-erasure");
    expect(refused.map(({ body }) => body["scope"])).toEqual([`case:${heldCase}`]);
  });

  test("takes the bodies of old events that no function listens to, unless the company is held", async () => {
    const company = "unheard";
    const asker = { company, personId: "ola", at: inDays(3_000) };
    const event = incomingEvent("unheard-1", { company, listened: false });
    await acceptEvents(database.pool, [{ ...event, body: { note: "unheard-words" } }]);
    const { pool } = database;
    const hold = await setHold(pool, asker, { scope: "company", reason: "claim" });
    const end = () => endRetention(pool, asker, { after: "", dryRun: false });
    await end();
    expect(await tablesWith(pool, "unheard-words")).toEqual(["inbox"]);
    await releaseHold(pool, asker, { holdId: "holdId" in hold ? hold.holdId : "", reason: "settled" });
    await end();
    expect(await tablesWith(pool, "unheard-words")).toEqual([]);
  });

  test("waits for the log that is kept longest", async () => {
    const { caseId } = await plantCase(database.pool, "joint-case", "executed", { canary: "joint-words" });
    const commitment = { company: "acme", caseId, kind: "commitment", key: "joint-2", at: AT, body: {} } as const;
    await appendRecord(database.pool, { ...commitment, log: "acme~northwind" });
    const erasedAt = async (at: string) => (await run(at)).erased.map((done) => done.caseId);
    expect(await erasedAt(inDays(2_999))).not.toContain(caseId);
    expect(await erasedAt(inDays(3_001))).toContain(caseId);
  });

  test("spares what a company records about itself", async () => {
    await run(inDays(20_000));
    const { rows } = await database.pool.query("select 1 from audit_subject where name = 'case:acme:erasures'");
    expect(rows).toHaveLength(1);
  });

  test("goes in batches, each after the last case of the one before", async () => {
    const company = "batches";
    for (let at = 0; at < 40; at += 1) {
      const caseId = `${company}:quoting:${String(at).padStart(3, "0")}`;
      await appendRecord(database.pool, {
        company,
        caseId,
        kind: "case_end",
        key: caseId,
        at: AT,
        body: { reasons: ["x"] },
      });
    }
    const asker = { company, personId: "ola", at: inDays(3_000) };
    const first = await endRetention(database.pool, asker, { after: "", dryRun: false });
    expect([first.erased.length, first.next]).toEqual([25, "batches:quoting:024"]);
    const second = await endRetention(database.pool, asker, { after: first.next ?? "", dryRun: false });
    expect([second.erased.length, second.next]).toEqual([15, null]);
  });
});
