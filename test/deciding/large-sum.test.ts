import { describe, expect, test } from "vitest";
import { isAboutLargeSum, LARGE_SUM_MINOR } from "../../deciding/large-sum.ts";
import type { FactType } from "../../guardrails/fact-types.ts";

const described = { title: "a fact", adjustable: false, min: 0, max: 1_000_000_000 };
const types: readonly FactType[] = [
  { ...described, name: "amount", kind: "minor", currency: "USD" },
  { ...described, name: "days", kind: "number" },
];

describe("a request is about a large sum", () => {
  test.for([
    ["one cent below", { amount: LARGE_SUM_MINOR - 1 }, false],
    ["exactly", { amount: LARGE_SUM_MINOR }, true],
    ["a credit as large", { amount: -LARGE_SUM_MINOR }, true],
    ["a number that is no amount", { days: LARGE_SUM_MINOR }, false],
    ["no amount at all", {}, false],
    ["an amount that is no number", { amount: "10000000" }, false],
  ] as const)("%s", ([, facts, large]) => {
    expect(isAboutLargeSum(types, facts)).toBe(large);
  });
});
