import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sayWord } from "../../../audit/ledgers/agreement-words.ts";
import { readCalendar, setCalendar } from "../../../audit/ledgers/calendar.ts";
import { createLedgerPool } from "../../../db/pool.ts";
import { askErasure } from "../../../proof/privacy/erasure.ts";
import type { SubjectName } from "../../../proof/privacy/scope.ts";
import { appendRecord, readRecord, readRecords, type LedgerPool } from "../../../audit/records.ts";
import { tellStory } from "../../../audit/story.ts";
import { ASKED_AT, givenAsked } from "../../fixtures/agreements.ts";
import { AT } from "../../fixtures/ledger.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../../setup/database.ts";
import { eraseSubject, ola } from "./erased.ts";
import { plantCase, tablesWith, type Ending } from "./planted.ts";

let database: TestDatabase;
/** The company's own login, as the gateway has it. */
let acme: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  acme = await database.poolOf("acme");
});
afterAll(() => database.drop());

const ground = "consent-withdrawn";

const erase = (subject: SubjectName) => eraseSubject(acme, subject);

const subjectRow = async (subjectId: string) =>
  (await database.pool.query("select * from audit_subject where subject_id = $1", [subjectId])).rows[0] as unknown;

test("erasing who set when people work leaves the calendar, and nothing that names them", async () => {
  const calendar = { zone: "UTC", hours: { monday: [["09:00", "17:00"]] as const }, holidays: [] };
  await setCalendar(acme, { company: "acme", by: "setter-zoe", at: AT, calendar, reason: "words-of-zoe" });
  expect(await tablesWith(database.pool, "setter-zoe")).toContain("company_calendar");
  await erase("person:setter-zoe");
  expect(await tablesWith(database.pool, "setter-zoe")).toEqual([]);
  const { setBy, ...kept } = (await readCalendar(acme, "acme"))!;
  expect(setBy).toMatch(/^sub_/);
  expect(kept).toMatchObject({ n: 1, calendar });
});

describe("erasing a case", () => {
  test("leaves its words in no table, whatever way the case went", async () => {
    const endings: Ending[] = ["executed", "approved", "rejected", "failed"];
    let cases = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...endings),
        fc.stringMatching(/^[A-Za-z0-9]{16,24}$/),
        async (ending, canary) => {
          cases += 1;
          const { caseId } = await plantCase(database.pool, `property-${cases}`, ending, { canary });
          expect((await tablesWith(database.pool, canary)).length).toBeGreaterThan(4);
          await erase(`case:${caseId}`);
          expect(await tablesWith(database.pool, canary)).toEqual([]);
        },
      ),
      { numRuns: 8 },
    );
  });

  test("takes away its people's names in its ledgers, not in other cases", async () => {
    const people = { requester: "requester-mia", approver: "approver-noa" };
    const { caseId } = await plantCase(database.pool, "people", "approved", { canary: "words", ...people });
    await plantCase(database.pool, "other", "approved", { canary: "words", ...people });
    await erase(`case:${caseId}`);
    const { rows } = await database.pool.query<{ case_id: string; asked: string; said: string; told: string }>(
      `select e.case_id, d.requested_by || ' ' || e.requested_by as asked, a.person_id as said, o.payload->>'personId' as told
       from escalation e join decision d using (company, decision_id) join approval a using (company, escalation_id)
       join outbox o on o.key = a.approval_id where e.case_id in ($1, $2) order by e.case_id = $1`,
      [caseId, "acme:quoting:crm-deal-other"],
    );
    const [other, erased] = rows;
    expect(other).toMatchObject({ asked: "requester-mia requester-mia", said: "approver-noa", told: "approver-noa" });
    expect(erased?.asked).toMatch(/^(sub_\w+) \1$/);
    expect(erased?.said).toMatch(/^sub_/);
    expect(erased?.told).toBe(erased?.said);
  });

  test("destroys its key and changes nothing that is hashed: its records stay, intact and unreadable", async () => {
    const { caseId } = await plantCase(database.pool, "kept", "approved", { canary: "kept-words" });
    const before = await readRecords(database.pool, "acme", caseId);
    const { recordKey, subjectId, records } = await erase(`case:${caseId}`);
    expect(await subjectRow(subjectId)).toMatchObject({
      name: null,
      wrapped_key: null,
      destroyed_at: ola.at,
      erased_under: recordKey,
    });
    const after = await readRecords(database.pool, "acme", caseId);
    expect(after.intact).toBe(true);
    expect(after.records.map(({ digest }) => digest)).toEqual(before.records.map(({ digest }) => digest));
    const proposal = after.records.find(({ kind }) => kind === "proposal");
    expect(proposal).toMatchObject({ erased: recordKey, body: { actionId: "quoting" } });
    expect(proposal?.body).not.toHaveProperty("chain");
    const approval = after.records.find(({ kind }) => kind === "approval");
    expect(approval).toMatchObject({ erased: recordKey, body: { verdict: "approve" } });
    expect(approval?.body).not.toHaveProperty("reason");
    expect(after.records.filter(({ erased }) => erased !== undefined)).toHaveLength(records);
  });

  test("is told in its story, record by record", async () => {
    const { caseId } = await plantCase(database.pool, "story", "executed", { canary: "told-words" });
    const { recordKey } = await erase(`case:${caseId}`);
    const lines = tellStory((await readRecords(database.pool, "acme", caseId)).records);
    const line = lines.find(({ kind }) => kind === "proposal");
    expect(line?.because).toContain(`erased under record ${recordKey}`);
    expect(lines.find(({ kind }) => kind === "event")?.because).not.toContain(`erased under record ${recordKey}`);
  });

  test("is recorded with the subject's random name, ground, count, and both people by theirs", async () => {
    const { caseId } = await plantCase(database.pool, "recorded", "executed", { canary: "x" });
    const { erasureId, recordKey, subjectId, records } = await erase(`case:${caseId}`);
    const names = { ola: "", omar: "" };
    for (const person of ["ola", "omar"] as const) {
      const { rows } = await database.pool.query<{ id: string }>(
        "select subject_id as id from audit_subject where name = $1",
        [`person:${person}`],
      );
      names[person] = rows[0]?.id ?? "";
    }
    const [asked, erased] = await Promise.all(
      [`${recordKey}/asked`, recordKey].map(
        async (key) =>
          JSON.parse(
            (
              await database.pool.query<{ envelope: string }>("select r.envelope from audit_record r where key = $1", [
                key,
              ])
            ).rows[0]?.envelope ?? "{}",
          ) as unknown,
      ),
    );
    expect(asked).toMatchObject({
      kind: "hold",
      actor: { type: "person", ref: names.ola },
      fields: { change: "asked-erasure", scope: `case:${caseId}` },
    });
    expect(erased).toMatchObject({
      kind: "erasure",
      log: "acme",
      case: { id: "acme:erasures" },
      actor: { type: "person", ref: names.omar },
      fields: { subject: subjectId, ground, records },
      parents: [(await readRecord(database.pool, "acme", `${recordKey}/asked`))?.digest],
    });
    const { body } = (await readRecord(database.pool, "acme", recordKey)) ?? { body: {} };
    expect(body).toMatchObject({ erasureId, askedBy: names.ola, person: "omar" });
  });

  test("refuses what is told under its old key; the object's next case has a new one", async () => {
    const { caseId } = await plantCase(database.pool, "again", "executed", { canary: "x" });
    const { subjectId } = await erase(`case:${caseId}`);
    const draft = { company: "acme", caseId, kind: "event", at: AT, body: { customer: "new" } } as const;
    await expect(appendRecord(database.pool, { ...draft, key: "again-1" })).rejects.toMatchObject({ code: "MA002" });
    const later = createLedgerPool(database.url, TEST_SECRET);
    await appendRecord(later, { ...draft, key: "again-2" });
    await later.end();
    const kept = await readRecord(database.pool, "acme", "again-2");
    expect(kept).toMatchObject({ body: { customer: "new" } });
    expect(kept).not.toHaveProperty("erased");
    const { rows } = await database.pool.query<{ id: string }>(
      "select subject_id as id from audit_subject where name = $1",
      [`case:${caseId}`],
    );
    expect(rows[0]?.id).not.toBe(subjectId);
  });

  test.for([
    ["open", /escalation esc_\w+ waits for partner-manager/],
    ["intent", /effect acme:quoting:crm-deal-open-intent\/\S+ is in state intent/],
  ] as const)("waits while it is %s", async ([ending, why]) => {
    const { caseId } = await plantCase(database.pool, `open-${ending}`, ending, { canary: "x" });
    const ask = { subject: `case:${caseId}`, ground, reason: "now" } as const;
    expect(await askErasure(acme, ola, ask)).toMatchObject({
      kind: "refused",
      code: "still-open",
      detail: expect.stringMatching(why) as string,
    });
  });

  test("waits while companies are to agree about it, and no longer once that came to nothing", async () => {
    const { caseId, agreementId, digest } = await givenAsked(database.pool, "erasable");
    const ask = { subject: `case:${caseId}`, ground, reason: "now" } as const;
    expect(await askErasure(acme, ola, ask)).toMatchObject({
      code: "still-open",
      detail: expect.stringContaining(`agreement ${agreementId} is asked`) as string,
    });
    const refusal = { company: "acme", agreementId, side: "juniper", word: "refuse", digest, at: ASKED_AT } as const;
    expect(await sayWord(acme, refusal)).toMatchObject({ kind: "taken" });
    expect(await askErasure(acme, ola, ask)).toMatchObject({ kind: "asked" });
  });

  test("waits for the end of the newest event, and for a registration that is in force", async () => {
    const { caseId, stepKey } = await plantCase(database.pool, "newest", "executed", { canary: "x" });
    const event = {
      company: "acme",
      caseId,
      kind: "event",
      key: "evt_n/event",
      at: AT,
      body: { state: "accepted" },
    } as const;
    await appendRecord(database.pool, event);
    const at = new Date().toISOString();
    const ask = { subject: `case:${caseId}`, ground, reason: "now" } as const;
    const asked = () => askErasure(acme, { ...ola, at }, ask);
    expect(await asked()).toMatchObject({
      code: "still-open",
      detail: expect.stringContaining("event evt_n") as string,
    });
    await appendRecord(database.pool, { ...event, kind: "case_end", key: `${caseId}/evt_n/end`, body: {} });
    await database.pool.query("update programme.registration set expires_at = '2099-01-01' where effect_key = $1", [
      stepKey,
    ]);
    expect(await asked()).toMatchObject({ detail: expect.stringContaining("in force until 2099-01-01") as string });
    await database.pool.query("update programme.registration set expires_at = '2025-04-01' where effect_key = $1", [
      stepKey,
    ]);
    expect(await asked()).toMatchObject({ kind: "asked" });
  });
});
