import { afterAll, beforeAll, expect, test } from "vitest";
import { askLimits, readLimits } from "../../audit/ledgers/reservations.ts";
import { inTransaction } from "../../audit/ledgers/transaction.ts";
import type { LedgerPool, Sql } from "../../audit/records.ts";
import { acted, askOf, decideAsking, someCompany } from "../fixtures/reservations.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
const { name: company, step } = someCompany();
const ask = askOf({ amount: 1, cap: 1_000_000 });

/** As the company's login, on a database that was never analysed: what else the account counts is in other cases. */
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf(company);
  for (let n = 0; n < 60; n += 1) {
    const { permit } = await decideAsking(pool, step(`deal-${n}`), [ask]);
    await acted(pool, permit, "done");
  }
});
afterAll(() => database.drop());

/** Rows of the ledger that this session has fetched and not yet told the server's statistics. */
async function counted(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ fetched: number }>(
    `select sum(idx_tup_fetch + seq_tup_read)::int as fetched from pg_stat_xact_user_tables
     where relname in ('account', 'account_entry')`,
  );
  return rows[0]?.fetched ?? Number.NaN;
}

/** Rows of the ledger that are fetched while `work` runs. */
async function fetched(work: (sql: Sql) => Promise<unknown>): Promise<number> {
  return inTransaction(pool, async (client) => {
    const before = await counted(client);
    await work(client);
    return (await counted(client)) - before;
  });
}

const asked = (deal: string) => ({ ...step(deal), policyId: "quoting", gate: 1, decisionId: "dec_none", asks: [ask] });

test.for<[string, (sql: Sql) => Promise<unknown>]>([
  ["a new case asks", (sql) => askLimits(sql, asked("new"))],
  ["a case that posted before asks again", (sql) => askLimits(sql, asked("deal-7"))],
  ["a decision only reads", (sql) => readLimits(sql, asked("deal-7"))],
  ["a case ends", (sql) => sql.query("select release_unbegun($1, $2)", [company, step("deal-7").caseId])],
  ["an effect settles", (sql) => sql.query("select settle_reservations($1, array['dec_none'], 'posting')", [company])],
])("when %s, no more is read of the ledger than the case's own entries", async ([, work]) => {
  expect(await fetched(work)).toBeLessThan(20);
});
