import type { Json, JsonObject } from "../domain/json.ts";
import { givenFacts } from "./clock.ts";
import { listed } from "./did-you-mean.ts";
import { describeKind, givenValue } from "./fact-types.ts";
import type { FactType, Value } from "./fact-types.ts";
import { isLookedUp } from "./name-list.ts";
import type { Policy } from "./policy.ts";
import type { Known } from "./ternary.ts";
import { writtenFaults } from "./written-fact.ts";

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

/**
 * Checks facts as a strict schema does: every required fact there, each of its type and in its range, and no other. `at` (ISO
 * 8601) is what `now` reads; without it a request may say `now` itself, as those do that analyses look at.
 */
export function checkFacts(policy: Policy, facts: JsonObject, at?: string): CheckedFacts {
  const known: Record<string, Value> = {};
  const missing: string[] = [];
  const unfit: string[] = [];
  for (const type of policy.facts) {
    const isClock = type.clock === true && at !== undefined;
    const given = isClock ? new Date(at).toISOString() : Object.hasOwn(facts, type.name) ? facts[type.name] : undefined;
    const value = givenValue(type, given);
    if (value !== undefined) known[type.name] = value;
    else if (given !== undefined || type.optional !== true) missing.push(type.name);
    if (value === undefined && given !== undefined) unfit.push(...unfitTexts(type, given));
  }
  const declared = new Set((at === undefined ? policy.facts : givenFacts(policy.facts)).map(({ name }) => name));
  return {
    known,
    missing,
    unfit,
    undeclared: Object.keys(facts).filter((name) => !declared.has(name) && !isLookedUp(name)),
  };
}

/** How many places within a list are told. */
const MOST_PLACES = 3;

/** Where more is asked than that a value is of its kind, people are told what: of a text, and of each record of a list. */
function unfitTexts(type: FactType, given: Json): readonly string[] {
  if (type.kind === "list") {
    const faults = writtenFaults(type, given).slice(0, MOST_PLACES);
    return faults.map(({ path, detail }) => `\`${[type.name, ...path].join("/")}\`: ${detail}`);
  }
  const isShaped = type.kind === "text" && (type.normal !== undefined || type.pattern !== undefined);
  return isShaped ? [`what was given for \`${type.name}\` is not ${describeKind(type)}`] : [];
}

/** Why the facts alone keep a decision from executing, in words; empty when nothing is wrong with them. */
export function faultsOf({ missing, unfit, undeclared }: CheckedFacts): readonly string[] {
  return [
    ...(missing.length > 0 ? [`not known: ${listed(missing)}`] : []),
    ...unfit,
    ...(undeclared.length > 0 ? [`not declared: ${listed(undeclared)}`] : []),
  ];
}
