import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { appendRecords, type LedgerPool } from "../../audit/records.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { fingerprintOf, requireSecret, secretFit } from "../../proof/secret-fit.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../setup/database.ts";
import { draftsFor } from "./log/kept-log.ts";

const OTHER = Buffer.alloc(32, 5);
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

let companies = 0;
let company = "";
let pool: LedgerPool;
beforeEach(async () => {
  company = `fit-${(companies += 1)}`;
  pool = await database.poolOf(company);
});

/** Another host's pool: the same login, a secret of its own. */
async function withSecret<T>(secret: Buffer, work: (other: LedgerPool) => Promise<T>): Promise<T> {
  const other = createLedgerPool(await database.urlOf(company), secret);
  try {
    return await work(other);
  } finally {
    await other.end();
  }
}

const refusal = () =>
  new RegExp(
    `MANDATE_AUDIT_SECRET .*its fingerprint is [0-9a-f]{12}, and ${company} began with [0-9a-f]{12}; give the`,
  );

describe("the secret that all hosts of a company share", () => {
  test("is the first that comes, and every other one is refused by name", async () => {
    expect(await secretFit(pool, company, TEST_SECRET)).toMatchObject({ state: "unkept", kept: undefined });
    const first = await requireSecret(pool, company, TEST_SECRET);
    expect(first).toBe(fingerprintOf(TEST_SECRET, company).slice(0, 12));
    expect(await requireSecret(pool, company, TEST_SECRET)).toBe(first);
    await expect(withSecret(OTHER, (other) => requireSecret(other, company, OTHER))).rejects.toThrow(refusal());
  });

  test("is one, however many hosts come at once with secrets of their own", async () => {
    const secrets = Array.from({ length: 8 }, (_, n) => Buffer.alloc(32, n % 4));
    const outcomes = await Promise.allSettled(
      secrets.map((secret) => withSecret(secret, (other) => requireSecret(other, company, secret))),
    );
    const accepted = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(accepted).toHaveLength(2);
    expect(new Set(accepted).size).toBe(1);
  });

  test("is not one that does not open what is recorded already", async () => {
    await appendRecords(pool, draftsFor(company, 0, 1));
    await expect(withSecret(OTHER, (other) => requireSecret(other, company, OTHER))).rejects.toThrow(
      /records here were sealed with another one/,
    );
    expect(await requireSecret(pool, company, TEST_SECRET)).toBe(fingerprintOf(TEST_SECRET, company).slice(0, 12));
  });

  test("is known by a fingerprint of the company's own, which nobody changes", async () => {
    await requireSecret(pool, company, TEST_SECRET);
    expect(fingerprintOf(TEST_SECRET, company)).not.toBe(fingerprintOf(TEST_SECRET, "another"));
    const rows = () => pool.query("select fingerprint from secret_fingerprint");
    expect((await rows()).rows).toEqual([{ fingerprint: fingerprintOf(TEST_SECRET, company) }]);
    for (const change of [
      "update secret_fingerprint set fingerprint = fingerprint",
      "delete from secret_fingerprint",
    ]) {
      await expect(pool.query(change)).rejects.toThrow(/permission denied/);
      await expect(database.pool.query(change)).rejects.toThrow(/APPEND_ONLY/);
    }
  });
});
