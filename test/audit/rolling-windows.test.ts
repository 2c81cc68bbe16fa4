import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerPool } from "../../audit/records.ts";
import { windowAt } from "../../guardrails/window.ts";
import {
  accountsOf,
  acted,
  answered,
  askOf,
  decideAsking,
  someCompany,
  totalsOf,
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

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);
/** So many milliseconds after the first of January 2026. */
const instant = (ms: number) => new Date(START_MS + ms).toISOString();

/** Asks in a window of the days before an instant. */
function asking(atMs: number, { days = 90, ...changes }: Parameters<typeof askOf>[0] & { days?: number } = {}) {
  const at = instant(atMs);
  return { at, ask: askOf({ account: "acc-rolling", window: windowAt(`${days}d`, at, "UTC"), ...changes }) };
}

type Company = ReturnType<typeof someCompany>;

/** A decision of one deal at an instant, and what became of it. */
async function decided(acme: Company, deal: string, atMs: number, changes: Parameters<typeof asking>[1] = {}) {
  const { at, ask } = asking(atMs, changes);
  return decideAsking(pool, acme.step(deal, `evt_${atMs}`), [ask], { at });
}
async function posted(acme: Company, deal: string, atMs: number, changes: Parameters<typeof asking>[1] = {}) {
  const made = await decided(acme, deal, atMs, changes);
  await acted(pool, made.permit, "done");
  return made;
}

/** Totals that tell how much has left their window otherwise than their postings do. */
async function unequalGone(name: string): Promise<readonly unknown[]> {
  const { rows } = await pool.query(
    `select t.* from account t where t.company = $1 and t.gone <> (
       select coalesce(sum(e.used), 0) from account_entry e
       where (e.company, e.account) = (t.company, t.account) and e.counts_at <= t.gone_until)`,
    [name],
  );
  return rows;
}

describe("a posting counts from its decision until exactly so many days later", () => {
  test.for([
    ["at the same instant", 0, 10],
    ["a millisecond before the last", 90 * DAY_MS - 1, 10],
    ["exactly 90 days later no more", 90 * DAY_MS, 0],
    ["a millisecond after that", 90 * DAY_MS + 1, 0],
  ] as const)("%s", async ([, after, used]) => {
    const acme = someCompany();
    await posted(acme, "first", 0);
    const next = await decided(acme, "next", after);
    const at = instant(after);
    const window = { from: instant(after - 90 * DAY_MS), until: at, days: 90 };
    expect(next.readings).toMatchObject([{ window, used, reserved: 0, asked: 10 }]);
  });

  test("what is held counts for as long as it is held", async () => {
    const acme = someCompany();
    await decided(acme, "first", 0);
    expect((await decided(acme, "next", 100 * DAY_MS)).readings).toMatchObject([{ used: 0, reserved: 10 }]);
  });

  test("what has left the window leaves its room to the next", async () => {
    const acme = someCompany();
    await posted(acme, "first", 0, { amount: 90 });
    expect(await decided(acme, "too-early", 90 * DAY_MS - 1, { amount: 1 })).toMatchObject({ admitted: false });
    expect(await decided(acme, "next", 90 * DAY_MS, { amount: 90 })).toMatchObject({ admitted: true });
  });

  test("an earlier instant, told late, finds what counted then", async () => {
    const acme = someCompany();
    await posted(acme, "first", 0);
    await decided(acme, "later", 200 * DAY_MS);
    expect((await decided(acme, "earlier", 80 * DAY_MS)).readings).toMatchObject([{ used: 10, reserved: 10 }]);
    expect(await unequalGone(acme.name)).toEqual([]);
  });
});

describe("a change of a deal", () => {
  test("books the difference in the window of the first decision", async () => {
    const acme = someCompany();
    await posted(acme, "deal", 0, { amount: 40 });
    const change = await posted(acme, "deal", 30 * DAY_MS, { amount: 70 });
    expect(change.readings).toMatchObject([{ used: 0, reserved: 0, asked: 70 }]);
    expect((await decided(acme, "before", 90 * DAY_MS - 1)).readings).toMatchObject([{ used: 70 }]);
    expect((await decided(acme, "after", 90 * DAY_MS)).readings).toMatchObject([{ used: 0 }]);
    expect(await unequalAccounts(pool, acme.name)).toEqual([]);
  });

  test("counts in full once the first decision has left the window", async () => {
    const acme = someCompany();
    await posted(acme, "deal", 0, { amount: 40 });
    const change = await posted(acme, "deal", 90 * DAY_MS, { amount: 91 });
    expect(change).toMatchObject({ admitted: false, readings: [{ used: 0, asked: 91 }] });
    await posted(acme, "deal", 91 * DAY_MS, { amount: 50 });
    expect((await decided(acme, "next", 92 * DAY_MS)).readings).toMatchObject([{ used: 50 }]);
  });

  test("that people approve beyond the cap counts from its first decision too", async () => {
    const acme = someCompany();
    await posted(acme, "deal", 0, { amount: 40 });
    const names = acme.step("deal", "evt_approved");
    const { at, ask } = asking(DAY_MS, { amount: 91 });
    const { decisionId } = await decideAsking(pool, names, [ask], { at });
    const approvalId = await answered(pool, names, decisionId, "approve");
    await acted(pool, (await decideAsking(pool, names, [ask], { at, gate: 2, approvalId })).permit, "done");
    expect(await totalsOf(pool, acme.name)).toEqual([91, 0]);
    expect((await decided(acme, "next", 90 * DAY_MS)).readings).toMatchObject([{ used: 0 }]);
  });
});

describe("callers at the same time", () => {
  test("fifty never pass the cap", async () => {
    const acme = someCompany();
    await posted(acme, "old", 0, { amount: 90 });
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, n) => decided(acme, `deal-${n}`, 90 * DAY_MS + n, { amount: 10 })),
    );
    expect(all.filter(({ admitted }) => admitted)).toHaveLength(9);
    expect(await totalsOf(pool, acme.name)).toEqual([90, 90]);
  });
});

describe("however postings, changes and decisions follow each other", () => {
  const op = fc.record({
    deal: fc.nat({ max: 4 }),
    /** Since the decision before: most often some hours, sometimes to the boundary and a millisecond beside it. */
    afterMs: fc.oneof(fc.nat({ max: DAY_MS }), fc.constantFrom(0, 3 * DAY_MS - 1, 3 * DAY_MS, 3 * DAY_MS + 1)),
    amount: fc.nat({ max: 40 }),
    end: fc.constantFrom("done" as const, "failed" as const, "held" as const),
  });

  /** What counts, worked out from all that happened, the plain way. */
  class Model {
    private posted: { deal: number; at: number; amount: number }[] = [];
    private held: { deal: number; amount: number }[] = [];

    private prior(deal: number, at: number) {
      return this.posted.filter((one) => one.deal === deal && one.at > at - 3 * DAY_MS).at(-1);
    }
    reading(deal: number, at: number) {
      const counts = this.posted.filter((one) => one.at > at - 3 * DAY_MS);
      const prior = this.prior(deal, at);
      const used = counts.filter((one) => one !== prior).reduce((sum, { amount }) => sum + amount, 0);
      return { used, reserved: this.held.reduce((sum, { amount }) => sum + amount, 0) };
    }
    keeps(deal: number, at: number, amount: number, end: "done" | "failed" | "held") {
      const prior = this.prior(deal, at);
      if (end === "held") this.held.push({ deal, amount: Math.max(0, amount - (prior?.amount ?? 0)) });
      if (end !== "done") return;
      if (prior === undefined) this.posted.push({ deal, at, amount });
      else prior.amount = amount;
    }
  }

  test(
    "what is read is the sum of what was posted within the days before, and what is held",
    { timeout: 120_000 },
    () =>
      fc.assert(
        fc.asyncProperty(fc.array(op, { minLength: 3, maxLength: 14 }), async (ops) => {
          const acme = someCompany();
          const model = new Model();
          const busy = new Set<number>();
          let at = 0;
          for (const [n, { deal, afterMs, amount, end }] of ops.entries()) {
            at += afterMs;
            // A deal whose effect is under way takes no other step.
            if (busy.has(deal)) continue;
            const { at: told, ask } = asking(at, { days: 3, cap: 60, amount });
            const made = await decideAsking(pool, acme.step(`deal-${deal}`, `evt_${n}`), [ask], { at: told });
            const expected = model.reading(deal, at);
            expect(made.readings[0]).toMatchObject(expected);
            expect(made.admitted).toBe(expected.used + expected.reserved + amount <= 60);
            if (!made.admitted) continue;
            if (end === "held") {
              await acted(pool, made.permit, "intent");
              busy.add(deal);
            } else await acted(pool, made.permit, end);
            model.keeps(deal, at, amount, end);
          }
          expect(await unequalAccounts(pool, acme.name)).toEqual([]);
          expect(await unequalGone(acme.name)).toEqual([]);
          expect((await accountsOf(pool, acme.name)).length).toBeLessThanOrEqual(1);
        }),
        { numRuns: 60 },
      ),
  );
});
