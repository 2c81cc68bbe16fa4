import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  budgetLines,
  endSpend,
  isNearlySpent,
  readBudgets,
  readUnknownSpend,
  reserveSpend,
  type AskedSpend,
} from "../../audit/ledgers/budgets.ts";
import { readControls } from "../../audit/ledgers/controls.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { givenControl } from "../fixtures/controls.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf("acme");
});
afterAll(() => database.drop());

const asked = (changed: Partial<AskedSpend> = {}): AskedSpend => ({
  company: "acme",
  caseId: "acme:quoting:crm-deal-1",
  functionId: "quoting",
  turnKey: "acme:quoting:crm-deal-1/evt/approve-discount/intelligence",
  model: "claude-sonnet-5-5",
  day: "2026-03-02",
  tokens: 100,
  microUsd: 40,
  ms: 1_000,
  ...changed,
});
async function reserved(changed: Partial<AskedSpend> = {}): Promise<number> {
  const answer = await reserveSpend(pool, asked(changed));
  if ("over" in answer) throw new Error(`over ${JSON.stringify(answer.over)}`);
  return answer.n;
}
const totals = async (period: string, scope: string) =>
  (await readBudgets(pool, "acme", period)).find((one) => one.scope === scope);
const amounts = (tokens: number, microUsd: number, calls: number, ms: number) => ({ tokens, microUsd, calls, ms });

test("a call holds its most in its case, its function's day and the company's day, and settles at what it came to", async () => {
  const day = "2026-04-01";
  const n = await reserved({ day, caseId: "c-1" });
  const held = { used: amounts(0, 0, 0, 0), reserved: amounts(100, 40, 1, 1_000) };
  const isSo = async (state: object) => {
    expect(await readBudgets(pool, "acme", day)).toEqual([
      { scope: "company", period: day, ...state },
      { scope: "function/quoting", period: day, ...state },
    ]);
    expect(await totals("c-1", "case")).toEqual({ scope: "case", period: "c-1", ...state });
  };
  await isSo(held);
  await endSpend(pool, "acme", n, { tokens: 60, microUsd: 21, ms: 300 });
  await isSo({ used: amounts(60, 21, 1, 300), reserved: amounts(0, 0, 0, 0) });
  await endSpend(pool, "acme", n, "released");
  await isSo({ used: amounts(60, 21, 1, 300), reserved: amounts(0, 0, 0, 0) });
});

test("a call that may be billed counts at the most it can come to, and is told", async () => {
  const day = "2026-04-12";
  await endSpend(pool, "acme", await reserved({ day, caseId: "c-lost" }), "unknown");
  expect(await totals(day, "company")).toMatchObject({
    used: amounts(100, 40, 1, 1_000),
    reserved: amounts(0, 0, 0, 0),
  });
  expect(await readUnknownSpend(pool, "acme", day)).toEqual({ calls: 1, microUsd: 40 });
  expect(await readUnknownSpend(pool, "acme", "2026-04-13")).toEqual({ calls: 0, microUsd: null });
});

test("a call that failed gives all of it back", async () => {
  const day = "2026-04-02";
  await endSpend(pool, "acme", await reserved({ day, caseId: "c-2" }), "released");
  const none = amounts(0, 0, 0, 0);
  expect(await totals(day, "company")).toMatchObject({ used: none, reserved: none });
});

test.for([
  ["tokens", 100, {}, true],
  ["tokens", 99, {}, false],
  ["microUsd", 40, {}, true],
  ["microUsd", 39, {}, false],
  ["microUsd", 1_000_000, { microUsd: undefined }, false],
  ["calls", 1, {}, true],
  ["calls", 0, {}, false],
  ["ms", 1_000, {}, true],
  ["ms", 999, {}, false],
] as const)("a cap of %s at %i, %j: fits is %s", async ([measure, cap, changed, fits]) => {
  const functionId = `f-${measure.toLowerCase()}-${cap}`;
  await givenControl(pool, `budget/function/${functionId}/${measure}`, cap);
  const answer = await reserveSpend(pool, asked({ functionId, caseId: `case-${functionId}`, ...changed }));
  const over = { scope: `function/${functionId}`, measure, cap, room: cap };
  expect("over" in answer ? answer : "fits").toEqual(fits ? "fits" : { over });
});

test("parallel callers do not overdraw: of twenty at once, as many are let through as the budget has room for", async () => {
  const day = "2026-04-03";
  await givenControl(pool, "budget/case/tokens", 750);
  const caseId = "c-race";
  const answers = await Promise.all(Array.from({ length: 20 }, () => reserveSpend(pool, asked({ day, caseId }))));
  const through = answers.flatMap((answer) => ("n" in answer ? [answer.n] : []));
  expect(through).toHaveLength(7);
  expect(await totals(caseId, "case")).toMatchObject({ reserved: { tokens: 700, calls: 7 } });
  await Promise.all(through.map((n) => endSpend(pool, "acme", n, { tokens: 10, microUsd: 4, ms: 5 })));
  expect(await totals(caseId, "case")).toMatchObject({ used: amounts(70, 28, 7, 35), reserved: { tokens: 0 } });
  const later = await Promise.all(Array.from({ length: 20 }, () => reserveSpend(pool, asked({ day, caseId }))));
  expect(
    later.filter((answer) => "n" in answer),
    "what was not used is free again",
  ).toHaveLength(6);
});

test("a budget's totals are the sums of its calls, whatever comes of them in which order", async () => {
  const seed = 20_261_130;
  let run = 0;
  const step = fc.record({
    what: fc.constantFrom("reserve", "settle", "release", "lose"),
    which: fc.nat(5),
    tokens: fc.nat(500),
    microUsd: fc.option(fc.nat(500), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const caseId = `c-sum-${(run += 1)}`;
      const open: { n: number; tokens: number }[] = [];
      let [used, calls] = [0, 0];
      for (const { what, which, tokens, microUsd } of steps) {
        const one = open[which];
        if (what === "reserve") {
          // The case's cap is of the test before; what it lets not through changes nothing.
          const answer = await reserveSpend(pool, asked({ caseId, day: "2026-04-04", tokens, microUsd }));
          if ("n" in answer) open.push({ n: answer.n, tokens });
        } else if (one !== undefined) {
          const came = what === "settle" ? { tokens, microUsd, ms: 1 } : undefined;
          const isLost = what === "lose";
          await endSpend(pool, "acme", one.n, came ?? (isLost ? "unknown" : "released"));
          open.splice(which, 1);
          const counted = came?.tokens ?? (isLost ? one.tokens : 0);
          [used, calls] = [used + counted, calls + (what === "release" ? 0 : 1)];
        }
      }
      const held = open.reduce((sum, { tokens }) => sum + tokens, 0);
      const found = (await totals(caseId, "case")) ?? { used: amounts(0, 0, 0, 0), reserved: amounts(0, 0, 0, 0) };
      expect(found).toMatchObject({ used: { tokens: used, calls }, reserved: { tokens: held, calls: open.length } });
    }),
    { seed, numRuns: 25 },
  );
});

test("the database refuses that a call goes backwards, or is forgotten", async () => {
  const n = await reserved({ caseId: "c-back" });
  await endSpend(pool, "acme", n, "released");
  const back = pool.query("update model_spend set state = 'reserved' where company = 'acme' and n = $1", [n]);
  await expect(back).rejects.toMatchObject({ code: "42501" });
  await expect(pool.query("delete from model_spend where n = $1", [n])).rejects.toMatchObject({ code: "42501" });
});

test("today's caps are told though nothing was used, and a budget with less than a tenth left is", async () => {
  const day = "2026-04-09";
  await givenControl(pool, "budget/company/calls", 10);
  const lines = budgetLines(await readBudgets(pool, "acme", day), await readControls(pool, "acme"), day);
  const line = { scope: "company", period: day, measure: "calls", used: 0, reserved: 0, cap: 10 } as const;
  expect(lines.filter(({ scope, cap }) => scope === "company" && cap !== null)).toEqual([line]);
  expect([8, 9, 10].map((used) => isNearlySpent({ ...line, used }))).toEqual([false, false, true]);
  expect(isNearlySpent({ ...line, used: 7, reserved: 3 })).toBe(true);
});
