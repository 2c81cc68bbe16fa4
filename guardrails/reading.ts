import { assertNever } from "../domain/assert-never.ts";
import { stricter } from "../domain/decision.ts";
import type { Verdict } from "../domain/decision.ts";
import type { Value } from "./fact-types.ts";
import { patternTest } from "./pattern.ts";
import type { Comparison, Condition, Policy } from "./policy.ts";
import { valueIn } from "./ternary.ts";
import type { Known } from "./ternary.ts";

/** Whether one comparison holds of a value. */
export function comparisonHolds(policy: Policy, { operator, value: written }: Comparison, given: Value): boolean {
  const isParam = typeof written === "object" && "param" in written;
  const value = isParam ? policy.params.find(({ name }) => name === written.param)?.value : written;
  if (value === undefined) return false;
  const among = typeof given !== "object" && [value].flat().includes(given);
  const limit = typeof value === "number" ? value : Number.NaN;
  switch (operator) {
    case "equal":
    case "in":
      return among;
    case "notEqual":
    case "notIn":
      return !among;
    case "contains":
      return Array.isArray(given) && given.includes(value);
    case "doesNotContain":
      return !(Array.isArray(given) && given.includes(value));
    case "matches":
      return patternTest(String(value))(String(given));
    case "lessThan":
      return Number(given) < limit;
    case "lessThanInclusive":
      return Number(given) <= limit;
    case "greaterThan":
      return Number(given) > limit;
    case "greaterThanInclusive":
      return Number(given) >= limit;
    default:
      return assertNever(operator);
  }
}

/** Whether a condition holds; every fact it reads must be there, else it does not. */
export function holds(policy: Policy, condition: Condition, facts: Known): boolean {
  if ("all" in condition) return condition.all.every((inner) => holds(policy, inner, facts));
  if ("any" in condition) return condition.any.some((inner) => holds(policy, inner, facts));
  if ("not" in condition) return !holds(policy, condition.not, facts);
  const given = valueIn(facts, condition.fact);
  return given !== undefined && comparisonHolds(policy, condition, given);
}

/**
 * What the active rules say of a request whose facts are all known, read one by one without an engine: what tests hold the
 * live evaluation against. Never used for a decision.
 */
export function readRules(
  policy: Policy,
  facts: Known,
): { readonly decision: Verdict; readonly rules: readonly string[] } {
  const matching = policy.rules.filter(({ state, when }) => state === undefined && holds(policy, when, facts));
  const effects = matching.map(({ effect }): Verdict => effect);
  return {
    decision: effects.length === 0 ? policy.default : effects.reduce(stricter),
    rules: matching.map(({ id }) => id).toSorted(),
  };
}
