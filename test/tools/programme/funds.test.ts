import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerPool } from "../../../audit/records.ts";
import type { FundRef } from "../../../domain/fund.ts";
import { createFunds } from "../../../tools/programme/funds.ts";
import type { ToolError } from "../../../tools/tool-error.ts";
import { fundAsk, fundOf, fundPermit } from "../../fixtures/funds.ts";
import { AT } from "../../fixtures/ledger.ts";
import {
  accountsOf,
  acted,
  answered,
  decideAsking,
  someCompany,
  unequalAccounts,
} from "../../fixtures/reservations.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = database.pool;
});
afterAll(() => database.drop());

/** A company with 100.00 USD in its fund, of which a decision spent 40.00. */
async function given() {
  const { name, step } = someCompany();
  const funds = createFunds(pool, () => AT);
  const fund = fundOf();
  await funds.depositFund(fundPermit(name, "first"), { ...fund, amountMinor: 100_00 });
  const spent = await decideAsking(pool, step("spent"), [fundAsk(name, fund, 40_00)]);
  await acted(pool, spent.permit, "done");
  const held = async () => (await funds.readFund(name, fund)).value;
  return { name, step, funds, fund, spent, held, permit: (key: string) => fundPermit(name, key) };
}

const opened = { opened: true, depositedMinor: 100_00, usedMinor: 40_00, reservedMinor: 0 };

describe("what is asked for a fund itself", () => {
  test("adds to what decisions draw on, and is read from one place", async () => {
    const { name, step, fund, held } = await given();
    await decideAsking(pool, step("more"), [fundAsk(name, fund, 60_00)]);
    expect(await held()).toEqual({ ...opened, reservedMinor: 60_00 });
    const { admitted, readings } = await decideAsking(pool, step("over"), [fundAsk(name, fund, 1)]);
    expect({ admitted, readings }).toMatchObject({
      admitted: false,
      readings: [{ cap: 100_00, used: 40_00, reserved: 60_00 }],
    });
    expect(await unequalAccounts(pool, name)).toEqual([]);
  });

  test.for<[string, (given: Awaited<ReturnType<typeof setUp>>) => Promise<unknown>, object]>([
    [
      "a deposit",
      ({ funds, fund, permit }) => funds.depositFund(permit, { ...fund, amountMinor: 5 }),
      { depositedMinor: 100_05 },
    ],
    [
      "an adjustment",
      ({ funds, fund, permit }) => funds.adjustFund(permit, { ...fund, changeMinor: -5, mayGoNegative: false }),
      { depositedMinor: 99_95 },
    ],
    [
      "a reversal",
      ({ funds, fund, permit, decisionId }) => funds.reversePosting(permit, { ...fund, decisionId, amountMinor: 5 }),
      { usedMinor: 39_95 },
    ],
  ])("%s is entered once, however often its key is used", async ([, enter, change]) => {
    const one = await setUp();
    const first = await enter(one);
    const again = await Promise.all([enter(one), enter(one)]);
    expect(again).toEqual([first, first]);
    expect(await one.funds.findFundEntry(one.name, "key")).toEqual(first);
    expect(first).toEqual({ externalRef: expect.stringMatching(/^FE-[0-9A-F]{10}$/) as string, answeredAt: AT });
    expect(await one.held()).toEqual({ ...opened, ...change });
    expect(await unequalAccounts(pool, one.name)).toEqual([]);
  });

  async function setUp() {
    const all = await given();
    return { ...all, permit: all.permit("key"), decisionId: all.spent.decisionId };
  }

  test.for<[string, (fund: FundRef) => object]>([
    ["another amount", (fund) => ({ ...fund, amountMinor: 2 })],
    ["another partner", () => ({ ...fundOf("p-cedar"), amountMinor: 1 })],
    ["another period", (fund) => ({ ...fund, period: "2027", amountMinor: 1 })],
  ])("a key is refused for %s", async ([, change]) => {
    const { name, funds, fund, permit } = await given();
    await funds.depositFund(permit("key"), { ...fund, amountMinor: 1 });
    const other = change(fund) as FundRef & { amountMinor: number };
    await expect(funds.depositFund(permit("key"), other)).rejects.toMatchObject({ code: "TARGET_KEY_REUSED" });
    const adjusted = funds.adjustFund(permit("key"), { ...fund, changeMinor: 1, mayGoNegative: false });
    await expect(adjusted).rejects.toMatchObject({ code: "TARGET_KEY_REUSED" });
    expect(await unequalAccounts(pool, name)).toEqual([]);
  });
});

describe("a fund never holds less than is used and reserved", () => {
  test.for([
    ["all that is left is taken out", -60_00, false, "entered"],
    ["one cent more is not", -60_01, false, "TARGET_REFUSED"],
    ["unless the adjustment says that it may", -60_01, true, "entered"],
  ] as const)("%s", async ([, changeMinor, mayGoNegative, outcome]) => {
    const { funds, fund, permit, held } = await given();
    const adjusted = funds.adjustFund(permit("key"), { ...fund, changeMinor, mayGoNegative });
    const came = await adjusted.then(() => "entered").catch(({ code }: ToolError) => code);
    const depositedMinor = outcome === "entered" ? 100_00 + changeMinor : 100_00;
    expect([came, await held()]).toEqual([outcome, { ...opened, depositedMinor }]);
  });

  test("what is missing is paid in before anything is spent", async () => {
    const { name, step, funds, fund, permit } = await given();
    await funds.adjustFund(permit("loss"), { ...fund, changeMinor: -80_00, mayGoNegative: true });
    expect((await decideAsking(pool, step("zero"), [fundAsk(name, fund, 0)])).admitted).toBe(false);
    await funds.depositFund(permit("paid"), { ...fund, amountMinor: 20_00 });
    expect((await decideAsking(pool, step("none"), [fundAsk(name, fund, 0)])).admitted).toBe(true);
    expect((await decideAsking(pool, step("cent"), [fundAsk(name, fund, 1)])).admitted).toBe(false);
  });

  test("fifty at once against room for thirty: thirty are admitted, while deposits go on", async () => {
    const { name, step } = someCompany();
    const [funds, fund] = [createFunds(pool, () => AT), fundOf()];
    await funds.depositFund(fundPermit(name, "first"), { ...fund, amountMinor: 300 });
    const asking = Array.from({ length: 50 }, (_, n) =>
      decideAsking(pool, step(`deal-${n}`), [fundAsk(name, fund, 10)]),
    );
    const other = Array.from({ length: 5 }, (_, n) =>
      funds.depositFund(fundPermit(name, `other-${n}`), { ...fundOf("p-cedar"), amountMinor: 10 }),
    );
    const [all] = await Promise.all([Promise.all(asking), Promise.all(other)]);
    expect(all.filter(({ admitted }) => admitted)).toHaveLength(30);
    expect((await funds.readFund(name, fund)).value).toMatchObject({ depositedMinor: 300, reservedMinor: 300 });
    expect(await unequalAccounts(pool, name)).toEqual([]);
  });

  test("nothing that people approve goes beyond it", async () => {
    const { name, step, fund } = await given();
    const [names, ask] = [step("beyond"), fundAsk(name, fund, 60_01)];
    const { decisionId } = await decideAsking(pool, names, [ask]);
    const approvalId = await answered(pool, names, decisionId, "approve");
    const beyond = decideAsking(pool, names, [ask], { gate: 2, approvalId });
    await expect(beyond).rejects.toMatchObject({ code: "42501" });
  });
});

describe("a posting comes back", () => {
  test("in parts, up to what it still counts", async () => {
    const { name, funds, fund, permit, spent, held } = await given();
    const back = (key: string, amountMinor: number, of = fund) =>
      funds.reversePosting(permit(key), { ...of, decisionId: spent.decisionId, amountMinor });
    await back("part", 18_00);
    expect((await funds.readPosting(name, fund, spent.decisionId)).value).toEqual({
      postedMinor: 40_00,
      standsMinor: 22_00,
    });
    await expect(back("more", 22_01)).rejects.toMatchObject({ code: "TARGET_REFUSED" });
    await back("rest", 22_00);
    await expect(back("again", 1)).rejects.toMatchObject({ code: "TARGET_REFUSED" });
    expect(await held()).toEqual({ ...opened, usedMinor: 0 });
    expect(await unequalAccounts(pool, name)).toEqual([]);
  });

  test("to the fund and the period that it was taken from alone", async () => {
    const { funds, fund, permit, spent } = await given();
    await funds.depositFund(permit("next"), { ...fund, period: "2027", amountMinor: 100_00 });
    await funds.depositFund(permit("cedar"), { ...fundOf("p-cedar"), amountMinor: 100_00 });
    for (const of of [{ ...fund, period: "2027" }, fundOf("p-cedar")]) {
      const back = funds.reversePosting(permit("key"), { ...of, decisionId: spent.decisionId, amountMinor: 1 });
      await expect(back).rejects.toMatchObject({ code: "TARGET_REFUSED" });
    }
  });

  test("not while it is only reserved", async () => {
    const { name, step, funds, fund, permit } = await given();
    const { decisionId } = await decideAsking(pool, step("held"), [fundAsk(name, fund, 10)]);
    const back = funds.reversePosting(permit("key"), { ...fund, decisionId, amountMinor: 1 });
    await expect(back).rejects.toMatchObject({ code: "TARGET_REFUSED" });
  });
});

test("a fund that nobody paid into is neither adjusted nor spent, and reads as empty", async () => {
  const { name, step } = someCompany();
  const [funds, fund] = [createFunds(pool, () => AT), fundOf()];
  const adjusted = funds.adjustFund(fundPermit(name, "key"), { ...fund, changeMinor: 1, mayGoNegative: false });
  await expect(adjusted).rejects.toMatchObject({ code: "TARGET_REFUSED" });
  expect((await decideAsking(pool, step("deal"), [fundAsk(name, fund, 1)])).admitted).toBe(false);
  expect((await funds.readFund(name, fund)).value).toEqual({
    opened: false,
    depositedMinor: 0,
    usedMinor: 0,
    reservedMinor: 0,
  });
});

test("money that left a fund stays out: a later decision of the same case is another payment", async () => {
  const { name, step, fund, held } = await given();
  const second = await decideAsking(pool, step("spent", "evt_2"), [fundAsk(name, fund, 30_00)]);
  await acted(pool, second.permit, "done");
  expect(await held()).toEqual({ ...opened, usedMinor: 70_00 });
  expect(await accountsOf(pool, name)).toHaveLength(1);
});
