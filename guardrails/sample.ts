import type { JsonObject } from "../domain/json.ts";
import { clockOf } from "./clock.ts";
import { jsonValue } from "./fact-types.ts";
import type { Policy } from "./policy.ts";
import { valueIn } from "./ternary.ts";
import type { Known } from "./ternary.ts";

/** A request that a policy is tried with. `at` is ISO 8601; without it no override applies. */
export type Sample = { readonly facts: JsonObject; readonly at?: string | undefined };

/** A request that says its own instant, as those that analyses look at do, with it as the instant that it is decided at. */
export function sampleAt(policy: Policy, facts: JsonObject, at: string | undefined): Sample {
  const clock = clockOf(policy.facts);
  const own = clock === undefined ? undefined : facts[clock.name];
  if (clock === undefined || typeof own !== "string") return { facts, at };
  return { facts: Object.fromEntries(Object.entries(facts).filter(([name]) => name !== clock.name)), at: own };
}

/** Checked facts as a request brings them. */
export function factsOf(policy: Policy, known: Known): JsonObject {
  const given = policy.facts.flatMap((type) => {
    const value = valueIn(known, type.name);
    return value === undefined ? [] : [[type.name, jsonValue(type, value)] as const];
  });
  return Object.fromEntries(given);
}
