import type { JsonObject } from "../domain/json.ts";
import { cellOf } from "./cell.ts";
import { checkFacts } from "./check-facts.ts";
import type { CheckedFacts } from "./check-facts.ts";
import { derive } from "./derive.ts";
import type { Policy } from "./policy.ts";

/**
 * A request as rules read it: its facts checked, with what the policy derives from them, and the policy with its
 * parameters as they stand for it.
 */
export type Scene = { readonly checked: CheckedFacts; readonly cell: Policy };

/** `at` is when it is decided, ISO 8601; without it no override applies. Throws for a bad time. */
export function sceneOf(policy: Policy, facts: JsonObject, at: string | undefined): Scene {
  const checked = checkFacts(policy, facts, at);
  const cell = at === undefined ? policy : cellOf(policy, checked.known, at);
  const known = derive(cell, checked.known);
  return { checked: known === checked.known ? checked : { ...checked, known }, cell };
}
