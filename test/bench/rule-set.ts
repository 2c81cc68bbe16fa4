import type { FactType, Scalar } from "../../guardrails/fact-types.ts";
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
const facts: readonly FactType[] = [discount, listPrice, termMonths, urgent, tier, region, product];

const bands = Array.from({ length: 40 }, (_, at) => (at + 1) * 10_000);
const prices = Array.from({ length: 20 }, (_, at) => (at + 1) * 5_000_000);
const terms = [12, 24, 36, 48];

function ordered(random: Random, fact: string, limits: readonly number[]): Comparison {
  const operators = ["lessThan", "lessThanInclusive", "greaterThan", "greaterThanInclusive"] as const;
  return { fact, operator: random.of(operators), value: random.of(limits) };
}

const some = (random: Random, fact: { readonly name: string; readonly values: readonly string[] }): Comparison => {
  const value = [...new Set([random.of(fact.values), random.of(fact.values), random.of(fact.values)])];
  return { fact: fact.name, operator: random.of(["in", "in", "notIn"]), value };
};

/** A programme's rule: what it is for (product, region, tier), a limit, and in every third an exception across facts. */
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
  const when = { all: [...scope, ...limits, ...(at % 3 === 0 ? [exceptional] : [])] };
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
  }));
}

const signs = {
  equal: "===",
  notEqual: "!==",
  lessThan: "<",
  lessThanInclusive: "<=",
  greaterThan: ">",
  greaterThanInclusive: ">=",
} as const;
type Sign = keyof typeof signs;

function comparisonSource({ fact, operator, value }: Comparison): string {
  const given = `facts.${fact}`;
  const equals = (item: Scalar) => `${given} === ${JSON.stringify(item)}`;
  const list = [value].flat() as readonly Scalar[];
  if (operator === "in") return `(${list.map(equals).join(" || ")})`;
  if (operator === "notIn") return `!(${list.map(equals).join(" || ")})`;
  return `${given} ${signs[operator as Sign]} ${JSON.stringify(value)}`;
}

function source(condition: Condition): string {
  if ("all" in condition) return `(${condition.all.map(source).join(" && ")})`;
  if ("any" in condition) return `(${condition.any.map(source).join(" || ")})`;
  return "not" in condition ? `!(${source(condition.not)})` : comparisonSource(condition);
}

/** Ifs per function: V8 leaves a function of a thousand unoptimised, which would flatter us. */
const IFS_PER_FUNCTION = 50;

type Add = (facts: Known, matching: string[]) => void;

/** The peer: the rules as a person would write them by hand, one `if` each. Lists every match; knows no missing facts. */
export function handWritten({ rules }: Policy): (facts: Known) => readonly string[] {
  const ifs = rules.map(({ id, when }) => `if (${source(when)}) matching.push(${JSON.stringify(id)});`);
  const parts = Array.from({ length: Math.ceil(ifs.length / IFS_PER_FUNCTION) }, (_, at): Add => {
    const body = ifs.slice(at * IFS_PER_FUNCTION, (at + 1) * IFS_PER_FUNCTION).join("\n");
    // oxlint-disable-next-line no-implied-eval, no-new-func -- the peer is source text; the bench alone generates code
    return new Function("facts", "matching", body) as Add;
  });
  return (facts) => {
    const matching: string[] = [];
    for (const add of parts) add(facts, matching);
    return matching;
  };
}
