import { expect, test } from "vitest";
import { boundsText, conditionText, ruleText } from "../../guardrails/sentences.ts";
import type { Condition } from "../../guardrails/policy.ts";
import { policyOf } from "../fixtures/policy.ts";

const policy = policyOf("quoting");
const over = { fact: "effectiveDiscount", operator: "greaterThan", value: { param: "auto_max" } } as const;
const price = { fact: "listPrice", operator: "lessThan", value: 8_500_000 } as const;

test.for<[string, Condition]>([
  ["effectiveDiscount is over 15 % (auto_max)", over],
  ["listPrice is under 85,000.00 USD", price],
  ["belowFloorPrice is not true", { fact: "belowFloorPrice", operator: "notEqual", value: true }],
  [
    "protectedTerms is one of liability, data",
    { fact: "protectedTerms", operator: "in", value: ["liability", "data"] },
  ],
  ["not (listPrice is under 85,000.00 USD)", { not: price }],
  [
    "effectiveDiscount is over 15 % (auto_max) and (listPrice is under 85,000.00 USD or not (listPrice is under 85,000.00 USD))",
    { all: [over, { any: [price, { not: price }] }] },
  ],
])("%s", ([text, condition]) => {
  expect(conditionText(policy, condition)).toBe(text);
});

test("a rule is one sentence, with who answers when it asks", () => {
  const said = (id: string) => policy.rules.filter((rule) => rule.id === id).map((rule) => ruleText(policy, rule));
  expect([said("large-quote"), said("over-ceiling")]).toEqual([
    ["escalate to regional-director when listPrice is over 500,000.00 USD (one_tier_up)"],
    ["block when effectiveDiscount is over 25 % (manager_max)"],
  ]);
});

test("a parameter says what may replace it", () => {
  expect(policy.params.map(boundsText)).toEqual([
    "an override may set 5 % to 20 %",
    "protected: no override may touch it",
    "no override range",
  ]);
});
