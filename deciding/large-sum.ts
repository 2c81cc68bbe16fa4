import type { JsonObject } from "../domain/json.ts";
import type { FactType } from "../guardrails/fact-types.ts";

/**
 * From here on a checkpoint of the log follows a decision at once, instead of within seconds: minor units, whatever the
 * currency. An amount that no dispute should find uncovered; not a limit of any policy.
 */
export const LARGE_SUM_MINOR = 10_000_000;

/** Whether any amount that the request is about is large. */
export function isAboutLargeSum(types: readonly FactType[], facts: JsonObject): boolean {
  return types.some(({ kind, name }) => {
    const value = facts[name];
    return kind === "minor" && typeof value === "number" && Math.abs(value) >= LARGE_SUM_MINOR;
  });
}
