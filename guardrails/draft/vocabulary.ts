import type { FactType } from "../fact-types.ts";
import type { Amount } from "../literals.ts";
import { namable, wordFact } from "../load/fact-names.ts";
import { capParam, comparisonsOf, type Condition, type Param, type Policy } from "../policy.ts";
import { sameUnit } from "../literals.ts";
import { wordAt, type Token } from "./tokens.ts";

/** A plural is its singular: `discounts` names what `discount` names. */
export const singular = (word: string): string => (word.length > 3 && word.endsWith("s") ? word.slice(0, -1) : word);

/** The words of a name: `effectiveDiscount` and `effective_discount` are `effective` and `discount`. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .map(singular);
}

/** A fact that words may tell requests apart by, with the value that was said. */
export type Subject = { readonly fact: FactType; readonly value: string };

/** Values that sentences use as words of their own: they are read in quotes only. */
const ordinary = ["none", "one", "this", "that", "other", "another", "several", "nobody", "any", "all", "a", "the"];

/** The choice values named at a place, by the most words; several facts may have the same. */
export function choicesAt(
  policy: Policy,
  tokens: readonly Token[],
  at: number,
): { readonly subjects: readonly Subject[]; readonly length: number } {
  const token = tokens[at];
  const said = namable(policy.facts, wordFact).flatMap((fact) =>
    (fact.kind === "choice" ? fact.values : []).flatMap((value) => {
      const parts = value.toLowerCase().split(/[ _-]+/);
      const isQuoted = token?.kind === "quoted" && token.value.toLowerCase() === value.toLowerCase();
      const isWhole = wordAt(tokens, at) === value.toLowerCase();
      const isSplit = parts.every((part, index) => wordAt(tokens, at + index) === part);
      if (!isQuoted && (ordinary.includes(value.toLowerCase()) || !(isWhole || isSplit))) return [];
      return [{ fact, value, length: isQuoted || isWhole ? 1 : parts.length }];
    }),
  );
  const length = said.reduce((most, one) => Math.max(most, one.length), 0);
  return { subjects: said.filter((one) => one.length === length).map(({ fact, value }) => ({ fact, value })), length };
}

/** Facts whose whole name stands at a place: `list price` is `listPrice`. The longest name is taken. */
export function factAt(
  facts: readonly FactType[],
  tokens: readonly Token[],
  at: number,
): { readonly fact: FactType; readonly length: number } | undefined {
  return facts
    .map((fact) => ({ fact, parts: wordsOf(fact.name) }))
    .filter(({ parts }) => parts.every((part, index) => singular(wordAt(tokens, at + index)) === part))
    .map(({ fact, parts }) => ({ fact, length: parts.length }))
    .toSorted((a, b) => b.length - a.length)[0];
}

/** The route whose name, or the role that it asks first, stands at a place. */
export function routeAt(
  policy: Policy,
  tokens: readonly Token[],
  at: number,
): { readonly routes: readonly string[]; readonly length: number } {
  const found = policy.routes.flatMap(({ id, levels: [first] }) =>
    [...new Set([id, first?.role ?? id])].flatMap((name) => {
      const parts = name.toLowerCase().split(/[ _-]+/);
      const isSplit = parts.every((part, index) => wordAt(tokens, at + index) === part);
      const isWhole = wordAt(tokens, at) === name.toLowerCase();
      return isWhole
        ? [{ id, isName: name === id, length: 1 }]
        : isSplit
          ? [{ id, isName: name === id, length: parts.length }]
          : [];
    }),
  );
  const length = found.reduce((most, one) => Math.max(most, one.length), 0);
  const longest = found.filter((one) => one.length === length);
  const named = longest.filter(({ isName }) => isName);
  return { routes: [...new Set((named.length > 0 ? named : longest).map(({ id }) => id))], length };
}

/** Whether the words said are all in one of these names. No words fit every name. */
export function isCalled(said: readonly string[], names: readonly string[]): boolean {
  return said.length === 0 || names.some((name) => said.every((word) => wordsOf(name).includes(word)));
}

/** Of several that are called so, those whose whole name was said; else all. */
export function closest<T>(said: readonly string[], found: readonly T[], nameOf: (one: T) => string): readonly T[] {
  const whole = found.filter((one) => wordsOf(nameOf(one)).toSorted().join(" ") === said.toSorted().join(" "));
  return whole.length > 0 ? whole : found;
}

const negates = (condition: Condition): boolean =>
  "not" in condition || ("all" in condition ? condition.all : "any" in condition ? condition.any : []).some(negates);

/** The facts that a parameter is an upper bound of: at most so much passes unasked, and more does not. */
export function boundedBy(policy: Policy, { name }: Param): readonly string[] {
  const uses = policy.rules.flatMap(({ when, effect }) =>
    comparisonsOf(when)
      .filter(({ value }) => typeof value === "object" && "param" in value && value.param === name)
      .map(({ fact, operator }) => ({ fact, operator, effect, isTurned: negates(when) })),
  );
  const isUpper = uses.every(({ operator, effect, isTurned }) => {
    const passes = operator === "lessThanInclusive";
    return !isTurned && (passes || (operator === "greaterThan" && effect !== "execute"));
  });
  const passing = uses.filter(({ operator, effect }) => operator === "lessThanInclusive" && effect === "execute");
  return isUpper ? [...new Set(passing.map(({ fact }) => fact))] : [];
}

/** What limits over time a parameter is the cap of, as names of what they count. */
function cappedBy({ limits }: Policy, { name }: Param): readonly string[] {
  return limits.flatMap(({ cap, sum, id }) => (capParam(cap) === name ? [id, ...(sum === null ? [] : [sum])] : []));
}

/** The parameters that "up to" an amount of this unit may mean, by the words said beside it. */
export function upperBounds(policy: Policy, amount: Amount, said: readonly string[]): readonly Param[] {
  const found = policy.params.filter((param) => {
    const facts = [...boundedBy(policy, param), ...cappedBy(policy, param)];
    return sameUnit(amount, param) && facts.length > 0 && isCalled(said, [param.name, ...facts]);
  });
  return closest(said, found, ({ name }) => name);
}

/** The facts that "over" an amount of this unit may mean, by the words said beside it. */
export function measured(policy: Policy, amount: Amount, said: readonly string[]): readonly FactType[] {
  const found = policy.facts.filter((fact) => "min" in fact && sameUnit(amount, fact) && isCalled(said, [fact.name]));
  return closest(said, found, ({ name }) => name);
}
