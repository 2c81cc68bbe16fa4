import { describe, expect, test } from "vitest";
import type { GovernedAction } from "../../../functions/definition.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { adjustFund } from "../../../functions/shared/adjust-fund.ts";
import { depositFund } from "../../../functions/shared/deposit-fund.ts";
import { evidenceOf, FIXTURE_AT, partnerReading } from "../../../functions/shared/fixture.ts";
import { reversePosting } from "../../../functions/shared/reverse-posting.ts";

const named = { fundId: "mdf", partnerId: "partner-7", period: "2026", currency: "USD" };
const asked = { ...named, askedBy: "dana", reason: "yearly budget", occasion: "2026" };
const decisionId = `dec_${"a".repeat(20)}`;
const deposit = { ...asked, amountMinor: 50_000_00 };
const adjustment = { ...asked, changeMinor: -1_200_00, mayGoNegative: false };
const reversal = { ...asked, decisionId, amountMinor: 1_800_00 };

const fund = { opened: true, depositedMinor: 10_000_00, usedMinor: 8_000_00, reservedMinor: 1_000_00 };

function factsOf(
  action: GovernedAction,
  args: JsonObject,
  readings: { readonly [tool: string]: JsonObject },
): JsonObject {
  return action.facts({ evidence: evidenceOf(readings), action: { tool: action.tool, args }, at: FIXTURE_AT });
}

describe("the facts of a deposit", () => {
  test("say what is paid in, for whom, and whether the fund is a new one", () => {
    const read = { "programme.fund": fund, "programme.partner": partnerReading() };
    const known = { partner: "partner-7", amount: 50_000_00, fundOpened: true, partnerStanding: "active" };
    expect(factsOf(depositFund, deposit, read)).toEqual(known);
    expect(factsOf(depositFund, { ...deposit, currency: "EUR" }, read)).not.toHaveProperty("amount");
  });

  test("are left out where nothing was read", () => {
    expect(factsOf(depositFund, deposit, {})).toEqual({ partner: "partner-7", amount: 50_000_00 });
    expect(factsOf(depositFund, { ...deposit, amountMinor: 0 }, {})).toEqual({});
  });
});

describe("an adjustment leaves less than nothing", () => {
  test.for([
    ["what is left, to the cent", -1_000_00, false],
    ["one cent more", -1_000_01, true],
    ["anything that is put in", 1, false],
  ] as const)("%s", ([, changeMinor, leavesNegative]) => {
    const args = { ...adjustment, changeMinor };
    const direction = changeMinor < 0 ? "out" : "in";
    const known = { partner: "partner-7", mayGoNegative: false, direction, amount: Math.abs(changeMinor) };
    expect(factsOf(adjustFund, args, { "programme.fund": fund })).toEqual({
      ...known,
      fundOpened: true,
      leavesNegative,
    });
  });

  test("never by putting money in, however much is missing", () => {
    const spent = { ...fund, depositedMinor: 0 };
    expect(factsOf(adjustFund, { ...adjustment, changeMinor: 1 }, { "programme.fund": spent })).toMatchObject({
      leavesNegative: false,
    });
  });
});

describe("the facts of a reversal", () => {
  test.for([
    ["nothing came back before", { postedMinor: 8_000_00, standsMinor: 8_000_00 }, 1_800_00, true],
    ["small pieces add up", { postedMinor: 8_000_00, standsMinor: 4_000_00 }, 5_800_00, true],
    ["all that still counts comes back", { postedMinor: 8_000_00, standsMinor: 1_800_00 }, 8_000_00, true],
    ["more than still counts", { postedMinor: 8_000_00, standsMinor: 1_799_99 }, 8_000_01, false],
    ["nothing was posted", { postedMinor: 0, standsMinor: 0 }, 1_800_00, false],
  ] as const)("%s", ([, posting, reversed, withinPosting]) => {
    const known = { partner: "partner-7", reversed, withinPosting };
    expect(factsOf(reversePosting, reversal, { "programme.posting": posting })).toEqual(known);
  });
});

const actions = [
  [depositFund, deposit, "dana asks to pay 50,000.00 USD into fund mdf of partner partner-7 for 2026: yearly budget"],
  [
    adjustFund,
    adjustment,
    "dana asks to take 1,200.00 USD out of fund mdf of partner partner-7 for 2026: yearly budget",
  ],
  [
    reversePosting,
    reversal,
    `dana asks to give 1,800.00 USD of ${decisionId} back to fund mdf of partner partner-7 for 2026: yearly budget`,
  ],
] as const;

describe.for(actions)("$0.id", ([action, args, sentence]) => {
  test("is told to people in one sentence", () => {
    expect(action.describe(args, "A partner")).toBe(sentence);
    expect(action.describe({ ...args, period: "soon" }, "A partner")).toBeUndefined();
  });

  test("is asked by a person, who may not approve it", () => {
    expect([action.requestedBy({}, args), action.requestedBy({}, {})]).toEqual(["dana", ""]);
  });

  test("reads what it would change, and nothing for arguments that are not its own", () => {
    const tools = action.lookups({}, "", { objectId: "mdf", args });
    expect(tools.length).toBeGreaterThan(0);
    expect(tools.filter(({ tool }) => tool !== "programme.partner").map((lookup) => lookup.args)).toMatchObject([
      named,
    ]);
    expect(action.lookups({}, "", { objectId: "mdf", args: {} })).toEqual([]);
  });
});
