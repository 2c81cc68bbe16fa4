import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendRecord, readRecords } from "../../audit/records.ts";
import type { RecordDraft } from "../../domain/audit-record.ts";
import { AT } from "../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const draft = (caseId: string, key: string, body = {}): RecordDraft => ({
  company: "acme",
  caseId,
  kind: "event",
  key,
  at: AT,
  body,
});

describe("a case's records", () => {
  test("are contiguous from 1 under concurrent appends, duplicates included", async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `k${index % 30}`);
    await Promise.all(keys.map((key) => appendRecord(database.pool, draft("case-a", key))));
    const { records, intact } = await readRecords(database.pool, "acme", "case-a");
    expect(records.map(({ n }) => n)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(intact).toBe(true);
  });

  test("the same key and bytes append once; other bytes are a conflict", async () => {
    const first = await appendRecord(database.pool, draft("case-b", "b1", { a: 1 }));
    expect(await appendRecord(database.pool, draft("case-b", "b1", { a: 1 }))).toBe(first);
    await expect(appendRecord(database.pool, draft("case-b", "b1", { a: 2 }))).rejects.toMatchObject({ code: "MA001" });
    expect((await readRecords(database.pool, "acme", "case-b")).records).toHaveLength(1);
  });

  test.for([
    ["updated", "update audit_record set digest = 'x'"],
    ["deleted", "delete from audit_record"],
    ["truncated", "truncate audit_record"],
  ] as const)("cannot be %s, even by the database's owner", async ([, statement]) => {
    await appendRecord(database.pool, draft("case-c", "c1"));
    await expect(database.pool.query(statement)).rejects.toMatchObject({ code: "42501" });
  });

  test("a digest that is not the bytes' own is refused", async () => {
    const insert =
      "insert into audit_record (company, case_id, n, kind, key, canonical, digest) values ('acme', 'case-d', 1, 'event', 'd1', '{}', $1)";
    await expect(database.pool.query(insert, ["0".repeat(64)])).rejects.toMatchObject({ code: "23514" });
  });
});
