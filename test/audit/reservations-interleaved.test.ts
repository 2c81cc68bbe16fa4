import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerPool } from "../../audit/records.ts";
import type { Names } from "../fixtures/ledger.ts";
import {
  acted,
  answered,
  askOf,
  caseEnds,
  decideAsking,
  someCompany,
  unequalAccounts,
} from "../fixtures/reservations.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = database.pool;
});
afterAll(() => database.drop());

describe("however decisions, approvals and effects interleave", () => {
  const CAP = 50;
  const op = fc.record({
    deal: fc.nat({ max: 3 }),
    amount: fc.nat({ max: 30 }),
    people: fc.constantFrom("approve" as const, "reject" as const, "silent" as const),
    end: fc.constantFrom("done" as const, "failed" as const, "unknown" as const, "case-end" as const),
  });
  type Op = typeof op extends fc.Arbitrary<infer T> ? T : never;

  /** One event of a deal, from its decision to the end of its effect. */
  async function live(names: Names, { amount, people, end }: Op): Promise<void> {
    const ask = [askOf({ amount, cap: CAP })];
    let decided = await decideAsking(pool, names, ask);
    if (!decided.admitted) {
      if (people === "silent") return;
      const approvalId = await answered(pool, names, decided.decisionId, people);
      if (people === "reject") return;
      decided = await decideAsking(pool, names, ask, { gate: 2, approvalId });
    }
    if (end !== "case-end") await acted(pool, decided.permit, end);
    else await caseEnds(pool, names);
  }

  /** By how much an account is past its cap, less what people approved beyond it and still holds. */
  async function passed(name: string): Promise<readonly unknown[]> {
    const { rows } = await pool.query(
      `select t.* from account t where t.company = $1 and t.used + t.reserved > $2 + (
         select coalesce(sum(r.amount), 0) from account_entry r join decision d using (company, decision_id)
         where (r.company, r.account, r.window_from) = (t.company, t.account, t.window_from) and d.approval_id is not null
           and (r.kind = 'posting' or (r.kind = 'reservation' and not exists (
             select 1 from account_entry e where (e.company, e.cause, e.account) = (r.company, r.cause, r.account)
               and e.kind in ('posting', 'release')))))`,
      [name, CAP],
    );
    return rows;
  }

  test("no account passes its cap but by what people approved, and every total is the sum of its parts", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(op, { minLength: 1, maxLength: 5 }), { maxLength: 6 }), async (rounds) => {
        const acme = someCompany();
        for (const [round, ops] of rounds.entries()) {
          const deals = new Map(ops.map((given) => [given.deal, given]));
          await Promise.all([...deals].map(([deal, given]) => live(acme.step(`deal-${deal}`, `evt_${round}`), given)));
          expect(await passed(acme.name)).toEqual([]);
          expect(await unequalAccounts(pool, acme.name)).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  });
});
