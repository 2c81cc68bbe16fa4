import type { FactType } from "../../guardrails/fact-types.ts";
import type { Comparison, Condition, Policy, PolicyRule } from "../../guardrails/policy.ts";
import type { Known } from "../../guardrails/ternary.ts";
import { policyOf } from "../fixtures/policy.ts";

type Random = { readonly below: (end: number) => number; readonly of: <T>(items: readonly T[]) => T };

/** mulberry32: the same numbers on every machine for a seed. */
function randomOf(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return { below, of: (items) => items[below(items.length)]! };
}

const words = (stem: string, count: number) => Array.from({ length: count }, (_, at) => `${stem}-${at}`);
const plain = { adjustable: false } as const;
const choice = (name: string, values: readonly string[]) =>
  ({ name, title: name, ...plain, kind: "choice", values }) as const;

const discount = { name: "discount", title: "discount", ...plain, kind: "ppm", min: 0, max: 400_000 } as const;
const listPrice = {
  name: "listPrice",
  title: "list price",
  ...plain,
  kind: "minor",
  min: 0,
  max: 100_000_000,
  currency: "USD",
} as const;
const termMonths = { name: "termMonths", title: "term", ...plain, kind: "number", min: 1, max: 60 } as const;
const urgent = { name: "urgent", title: "urgent", ...plain, kind: "boolean" } as const;
const tier = choice("tier", ["registered", "silver", "gold", "platinum"]);
const region = choice("region", words("region", 6));
const product = choice("product", words("product", 12));
const closeDate = { name: "closeDate", title: "close date", ...plain, kind: "date", min: 0, max: 40_000 } as const;
const addOns = { name: "addOns", title: "add-ons", ...plain, kind: "set", values: words("add-on", 8) } as const;
const facts: readonly FactType[] = [discount, listPrice, termMonths, urgent, tier, region, product, closeDate, addOns];

const bands = Array.from({ length: 40 }, (_, at) => (at + 1) * 10_000);
const prices = Array.from({ length: 20 }, (_, at) => (at + 1) * 5_000_000);
const terms = [12, 24, 36, 48];
/** 2026-01-01 in days since 1970-01-01, and the days of four years in which requests close. */
const firstDay = 20_454;
const dayRange = 1_461;

function ordered(random: Random, fact: string, limits: readonly number[]): Comparison {
  const operators = ["lessThan", "lessThanInclusive", "greaterThan", "greaterThanInclusive"] as const;
  return { fact, operator: random.of(operators), value: random.of(limits) };
}

const some = (random: Random, fact: { readonly name: string; readonly values: readonly string[] }): Comparison => {
  const value = [...new Set([random.of(fact.values), random.of(fact.values), random.of(fact.values)])];
  return { fact: fact.name, operator: random.of(["in", "in", "notIn"]), value };
};

/** A quarter in which a rule applies. */
function quarter(random: Random): readonly Comparison[] {
  const from = firstDay + random.below(16) * 91;
  return [
    { fact: "closeDate", operator: "greaterThanInclusive", value: from },
    { fact: "closeDate", operator: "lessThan", value: from + 91 },
  ];
}

const member = (random: Random): Comparison => ({
  fact: "addOns",
  operator: random.of(["contains", "doesNotContain"]),
  value: random.of(addOns.values),
});

/**
 * A programme's rule: what it is for (product, region, tier) and a limit; in every third an exception across facts, in
 * every fourth an add-on that a deal must or must not hold, in every fifth a window of days.
 */
function ruleOf(random: Random, at: number): PolicyRule {
  const scope: Condition[] = [some(random, product), some(random, region)];
  if (random.below(2) === 0) scope.push({ fact: "tier", operator: "equal", value: random.of(tier.values) });
  const limits: Condition[] = [ordered(random, "discount", bands)];
  if (random.below(2) === 0) limits.push(ordered(random, "listPrice", prices));
  const exceptional: Condition = {
    any: [
      { not: { all: [{ fact: "urgent", operator: "equal", value: true }, some(random, tier)] } },
      ordered(random, "termMonths", terms),
    ],
  };
  if (at % 3 === 0) limits.push(exceptional);
  if (at % 4 === 0) limits.push(member(random));
  if (at % 5 === 0) limits.push(...quarter(random));
  const when = { all: [...scope, ...limits] };
  const effect = random.of(["execute", "block"] as const);
  const outcome = at % 2 === 0 ? ({ effect: "escalate", route: "partner-manager" } as const) : { effect };
  return { id: `rule-${at}`, when, reason: "holds", ...outcome };
}

/** The same `count` rules on every machine. */
export function rulesOf(count: number): Policy {
  const random = randomOf(count);
  const rules = Array.from({ length: count }, (_, at) => ruleOf(random, at));
  return { ...policyOf("quoting"), facts, params: [], rules };
}

/** The same requests on every machine; in every fifth the discount lies on a limit or a millionth beside it. */
export function requestsOf(count: number): readonly Known[] {
  const random = randomOf(7);
  return Array.from({ length: count }, (_, at) => ({
    discount: at % 5 === 0 ? random.of(bands) + random.below(3) - 1 : random.below(400_000),
    listPrice: random.below(100_000_000),
    termMonths: 1 + random.below(60),
    urgent: random.below(2) === 0,
    tier: random.of(tier.values),
    region: random.of(region.values),
    product: random.of(product.values),
    closeDate: firstDay + random.below(dayRange),
    addOns: addOns.values.filter(() => random.below(3) === 0),
  }));
}
