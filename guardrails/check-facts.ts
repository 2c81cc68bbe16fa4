import type { JsonObject } from "../domain/json.ts";
import { listed } from "./did-you-mean.ts";
import { describeKind, givenValue } from "./fact-types.ts";
import type { FactType, Value } from "./fact-types.ts";
import type { Policy } from "./policy.ts";
import type { Known } from "./ternary.ts";

/** A request's facts, sorted by whether a rule may read them. */
export type CheckedFacts = {
  readonly known: Known;
  /** Facts that hold a value they cannot take, or are absent though they are required. */
  readonly missing: readonly string[];
  /** Why what was given for a text is none, a sentence each: those of `missing` that say more than that. */
  readonly unfit: readonly string[];
  /** Given but not declared. */
  readonly undeclared: readonly string[];
};

/** Checks facts as a strict schema does: every required fact there, each of its type and in its range, and no other. */
export function checkFacts(policy: Policy, facts: JsonObject): CheckedFacts {
  const known: Record<string, Value> = {};
  const missing: string[] = [];
  const unfit: string[] = [];
  for (const type of policy.facts) {
    const given = Object.hasOwn(facts, type.name) ? facts[type.name] : undefined;
    const value = givenValue(type, given);
    if (value !== undefined) known[type.name] = value;
    else if (given !== undefined || type.optional !== true) missing.push(type.name);
    if (value === undefined && given !== undefined && isShaped(type)) {
      unfit.push(`what was given for \`${type.name}\` is not ${describeKind(type)}`);
    }
  }
  const declared = new Set(policy.facts.map(({ name }) => name));
  return { known, missing, unfit, undeclared: Object.keys(facts).filter((name) => !declared.has(name)) };
}

/** Whether more is asked of a text than that it is one, so that people are told what. */
function isShaped(type: FactType): boolean {
  return type.kind === "text" && (type.normal !== undefined || type.pattern !== undefined);
}

/** Why the facts alone keep a decision from executing, in words; empty when nothing is wrong with them. */
export function faultsOf({ missing, unfit, undeclared }: CheckedFacts): readonly string[] {
  return [
    ...(missing.length > 0 ? [`not known: ${listed(missing)}`] : []),
    ...unfit,
    ...(undeclared.length > 0 ? [`not declared: ${listed(undeclared)}`] : []),
  ];
}
