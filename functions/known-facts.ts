import type { JsonObject } from "../domain/json.ts";
import { elsewhereIn } from "../domain/rate.ts";
import type { FactInput, GovernedAction } from "./definition.ts";

/** What a decision may rest on, and why it may not on the rest. */
export type KnownFacts = {
  readonly facts: JsonObject;
  /** Why facts are not known, by fact. */
  readonly unknown: { readonly [fact: string]: string };
};

/** The facts of what was read, held against each other: of those that contradict each other none is known. */
export function knownFacts(action: GovernedAction, input: FactInput): KnownFacts {
  const facts = action.facts(input);
  const apart: { [fact: string]: string } = {};
  for (const { facts: denied, reason } of action.agrees?.(facts, input) ?? []) {
    for (const fact of denied) apart[fact] = apart[fact] === undefined ? reason : `${apart[fact]}; ${reason}`;
  }
  // An amount in another currency is its fact's: what denies that denies it.
  const known = Object.entries(facts).filter(([name]) => apart[elsewhereIn(name)?.fact ?? name] === undefined);
  return { facts: Object.fromEntries(known), unknown: { ...action.unknown?.(input), ...apart } };
}
