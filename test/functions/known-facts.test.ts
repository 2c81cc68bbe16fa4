import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../domain/json.ts";
import { registrationInput, registrationRecord } from "../../functions/deal-registration/fixture.ts";
import { registerDeal } from "../../functions/deal-registration/register-deal.ts";
import type { GovernedAction } from "../../functions/definition.ts";
import { knownFacts } from "../../functions/known-facts.ts";
import { approveDiscount } from "../../functions/quoting/approve-discount.ts";
import { quoteInput, quoteRecord } from "../../functions/quoting/fixture.ts";
import { contractRecord, renewalInput } from "../../functions/renewals/fixture.ts";
import { priceRenewal } from "../../functions/renewals/price-renewal.ts";
import { proposeRenewal } from "../../functions/renewals/propose-renewal.ts";
import { FIXTURE_AT } from "../../functions/shared/fixture.ts";

const nothingRead = { evidence: {}, action: { tool: "t", args: {} }, at: FIXTURE_AT };
const apart = (action: GovernedAction, facts: JsonObject) =>
  action.agrees?.(facts, nothingRead).map(({ between }) => between);

describe("facts that say one figure twice", () => {
  const quote = {
    effectiveDiscount: 150_001,
    worstLineDiscount: 150_001,
    discountAmount: 1_500_001,
    listPrice: 10_000_000,
  };
  const three = ["effectiveDiscount", "discountAmount", "listPrice"];

  test.for<[string, JsonObject, string[][]]>([
    ["rounded up, as shares are", {}, []],
    ["rounded down", { effectiveDiscount: 150_000 }, [three]],
    ["a millionth more", { effectiveDiscount: 150_002, worstLineDiscount: 150_002 }, [three]],
    ["40 for 40 %", { effectiveDiscount: 40, discountAmount: 4_000_000 }, [three]],
    [
      "over 2000 %, which is the most",
      { effectiveDiscount: 20_000_000, worstLineDiscount: 20_000_000, discountAmount: 9_000_000_000 },
      [],
    ],
    ["no discount at all", { effectiveDiscount: 0, discountAmount: 0 }, []],
    [
      "a worst line that is better than the whole",
      { worstLineDiscount: 150_000 },
      [["effectiveDiscount", "worstLineDiscount"]],
    ],
  ])("%s", ([, changes, between]) => {
    expect(apart(approveDiscount, { ...quote, ...changes })).toEqual(between);
  });

  test.for(three)("are not held against what is not told: %s", (left) => {
    const { [left]: _, ...rest } = { ...quote, effectiveDiscount: 1 } as JsonObject;
    expect(apart(approveDiscount, rest)).toEqual([]);
  });

  test("of a renewal too", () => {
    const facts = { discount: 50_000, discountAmount: 650_000, listPrice: 13_000_000, rise: 30_000, overCap: 0 };
    expect(apart(priceRenewal, facts)).toEqual([]);
    expect(apart(priceRenewal, { ...facts, discount: 5 })).toEqual([["discount", "discountAmount", "listPrice"]]);
    expect(apart(priceRenewal, { ...facts, overCap: 30_001 })).toEqual([["overCap", "rise"]]);
  });
});

describe("a registration's dates", () => {
  // Decided on 2 March 2026 at 09:00 in UTC.
  test.for<[string, JsonObject, string | undefined]>([
    ["a close date of today", { expected_close_date: "2026-03-02" }, undefined],
    ["of a day that is not over everywhere", { expected_close_date: "2026-03-01" }, undefined],
    [
      "of a day that is over",
      { expected_close_date: "2026-02-28" },
      "expected_close_date `2026-02-28` is 1 day in the past",
    ],
    ["a first call today", { first_call_date: "2026-03-02" }, undefined],
    [
      "a first call to come",
      { first_call_date: "2026-03-14" },
      "first_call_date `2026-03-14` is 12 days in the future",
    ],
    [
      "both",
      { expected_close_date: "2025-03-01", first_call_date: "2026-03-03" },
      "expected_close_date `2025-03-01` is 365 days in the past; first_call_date `2026-03-03` is 1 day in the future",
    ],
  ])("%s", ([, changes, why]) => {
    const { facts, unknown } = knownFacts(registerDeal, registrationInput(registrationRecord(changes)));
    expect([facts["complete"], unknown["complete"]]).toEqual(why === undefined ? [true, undefined] : [undefined, why]);
  });
});

test("an incumbent's activity that is still to come says so", () => {
  const { facts, unknown } = knownFacts(
    proposeRenewal,
    renewalInput(proposeRenewal, contractRecord({ partner_last_activity: "2026-06-06" })),
  );
  expect([facts["incumbentIdleDays"], unknown]).toEqual([
    undefined,
    { incumbentIdleDays: "partner_last_activity `2026-06-06` is 2 days in the future" },
  ]);
});

test("what a record tells without contradiction is known as its function computes it", () => {
  const input = quoteInput(quoteRecord());
  expect(knownFacts(approveDiscount, input)).toEqual({ facts: approveDiscount.facts(input), unknown: {} });
});
