import type { JsonObject } from "../domain/json.ts";
import { listed } from "./did-you-mean.ts";
import { givenValue } from "./fact-types.ts";
import type { Value } from "./fact-types.ts";
import type { Policy } from "./policy.ts";
import type { Known } from "./ternary.ts";

/** A request's facts, sorted by whether a rule may read them. */
export type CheckedFacts = {
  readonly known: Known;
  /** Facts that hold a value they cannot take, or are absent though they are required. */
  readonly missing: readonly string[];
  /** Given but not declared. */
  readonly undeclared: readonly string[];
};

/** Checks facts as a strict schema does: every required fact there, each of its type and in its range, and no other. */
export function checkFacts(policy: Policy, facts: JsonObject): CheckedFacts {
  const known: Record<string, Value> = {};
  const missing: string[] = [];
  for (const type of policy.facts) {
    const given = Object.hasOwn(facts, type.name) ? facts[type.name] : undefined;
    const value = givenValue(type, given);
    if (value !== undefined) known[type.name] = value;
    else if (given !== undefined || type.optional !== true) missing.push(type.name);
  }
  const declared = new Set(policy.facts.map(({ name }) => name));
  return { known, missing, undeclared: Object.keys(facts).filter((name) => !declared.has(name)) };
}

/** Why the facts alone keep a decision from executing, in words; empty when nothing is wrong with them. */
export function faultsOf({ missing, undeclared }: CheckedFacts): readonly string[] {
  return [
    ...(missing.length > 0 ? [`not known: ${listed(missing)}`] : []),
    ...(undeclared.length > 0 ? [`not declared: ${listed(undeclared)}`] : []),
  ];
}
