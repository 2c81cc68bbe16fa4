import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerPool } from "../../audit/records.ts";
import { decisionIdOf } from "../../audit/record-keys.ts";
import { askLimits } from "../../audit/ledgers/reservations.ts";
import { inTransaction } from "../../audit/ledgers/transaction.ts";
import { AT, route } from "../fixtures/ledger.ts";
import {
  accountsOf,
  acted,
  answered,
  askOf,
  decideAsking,
  QUARTER,
  reservationsOf,
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

describe("one step holds its room once", () => {
  test("ten attempts at one decision hold it once and tell the same", async () => {
    const acme = someCompany();
    await Promise.all(Array.from({ length: 10 }, () => decideAsking(pool, acme.step("deal"), [askOf()])));
    expect(await totalsOf(pool, acme.name)).toEqual([0, 10]);
    expect(await reservationsOf(pool, acme.name)).toEqual(["reserved 10"]);
  });

  test("an attempt that lost holds nothing, even in another window and for more", async () => {
    const acme = someCompany();
    const names = acme.step("deal");
    const blocked = { verdict: "block" } as const;
    await decideAsking(pool, names, [askOf()], blocked);
    await decideAsking(pool, names, [askOf({ window: null, amount: 50 })]);
    expect((await accountsOf(pool, acme.name)).map(({ used, reserved }) => [used, reserved])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test("asking alone holds nothing", async () => {
    const acme = someCompany();
    const names = acme.step("deal");
    const decisionId = decisionIdOf(acme.name, names.stepKey, 1);
    const asked = { ...names, policyId: "quoting", gate: 1, decisionId, at: AT, asks: [askOf()] };
    await inTransaction(pool, (client) => askLimits(client, asked));
    expect(await totalsOf(pool, acme.name)).toEqual([0, 0]);
    expect(await reservationsOf(pool, acme.name)).toEqual([]);
  });

  test("a decision that is rolled back holds nothing", async () => {
    const acme = someCompany();
    const unwritable = decideAsking(pool, acme.step("deal"), [askOf()], { policyDocument: "\0" });
    await expect(unwritable).rejects.toMatchObject({ code: "22P05" });
    expect(await accountsOf(pool, acme.name)).toEqual([]);
  });

  test("a decision that tells what it never asked is refused", async () => {
    const acme = someCompany();
    const plain = { mode: "led", release: "", canary: null, params: [], candidate: null, obligations: [] } as const;
    const reading = { id: "cap", account: "acc", window: QUARTER, used: 0, reserved: 0, asked: 10, cap: 90 };
    const details = { ...plain, limits: [{ ...reading, admitted: true, warned: false }] };
    await expect(decideAsking(pool, acme.step("deal"), [], { details })).rejects.toMatchObject({ code: "42501" });
  });

  test("a later gate takes over what the earlier one held", async () => {
    const acme = someCompany();
    const names = acme.step("deal");
    const { decisionId } = await decideAsking(pool, names, [askOf({ amount: 60 })], { verdict: "escalate", route });
    const approvalId = await answered(pool, names, decisionId, "approve");
    const second = await decideAsking(pool, names, [askOf({ amount: 60 })], {
      gate: 2,
      verdict: "escalate",
      route,
      approvalId,
    });
    expect(second).toMatchObject({ admitted: true, readings: [{ used: 0, reserved: 0 }] });
    expect(await totalsOf(pool, acme.name)).toEqual([0, 60]);
    await acted(pool, second.permit, "done");
    expect(await totalsOf(pool, acme.name)).toEqual([60, 0]);
    expect(await reservationsOf(pool, acme.name)).toEqual(["released 60", "committed 60"]);
  });

  test("a later gate that blocks gives it back", async () => {
    const acme = someCompany();
    const names = acme.step("deal");
    await decideAsking(pool, names, [askOf()], { verdict: "escalate", route });
    await decideAsking(pool, names, [], { gate: 2, verdict: "block" });
    expect(await totalsOf(pool, acme.name)).toEqual([0, 0]);
  });

  test("what people approve beyond the cap counts", async () => {
    const acme = someCompany();
    const names = acme.step("deal");
    const { decisionId, admitted } = await decideAsking(pool, names, [askOf({ amount: 100 })]);
    expect(admitted).toBe(false);
    expect(await totalsOf(pool, acme.name)).toEqual([0, 0]);
    const approvalId = await answered(pool, names, decisionId, "approve");
    const { permit } = await decideAsking(pool, names, [askOf({ amount: 100 })], { gate: 2, approvalId });
    expect(await totalsOf(pool, acme.name)).toEqual([0, 100]);
    await acted(pool, permit, "done");
    expect(await totalsOf(pool, acme.name)).toEqual([100, 0]);
    expect((await decideAsking(pool, acme.step("next"), [askOf({ amount: 1 })])).admitted).toBe(false);
  });
});

describe("a change of a deal books the difference in the window of its first decision", () => {
  const later = { from: QUARTER.until, until: "2026-07-01T00:00:00.000Z" };

  async function changed(first: number, second: number, changes: Parameters<typeof askOf>[0] = {}) {
    const acme = someCompany();
    const before = await decideAsking(pool, acme.step("deal"), [askOf({ amount: first, ...changes })]);
    await acted(pool, before.permit, "done");
    const names = acme.step("deal", "evt_2");
    const after = await decideAsking(pool, names, [askOf({ window: later, amount: second, ...changes })]);
    return { acme, names, ...after };
  }

  test.for([
    ["more", 40, 70, [40, 30], [70, 0]],
    ["less", 40, 30, [40, 0], [30, 0]],
    ["the same", 40, 40, [40, 0], [40, 0]],
    ["all the room there is", 40, 90, [40, 50], [90, 0]],
  ] as const)("%s", async ([, first, second, held, done]) => {
    const { acme, permit, readings } = await changed(first, second);
    expect(readings).toMatchObject([{ window: QUARTER, used: 0, reserved: 0, asked: second, admitted: true }]);
    const inFirst = async () => {
      const [account] = await accountsOf(pool, acme.name);
      return [account?.used, account?.reserved];
    };
    expect(await inFirst()).toEqual(held);
    await acted(pool, permit, "done");
    expect(await inFirst()).toEqual(done);
    expect(await unequalAccounts(pool, acme.name)).toEqual([]);
  });

  test("one unit past the cap is not admitted, and what was committed stays", async () => {
    const { acme, admitted } = await changed(40, 91);
    expect(admitted).toBe(false);
    expect((await accountsOf(pool, acme.name)).map(({ used, reserved }) => [used, reserved])[0]).toEqual([40, 0]);
  });

  test("a change that fails leaves what was committed", async () => {
    const { acme, permit } = await changed(40, 70);
    await acted(pool, permit, "failed");
    expect(await reservationsOf(pool, acme.name)).toEqual(["committed 40", "released 70"]);
    expect(await unequalAccounts(pool, acme.name)).toEqual([]);
  });

  test("while one change is under way, another holds its whole amount", async () => {
    const { acme, permit } = await changed(40, 50);
    await acted(pool, permit, "unknown");
    const third = await decideAsking(pool, acme.step("deal", "evt_3"), [askOf({ amount: 45 })]);
    expect(third).toMatchObject({ admitted: false, readings: [{ used: 40, reserved: 10 }] });
  });

  test("requests that are counted are never the same one", async () => {
    const { acme } = await changed(1, 1, { unit: "count", currency: null, window: QUARTER });
    expect(await totalsOf(pool, acme.name)).toEqual([1, 1]);
  });
});
