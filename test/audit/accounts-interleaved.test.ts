import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wallTime } from "../../db/company-clock.ts";
import type { LedgerPool } from "../../audit/records.ts";
import type { LimitAsk } from "../../audit/ledgers/reservations.ts";
import type { Permit } from "../../domain/permit.ts";
import { createFunds } from "../../tools/programme/funds.ts";
import { fundAsk, fundOf, fundPermit } from "../fixtures/funds.ts";
import {
  acted,
  accountsOf,
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

const CAP = 50;

/** What the ledger must come to, worked out from the rules alone: no entry, no lock, no window. */
type Totals = { deposited: number; used: number; reserved: number };
type Held = {
  readonly of: "limit" | "fund";
  readonly amount: number;
  state: "held" | "posted" | "released";
  stands: number;
};

function emptyModel() {
  const totals = { limit: { deposited: 0, used: 0, reserved: 0 }, fund: { deposited: 0, used: 0, reserved: 0 } };
  /** What happened though its room had been given back: the one way past a cap that nobody approved. */
  const late = { limit: 0, fund: 0 };
  const room = (of: Held["of"]) =>
    (of === "limit" ? CAP : totals.fund.deposited) - totals[of].used - totals[of].reserved;
  return {
    totals,
    late,
    room,
    reserve(of: Held["of"], amount: number): Held | undefined {
      if (amount > room(of)) return undefined;
      totals[of].reserved += amount;
      return { of, amount, state: "held", stands: 0 };
    },
    post(held: Held): void {
      if (held.state === "posted") return;
      if (held.state === "held") totals[held.of].reserved -= held.amount;
      else late[held.of] += held.amount;
      totals[held.of].used += held.amount;
      Object.assign(held, { state: "posted", stands: held.amount });
    },
    release(held: Held): void {
      if (held.state !== "held") return;
      totals[held.of].reserved -= held.amount;
      held.state = "released";
    },
    adjust(change: number, mayGoNegative: boolean): boolean {
      if (change < 0 && !mayGoNegative && room("fund") + change < 0) return false;
      totals.fund.deposited += change;
      return true;
    },
    reverse(held: Held | undefined, amount: number): boolean {
      if (held?.of !== "fund" || held.state !== "posted" || amount > held.stands) return false;
      held.stands -= amount;
      totals.fund.used -= amount;
      return true;
    },
  };
}

const amount = fc.integer({ min: 1, max: 30 });
const which = fc.nat({ max: 5 });
const of = fc.constantFrom("limit" as const, "fund" as const);
const op = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("reserve" as const), of, amount }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("post" as const, "release" as const, "end" as const), which }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("deposit" as const), amount }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("adjust" as const),
      change: fc.integer({ min: -40, max: 20 }).filter((change) => change !== 0),
      mayGoNegative: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("reverse" as const), which, amount }) },
);
type Op = typeof op extends fc.Arbitrary<infer T> ? T : never;

/** What was reserved, and by which decision of which deal. `failed`: its effect is at its end, and cannot happen any more. */
type Drawn = {
  readonly held: Held;
  readonly permit: Permit;
  readonly decisionId: string;
  readonly deal: string;
  failed: boolean;
};

/** One company's limit and fund, and the model of both: each step does the same to either, and both must say the same. */
function world() {
  const { name, step } = someCompany();
  const [funds, fund, model] = [createFunds(pool, wallTime), fundOf(), emptyModel()];
  const drawn: Drawn[] = [];
  let [n, paidIn] = [0, 0];
  const permit = () => fundPermit(name, `key-${(n += 1)}`);

  /** Whether the programme entered it; any fault but its refusal is one. */
  async function entered(entry: Promise<unknown>): Promise<boolean> {
    const refusal: unknown = await entry.then(() => null).catch((error: unknown) => error);
    if (refusal === null) return true;
    expect(refusal).toMatchObject({ code: "TARGET_REFUSED" });
    return false;
  }

  async function reserve(of: Held["of"], asked: number): Promise<void> {
    const ask: LimitAsk = of === "limit" ? askOf({ amount: asked, cap: CAP }) : fundAsk(name, fund, asked);
    const deal = `deal-${(n += 1)}`;
    const { admitted, permit: given, decisionId } = await decideAsking(pool, step(deal), [ask]);
    const held = model.reserve(of, asked);
    expect(admitted).toBe(held !== undefined);
    if (held !== undefined) drawn.push({ held, permit: given, decisionId, deal, failed: false });
  }

  async function end(one: Drawn, how: "post" | "release" | "end"): Promise<void> {
    if (how === "end") {
      await caseEnds(pool, step(one.deal));
      model.release(one.held);
    } else if (how === "post" && !one.failed) {
      await acted(pool, one.permit, "done");
      model.post(one.held);
    } else if (how === "release" && one.held.state === "held") {
      await acted(pool, one.permit, "failed");
      one.failed = true;
      model.release(one.held);
    }
  }

  async function pay(change: number, entry: Promise<unknown>, mayGoNegative: boolean): Promise<void> {
    const did = await entered(entry);
    expect(did).toBe(model.adjust(change, mayGoNegative));
    if (did) paidIn += change;
  }

  async function live(next: Op): Promise<void> {
    const one = "which" in next && drawn.length > 0 ? drawn[next.which % drawn.length] : undefined;
    switch (next.kind) {
      case "reserve":
        return reserve(next.of, next.amount);
      case "post":
      case "release":
      case "end":
        return one && end(one, next.kind);
      case "deposit":
        return pay(next.amount, funds.depositFund(permit(), { ...fund, amountMinor: next.amount }), true);
      case "adjust": {
        const { change: changeMinor, mayGoNegative } = next;
        return pay(changeMinor, funds.adjustFund(permit(), { ...fund, changeMinor, mayGoNegative }), mayGoNegative);
      }
      case "reverse": {
        const { decisionId, held } = one ?? { decisionId: "dec_none", held: undefined };
        const back = funds.reversePosting(permit(), { ...fund, decisionId, amountMinor: next.amount });
        return expect(await entered(back)).toBe(model.reverse(held, next.amount));
      }
    }
  }

  /** What is left of all that was ever paid in, once what still counts and what is held are taken off. */
  function left(): number {
    const ofFund = drawn.map(({ held }) => held).filter(({ of }) => of === "fund");
    const counts = ofFund.map(({ state, stands, amount }) =>
      state === "posted" ? stands : state === "held" ? amount : 0,
    );
    return counts.reduce((rest, count) => rest - count, paidIn);
  }

  return {
    name,
    model,
    live,
    left,
    begin: () => pay(CAP, funds.depositFund(permit(), { ...fund, amountMinor: CAP }), true),
  };
}

async function totalsOf(name: string, account: string): Promise<Totals> {
  const row = (await accountsOf(pool, name)).find((one) => one.name === account);
  const { deposited = 0, used = 0, reserved = 0 } = row ?? {};
  return { deposited, used, reserved };
}

test("limits and funds come to what a simple model says, however their entries interleave", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(op, { minLength: 15, maxLength: 30 }), async (ops) => {
      const { name, model, live, left, begin } = world();
      await begin();
      for (const next of ops) {
        const before = JSON.stringify(model.totals);
        await live(next);
        if (JSON.stringify(model.totals) !== before) seen.add(next.kind);
        const [limit, fund] = [await totalsOf(name, "quoting/cap"), await totalsOf(name, "shared/mdf")];
        expect({ limit, fund }).toEqual(model.totals);
        expect(model.room("limit") + model.late.limit).toBeGreaterThanOrEqual(0);
        expect(fund.deposited - fund.used - fund.reserved).toBe(left());
      }
      expect(await unequalAccounts(pool, name)).toEqual([]);
    }),
    { numRuns: 25 },
  );
  expect([...seen].toSorted()).toEqual(["adjust", "deposit", "end", "post", "release", "reserve", "reverse"]);
});
