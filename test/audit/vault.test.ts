import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inTransaction } from "../../audit/ledgers/transaction.ts";
import type { Ledger } from "../../audit/records.ts";
import { createVault } from "../../audit/vault.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** A process that has just begun: it remembers nothing. Counts how often it asks the database for keys. */
function freshProcess() {
  const asked = { times: 0 };
  const pool = Object.assign(Object.create(database.pool) as typeof database.pool, { vault: createVault(TEST_SECRET) });
  const keyOf = async (ledger: Ledger, name: string) => {
    const counted = new Proxy(ledger, {
      get(of, name) {
        if (name === "query") asked.times += 1;
        return Reflect.get(of, name, of) as unknown;
      },
    });
    const [key] = await ledger.vault.keysOf(counted, "acme", [name]);
    return key?.subjectId;
  };
  return { pool, keyOf, asked };
}

describe("a subject's key", () => {
  test("is made once, and asked for once per process", async () => {
    const { pool, keyOf, asked } = freshProcess();
    const first = await keyOf(pool, "person:dana");
    expect(await keyOf(pool, "person:dana")).toBe(first);
    expect(asked.times).toBe(1);
    expect(await freshProcess().keyOf(database.pool, "person:dana")).toBe(first);
  });

  test("that stood before a transaction asked for it is remembered beyond it", async () => {
    const stood = await freshProcess().keyOf(database.pool, "person:sam");
    const { pool, keyOf, asked } = freshProcess();
    for (let round = 0; round < 3; round += 1) {
      expect(await inTransaction(pool, (sql) => keyOf(sql, "person:sam"))).toBe(stood);
    }
    expect(asked.times).toBe(1);
  });

  test("that a transaction made is remembered once it is committed", async () => {
    const { pool, keyOf, asked } = freshProcess();
    const made = await inTransaction(pool, (sql) => keyOf(sql, "person:alex"));
    expect(await keyOf(pool, "person:alex")).toBe(made);
    expect(asked.times).toBe(1);
  });

  test("that a rolled back transaction made is forgotten with it, however often it was asked for there", async () => {
    const { pool, keyOf } = freshProcess();
    const undone: (string | undefined)[] = [];
    const work = inTransaction(pool, async (sql) => {
      undone.push(await keyOf(sql, "person:kim"), await keyOf(sql, "person:kim"));
      throw new Error("undone");
    });
    await expect(work).rejects.toThrow("undone");
    expect(undone[0]).toBe(undone[1]);
    const made = await keyOf(pool, "person:kim");
    expect(made).not.toBe(undone[0]);
    expect(await freshProcess().keyOf(database.pool, "person:kim")).toBe(made);
  });
});
