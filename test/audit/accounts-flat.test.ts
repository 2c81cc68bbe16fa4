import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askLimits, readLimits, type LimitAsk } from "../../audit/ledgers/reservations.ts";
import { inTransaction } from "../../audit/ledgers/transaction.ts";
import type { LedgerPool, Sql } from "../../audit/records.ts";
import { AT } from "../fixtures/ledger.ts";
import { acted, askOf, decideAsking, someCompany } from "../fixtures/reservations.ts";
import { windowAt } from "../../guardrails/window.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
const { name: company, step } = someCompany();
const ask = askOf({ amount: 1, cap: 1_000_000 });

const DAY_MS = 86_400_000;
/** Of an account that begins anew each day. */
const dayAsk = (day: number) => {
  const [from, until] = [day, day + 1].map((n) => new Date(Date.UTC(2026, 0, 1) + n * DAY_MS).toISOString());
  return askOf({ account: "acc-daily", amount: 1, cap: 1_000_000, window: { from: from ?? "", until: until ?? "" } });
};

/** Of an account whose window rolls on: on day `n`, what was posted on or before day `n - 30` counts no more. */
const rollingAt = (day: number) => new Date(Date.UTC(2026, 0, 1) + day * DAY_MS).toISOString();
const rollingAsk = (day: number) =>
  askOf({ account: "acc-rolling", amount: 1, cap: 1_000_000, window: windowAt("30d", rollingAt(day), "UTC") });

/**
 * As the company's login, on a database that was never analysed: what else the account counts is in other cases, and of the
 * daily one in other days.
 */
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf(company);
  for (let n = 0; n < 60; n += 1) {
    const asks = { [`deal-${n}`]: ask, [`daily-${n}`]: dayAsk(n), [`rolling-${n}`]: rollingAsk(n / 60) };
    for (const [deal, one] of Object.entries(asks)) {
      const at = one.window?.days === undefined ? AT : one.window.until;
      const { permit } = await decideAsking(pool, step(deal), [one], { at });
      await acted(pool, permit, "done");
    }
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

const asked = (deal: string, one = ask, at = AT) => ({
  ...step(deal),
  policyId: "quoting",
  gate: 1,
  decisionId: "dec_none",
  at,
  asks: [one],
});

test.for<[string, (sql: Sql) => Promise<unknown>]>([
  ["a new case asks", (sql) => askLimits(sql, asked("new"))],
  ["a new case asks on a new day", (sql) => askLimits(sql, asked("new", dayAsk(60)))],
  ["a new case asks on a day like others", (sql) => askLimits(sql, asked("new", dayAsk(30)))],
  ["a case that posted before asks again", (sql) => askLimits(sql, asked("deal-7"))],
  ["a case that posted on another day asks again", (sql) => askLimits(sql, asked("daily-7", dayAsk(30)))],
  ["a decision only reads", (sql) => readLimits(sql, asked("deal-7"))],
  ["a case ends", (sql) => sql.query("select release_unbegun($1, $2)", [company, step("deal-7").caseId])],
  ["an effect settles", (sql) => sql.query("select settle_reservations($1, array['dec_none'], 'posting')", [company])],
])("when %s, no more is read of the ledger than the case's own entries", async ([, work]) => {
  expect(await fetched(work)).toBeLessThan(20);
});

describe("an account is asked in the unit that all of its windows are kept in", () => {
  const inEuro = (day: number) => asked("euro", { ...dayAsk(day), currency: "EUR" } as LimitAsk);

  test.for([-1, 0, 30, 59, 60])("in another one not on day %i of sixty either", async (day) => {
    await expect(fetched((sql) => askLimits(sql, inEuro(day)))).rejects.toThrow("OTHER_UNIT");
  });

  test("in none on a day that is kept otherwise than the rest", async () => {
    const change =
      "update account set currency = 'EUR' where company = $1 and account = 'acc-daily' and window_from = $2";
    await database.pool.query(change, [company, dayAsk(30).window?.from]);
    for (const either of [asked("dollar", dayAsk(30)), inEuro(30)]) {
      await expect(fetched((sql) => askLimits(sql, either))).rejects.toThrow("OTHER_UNIT");
    }
  });
});

test("what has left a window that rolls on is added up once", async () => {
  const late = (sql: Sql) => askLimits(sql, asked("new", rollingAsk(40), rollingAt(40)));
  expect(await fetched(late)).toBeGreaterThan(60);
  expect(await fetched(late)).toBeLessThan(20);
});
