import { expect, test } from "vitest";
import { coverageOf } from "../../guardrails/coverage.ts";
import { policyOf } from "../fixtures/policy.ts";

const policy = policyOf("write-back");
const request = (propertyAllowed: boolean, tellsOutcome: boolean) => ({ facts: { propertyAllowed, tellsOutcome } });

test("one request shows each rule and each comparison one way", () => {
  expect(coverageOf(policy, [request(true, true)])).toEqual({
    covered: 7,
    total: 14,
    percent: 50,
    gaps: [
      { rule: "property-not-allowed", condition: null, never: "matched" },
      { rule: "property-not-allowed", condition: "propertyAllowed is false", never: "true" },
      { rule: "tells-something-else", condition: null, never: "matched" },
      { rule: "tells-something-else", condition: "tellsOutcome is false", never: "true" },
      { rule: "tells-outcome", condition: null, never: "not matched" },
      { rule: "tells-outcome", condition: "propertyAllowed is true", never: "false" },
      { rule: "tells-outcome", condition: "tellsOutcome is true", never: "false" },
    ],
  });
});

test("percent is rounded down: what is not whole is not 100", () => {
  const { covered, percent } = coverageOf(policy, [request(true, true), request(false, true)]);
  expect([covered, percent]).toEqual([11, 78]);
});

test("nothing is left when each is seen both ways", () => {
  const all = [request(true, true), request(false, true), request(true, false)];
  expect(coverageOf(policy, all)).toEqual({ covered: 14, total: 14, percent: 100, gaps: [] });
});

test("a rule that reads a fact not known is not heard there, and counts neither way", () => {
  const { gaps } = coverageOf(policy, [{ facts: { tellsOutcome: false } }]);
  expect(gaps.filter(({ condition }) => condition === null)).toEqual([
    { rule: "property-not-allowed", condition: null, never: "matched" },
    { rule: "property-not-allowed", condition: null, never: "not matched" },
    { rule: "tells-something-else", condition: null, never: "not matched" },
    { rule: "tells-outcome", condition: null, never: "matched" },
    { rule: "tells-outcome", condition: null, never: "not matched" },
  ]);
});
