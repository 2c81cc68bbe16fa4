import { hash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StoredDecision } from "../../audit/ledgers/decisions.ts";
import { wallTime } from "../../db/company-clock.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { createDecider } from "../../deciding/decider.ts";
import { accountOf } from "../../deciding/limits.ts";
import { policiesOf, versioned } from "../../deciding/policies.ts";
import type { JsonObject } from "../../domain/json.ts";
import { fundAccountOf } from "../../domain/fund.ts";
import { asksOf } from "../../guardrails/limits.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { createFunds } from "../../tools/programme/funds.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import { fundOf, fundPermit } from "../fixtures/funds.ts";
import { AT, givenProposal, stepNames, type Names } from "../fixtures/ledger.ts";
import { acted, accountsOf, totalsOf, unequalAccounts } from "../fixtures/reservations.ts";
import { quotingSharing, renewals, renewalsText, sharedWith, spend } from "../fixtures/shared-limits.ts";
import { sharedLimitsOf } from "../fixtures/policy.ts";
import { givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = database.pool;
});
afterAll(() => database.drop());

let companies = 0;

/** A company that decides quotes, renewals and spending under these policies. A quote asks 12,000.00 USD of discount. */
function given({ quoting = quotingSharing(), price = renewals(), money = spend() } = {}) {
  companies += 1;
  const company = `shared-${companies}`;
  const policies = { quoting, "renewals.price": price, "demand.spend": money };
  const source = policiesOf(
    Object.fromEntries(Object.entries(policies).map(([id, policy]) => [id, versioned(policy)])),
  );
  const decider = createDecider({ pool, policies: source, alarm: () => undefined });
  const sam = givenPerson(pool, company, { personId: "sam", name: "Sam", role: "seller" });
  async function decideAt(
    actionId: keyof typeof policies,
    names: Names,
    facts: JsonObject,
    at: string,
  ): Promise<StoredDecision> {
    await sam;
    const proposalId = await givenProposal(pool, names);
    const action = { tool: "quotes.approve-discount", args: { quoteId: "Q-1" } };
    const proposal = { proposalId, actionId, action, recordVersion: "1" };
    const asked = { gate: 1, approvalId: null, at, review: "exempt", sources: [], requestedBy: "sam" } as const;
    return decider({ ...names, ...asked, proposal, facts });
  }
  const decide = (actionId: keyof typeof policies, names: Names, facts: JsonObject) =>
    decideAt(actionId, names, facts, AT);
  return {
    company,
    decideAt,
    step: (name: string) => stepNames(name, company),
    quote: (names: Names, facts: JsonObject = {}) => decide("quoting", names, { ...quoteFacts(), ...facts }),
    renew: (names: Names, renewalDiscount = 1_200_000, incumbent = "partner-7") =>
      decide("renewals.price", names, { incumbent, renewalDiscount, seats: 9 }),
    pay: (names: Names, requested: number) => decide("demand.spend", names, { partner: "p-juniper", requested }),
  };
}

function permitOf(
  { company, caseId, stepKey }: Names,
  { permitId, decisionId, decidedAt, actionDigest }: StoredDecision,
) {
  if (permitId === null) throw new Error("no permit");
  const tool = "quotes.approve-discount";
  return { permitId, company, caseId, decisionId, tool, decidedAt, actionDigest, effectKey: stepKey };
}

describe("requests of two policies count against one account", () => {
  test("what quoting took, renewals do not have", async () => {
    const { company, step, quote, renew } = given();
    const first = await quote(step("q-1"));
    await acted(pool, permitOf(step("q-1"), first), "done");
    expect(await renew(step("r-1"))).toMatchObject({ verdict: "execute" });
    expect(await totalsOf(pool, company)).toEqual([1_200_000, 1_200_000]);
    expect(await renew(step("r-2"), 1_200_001)).toMatchObject({
      verdict: "escalate",
      permitId: null,
      route: { id: "regional-director" },
      reason:
        "renewalDiscount of this incumbent in the quarter, with all that shares `discount-quarter`, comes to 36,000.01 USD with this one, over the cap of 36,000.00 USD",
    });
    expect(await quote(step("q-2"))).toMatchObject({ verdict: "execute" });
    expect((await quote(step("q-3"))).verdict).toBe("escalate");
    expect(await unequalAccounts(pool, company)).toEqual([]);
  });

  test("fifty at once of both against room for thirty: thirty execute", async () => {
    const cap = [
      ["36000.00 USD,", "360000.00 USD,"],
      ["..90000.00", "..900000.00"],
    ] as const;
    const shared = sharedWith(cap);
    const { company, step, quote, renew } = given({ quoting: quotingSharing(shared), price: renewals(shared) });
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? quote(step(`q-${n}`)) : renew(step(`r-${n}`)))),
    );
    expect(all.filter(({ permitId }) => permitId !== null)).toHaveLength(30);
    expect(await totalsOf(pool, company)).toEqual([0, 36_000_000]);
    expect(await unequalAccounts(pool, company)).toEqual([]);
  });

  test("each partner has one account, whatever a policy calls the partner or its zone", async () => {
    const { company, step, quote, renew } = given();
    await quote(step("q-1"));
    await renew(step("r-1"), 5, "partner-8");
    const digests = ([policy, facts]: readonly [Policy, JsonObject]) =>
      asksOf(policy, facts as never, AT).asks.map((ask) => [accountOf(company, policy.id, ask), ask.window?.from]);
    const incumbent = (name: string) => [renewals(), { incumbent: name, renewalDiscount: 5, seats: 9 }] as const;
    expect(digests(incumbent("partner-7"))).toEqual(digests([quotingSharing(), quoteFacts()]));
    const kept = (await accountsOf(pool, company)).map(({ account }) => account);
    const both = [...digests(incumbent("partner-7")), ...digests(incumbent("partner-8"))].map(([account]) => account);
    expect(new Set(kept)).toEqual(new Set(both));
    expect(kept.every((account) => /^[0-9a-f]{64}$/.test(account))).toBe(true);
  });

  test("one action of a case does not take the place of another's", async () => {
    const { company, step, quote, renew } = given();
    const names = step("deal");
    await acted(pool, permitOf(names, await quote(names)), "done");
    const next = { ...names, stepKey: `${names.stepKey}-price` };
    await acted(pool, permitOf(next, await renew(next, 1_300_000)), "done");
    expect(await totalsOf(pool, company)).toEqual([2_500_000, 0]);
    const later = { ...names, stepKey: `${names.stepKey}-later` };
    await acted(pool, permitOf(later, await renew(later, 1_000_000)), "done");
    expect(await totalsOf(pool, company)).toEqual([2_200_000, 0]);
    expect(await unequalAccounts(pool, company)).toEqual([]);
  });
});

describe("a fund", () => {
  test("is drawn on by decisions as far as it was paid into, and blocks beyond", async () => {
    const { company, step, pay } = given();
    const [funds, fund] = [createFunds(pool, wallTime), fundOf("p-juniper")];
    expect(await pay(step("early"), 1)).toMatchObject({ verdict: "block" });
    await funds.depositFund(fundPermit(company, "deposit"), { ...fund, amountMinor: 10_000_00 });
    const first = await pay(step("first"), 8_200_00);
    await acted(pool, permitOf(step("first"), first), "done");
    expect(await pay(step("second"), 1_800_01)).toMatchObject({
      verdict: "block",
      reason:
        "requested of this partner in the year, with all that shares `mdf`, comes to 10,000.01 USD with this one, over the deposits of 10,000.00 USD",
    });
    await funds.reversePosting(fundPermit(company, "back"), { ...fund, decisionId: first.decisionId, amountMinor: 1 });
    expect(await pay(step("third"), 1_800_01)).toMatchObject({ verdict: "execute" });
    expect((await funds.readFund(company, fund)).value).toEqual({
      opened: true,
      depositedMinor: 10_000_00,
      usedMinor: 8_199_99,
      reservedMinor: 1_800_01,
    });
  });

  test("is one account for deposits and for decisions", () => {
    const [ask] = asksOf(spend(), { partner: "p-juniper", requested: 1 }, AT).asks;
    if (ask === undefined) throw new Error("nothing is asked");
    const { text, from } = fundAccountOf("acme", fundOf("p-juniper"));
    expect([accountOf("acme", "demand.spend", ask), ask.window?.from]).toEqual([hash("sha256", text, "hex"), from]);
  });
});

test("an account is never asked in another unit than it is kept in: nothing executes", async () => {
  const { company, step, quote } = given();
  await quote(step("q-1"));
  await pool.query("update account set currency = 'EUR' where company = $1", [company]);
  const asked = await quote(step("q-2"));
  expect(asked).toMatchObject({ verdict: "escalate", permitId: null });
  expect(asked.reason).toMatch(/^runtime_error:limit_unread/);
});

test("a cool-down that policies share lets one of all their requests through, and the next when it is over", async () => {
  const shared = sharedLimitsOf({ rest: "shared: rest\ncooldown: 14d\nper: [partner]\nover: block\n" });
  const named = renewalsText.replace(
    /limits:\n(?: {2,}.*\n)+/,
    "limits:\n  - shared: rest\n    per: { partner: incumbent }\n",
  );
  const price = renewals(shared, named);
  const quoting = { ...price, id: "quoting" };
  const { step, renew, decideAt } = given({ quoting, price });
  const first = await renew(step("r-1"));
  expect(first).toMatchObject({ verdict: "execute" });
  const facts = { incumbent: "partner-7", renewalDiscount: 1, seats: 9 };
  expect(await decideAt("quoting", step("q-1"), facts, AT)).toMatchObject({ verdict: "block" });
  const later = (days: number) => new Date(Date.parse(AT) + days * 86_400_000).toISOString();
  // It is on its way: nobody knows when it is done, so that it counts for as long as it is.
  expect(await decideAt("quoting", step("q-3"), facts, later(14))).toMatchObject({ verdict: "block" });
  await acted(pool, permitOf(step("r-1"), first), "done");
  const almost = new Date(Date.parse(later(14)) - 1).toISOString();
  expect(await decideAt("quoting", step("q-4"), facts, almost)).toMatchObject({ verdict: "block" });
  expect(await decideAt("quoting", step("q-5"), facts, later(14))).toMatchObject({ verdict: "execute" });
  const juniper = { ...facts, incumbent: "p-juniper" };
  expect(await decideAt("quoting", step("q-2"), juniper, AT)).toMatchObject({ verdict: "execute" });
});
