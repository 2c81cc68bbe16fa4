import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordKeys } from "../../audit/record-keys.ts";
import { appendOnce, appendRecord, appendRecords, openRecord, readRecord, readRecords } from "../../audit/records.ts";
import type { RecordDraft } from "../../domain/audit-record.ts";
import type { JsonObject } from "../../domain/json.ts";
import { AT, givenDecision, stepNames } from "../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const draft = (caseId: string, key: string, body: JsonObject = {}, more: Partial<RecordDraft> = {}): RecordDraft => ({
  company: "acme",
  caseId,
  kind: "event",
  key,
  at: AT,
  body,
  ...more,
});

const append = (...given: Parameters<typeof draft>) => appendRecord(database.pool, draft(...given));

/** Everything the database holds of a record, as text. */
async function keptOf(key: string): Promise<{ envelope: string; all: string }> {
  const { rows } = await database.pool.query<{ envelope: string; all: string }>(
    "select r.envelope, r::text || r.envelope || encode(array_to_string(sealed, '')::bytea, 'escape') as all from audit_record r where key = $1",
    [key],
  );
  if (rows[0] === undefined) throw new Error(`no record ${key}`);
  return rows[0];
}

describe("a case's records", () => {
  test("are contiguous from 1 under concurrent appends, duplicates included", async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `k${index % 30}`);
    await Promise.all(keys.map((key) => append("case-a", key)));
    const { records, intact } = await readRecords(database.pool, "acme", "case-a");
    expect(records.map(({ n }) => n)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(intact).toBe(true);
  });

  test("the same key and words append once, also in one batch; other words are a conflict", async () => {
    const first = await append("case-b", "b1", { a: 1 });
    expect(await append("case-b", "b1", { a: 1 })).toBe(first);
    const again = [draft("case-b", "b2"), draft("case-b", "b1", { a: 1 }), draft("case-b", "b2")];
    expect(await appendRecords(database.pool, again)).toEqual([2, 1, 2]);
    await expect(append("case-b", "b1", { a: 2 })).rejects.toMatchObject({ code: "MA001" });
    await expect(append("case-b", "b1", { a: 1 }, { at: "2026-01-06T00:00:00.000Z" })).rejects.toMatchObject({
      code: "MA001",
    });
    expect((await readRecords(database.pool, "acme", "case-b")).records).toHaveLength(2);
  });

  test("name the leaves they rest on; a record that was never made is left out", async () => {
    await append("case-p", "p1");
    await append("case-p", "p2");
    await append("case-p", "p3", {}, { parents: ["p2", "never made", "p1"] });
    const { records } = await readRecords(database.pool, "acme", "case-p");
    const [first, second, third] = records;
    expect(third?.parents).toEqual([second?.digest, first?.digest]);
    expect(first?.parents).toEqual([]);
  });

  test.for([
    ["updated", "update audit_record set kept = '{}'"],
    ["deleted", "delete from audit_record"],
    ["truncated", "truncate audit_record cascade"],
  ] as const)("cannot be %s, even by the database's owner", async ([, statement]) => {
    await append("case-c", "c1");
    await expect(database.pool.query(statement)).rejects.toMatchObject({ code: "42501" });
  });
});

describe("a record's body", () => {
  test("comes back as it was given, whatever its envelope shows", async () => {
    const body = { eventId: "evt_1", state: "accepted", note: "Grüße 👋", deep: { list: [1, null, { a: "b" }] } };
    await append("case-d", "d1", body);
    expect((await readRecord(database.pool, "acme", "d1"))?.body).toEqual(body);
  });

  test("is not to be read in the database, but for what may be public for ever", async () => {
    await append("case-e", "e1", { eventId: "evt_9", customer: "Contoso Ltd", amountMinor: 12_345_678 });
    const { envelope, all } = await keptOf("e1");
    expect(JSON.parse(envelope)).toMatchObject({
      fields: { eventId: "evt_9" },
      sd: [expect.any(String), expect.any(String)],
    });
    expect(all).not.toContain("Contoso");
    expect(all).not.toContain("12345678");
    expect(all).not.toContain("customer");
  });

  test("shows no two equal values as equal: of no two fields, records, cases or people", async () => {
    const said = { note: "same", reason: "same", other: "same" };
    const told = ["dana", "lee", undefined].flatMap((person) =>
      ["case-s", "case-t"].flatMap((caseId) =>
        ["1", "2"].map((n) => {
          const key = `${caseId}/${person}/${n}`;
          return draft(caseId, key, said, person === undefined ? {} : { person });
        }),
      ),
    );
    for (const one of told) await appendRecord(database.pool, one);
    const { rows } = await database.pool.query<{ sd: string[] }>(
      "select r.envelope::jsonb->'sd' as sd from audit_record r where key = any ($1)",
      [told.map(({ key }) => key)],
    );
    const digests = rows.flatMap(({ sd }) => sd);
    expect([digests.length, new Set(digests).size]).toEqual([36, 36]);
  });

  test("of a person names them by a random name that stays the same", async () => {
    const answer = (escalationId: string) => ({
      escalationId,
      personId: "dana",
      reason: "seen it",
      verdict: "approve",
    });
    for (const key of ["f1", "f2"]) await append("case-f", key, answer(key), { kind: "approval", person: "dana" });
    const actors = await Promise.all(
      ["f1", "f2"].map(async (key) => (JSON.parse((await keptOf(key)).envelope) as { actor: unknown }).actor),
    );
    expect(actors[0]).toEqual({ type: "person", ref: expect.stringMatching(/^sub_[0-9a-f]{20}$/) as string });
    expect(actors[1]).toEqual(actors[0]);
    expect((await keptOf("f1")).envelope).not.toContain("dana");
    expect((await readRecord(database.pool, "acme", "f2"))?.body).toEqual(answer("f2"));
  });

  test("may hold a value too large for it, which is kept beside it", async () => {
    const large = { letters: "x".repeat(300_000) };
    await append("case-g", "g1", { large, small: "y" });
    expect((await readRecord(database.pool, "acme", "g1"))?.body).toEqual({ large, small: "y" });
    const { rows } = await database.pool.query<{ n: number }>("select count(*)::int as n from audit_blob");
    expect(rows[0]?.n).toBe(1);
  });

  test("that somebody changed in the database is not intact", async () => {
    await append("case-h", "h1", { secret: 1 });
    await append("case-h", "h2", { secret: 2 });
    await database.pool.query("alter table audit_record disable trigger all");
    await database.pool.query(
      "update audit_record set sealed = (select sealed from audit_record where key = 'h2') where key = 'h1'",
    );
    await database.pool.query("alter table audit_record enable trigger all");
    expect(await readRecords(database.pool, "acme", "case-h")).toMatchObject({ intact: false });
  });
});

describe("a decision", () => {
  test("is the doing of who asked for it; of nobody, when it follows from another action", async () => {
    const actorOf = async (step: string, requestedBy: string) => {
      const { decisionId } = await givenDecision(database.pool, stepNames(step), { requestedBy });
      const opened = await openRecord(database.pool, "acme", recordKeys.decision(decisionId));
      return [opened?.envelope.actor.type, opened?.record.body["requestedBy"]];
    };
    expect(await actorOf("asked", "sam")).toEqual(["person", "sam"]);
    expect(await actorOf("follows", "")).toEqual(["system", ""]);
  });
});

describe("what is told once", () => {
  test("keeps its first words, though another one tells it in other words at the same moment", async () => {
    const told = (n: number) =>
      appendOnce(database.pool, draft("case-i", "i2", { teller: n }, { at: `2026-01-05T09:00:00.00${n}Z` }));
    await append("case-i", "i1");
    const other = await database.pool.connect();
    await other.query("begin");
    await other.query("select from case_head where case_id = 'case-i' for update");
    const both = Promise.all([told(1), told(2)]);
    const waiting =
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' having count(*) = 2";
    await expect.poll(async () => (await database.pool.query(waiting)).rowCount).toBe(1);
    await other.query("commit");
    other.release();
    await both;
    const { records, intact } = await readRecords(database.pool, "acme", "case-i");
    expect([records.length, intact]).toEqual([2, true]);
  });
});
