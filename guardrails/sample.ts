import type { JsonObject } from "../domain/json.ts";
import { jsonValue } from "./fact-types.ts";
import type { Policy } from "./policy.ts";
import { valueIn } from "./ternary.ts";
import type { Known } from "./ternary.ts";

/** A request that a policy is tried with. `at` is ISO 8601; without it no override applies. */
export type Sample = { readonly facts: JsonObject; readonly at?: string | undefined };

/** Checked facts as a request brings them. */
export function factsOf(policy: Policy, known: Known): JsonObject {
  const given = policy.facts.flatMap((type) => {
    const value = valueIn(known, type.name);
    return value === undefined ? [] : [[type.name, jsonValue(type, value)] as const];
  });
  return Object.fromEntries(given);
}
