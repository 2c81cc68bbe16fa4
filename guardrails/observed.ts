import type { JsonObject } from "../domain/json.ts";
import { entriesOf, givenValue } from "./fact-types.ts";
import type { FactType, Scalar, Value } from "./fact-types.ts";
import { beneath } from "./derived.ts";
import { readsOf } from "./policy.ts";
import type { Condition, Policy } from "./policy.ts";

/** A value and how many requests brought it; of a set, how many held this member. */
export type Frequent = { readonly value: Scalar; readonly count: number };

/** What recorded requests brought for a fact. Amounts in the fact's unit: ppm, minor units, days since 1970-01-01; of a list, how many records. */
export type Observed = {
  readonly requests: number;
  /** That brought a value the fact can take today. */
  readonly known: number;
  readonly missing: number;
  /** That brought one which it cannot take: it was declared otherwise then. */
  readonly unfitting: number;
  /** Of amounts and days: the smallest value that at least so many per cent are at or under, the nearest rank. */
  readonly quantiles: {
    readonly min: number;
    readonly p25: number;
    readonly median: number;
    readonly p75: number;
    readonly p95: number;
    readonly max: number;
  } | null;
  readonly distinct: number;
  /** The most common first, of equally common ones by value. */
  readonly frequent: readonly Frequent[];
};

/** Values that are told. */
const TOP = 5;

function frequentOf(values: readonly Scalar[]): readonly Frequent[] {
  const counts = new Map<Scalar, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const order = (a: Scalar, b: Scalar) => (typeof a === "number" ? a - Number(b) : String(a) < String(b) ? -1 : 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .toSorted((a, b) => b.count - a.count || order(a.value, b.value));
}

function quantilesOf(values: readonly number[]): Observed["quantiles"] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (percent: number) => sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
  if (sorted.length === 0) return null;
  return { min: at(0), p25: at(25), median: at(50), p75: at(75), p95: at(95), max: at(100) };
}

const isNumber = (value: Value): value is number => typeof value === "number";

/** What the requests of a history brought for one fact. */
export function observedOf(type: FactType, history: readonly { readonly facts: JsonObject }[]): Observed {
  const given = history.map(({ facts }) => (Object.hasOwn(facts, type.name) ? facts[type.name] : undefined));
  const brought = given.filter((value) => value !== undefined);
  const known = brought.flatMap((value) => {
    const read = givenValue(type, value);
    return read === undefined ? [] : [read];
  });
  const frequent = frequentOf(
    known.flatMap((value): readonly Scalar[] => {
      if (type.kind === "list") return [entriesOf(value).length];
      return typeof value === "object" ? value.filter((member) => typeof member === "string") : [value];
    }),
  );
  const amounts = known.map((value) => (type.kind === "list" ? entriesOf(value).length : value)).filter(isNumber);
  return {
    requests: history.length,
    known: known.length,
    missing: history.length - brought.length,
    unfitting: brought.length - known.length,
    quantiles: quantilesOf(amounts),
    distinct: frequent.length,
    frequent: frequent.slice(0, TOP),
  };
}

/** Where a policy reads a fact, itself or by way of what is derived from it. */
export type FactUse = {
  readonly section: "rule" | "limit" | "override" | "invariant" | "subject";
  readonly id: string;
};

export function usesOf(policy: Policy, fact: string): readonly FactUse[] {
  const isBeneath = (name: string) => name === fact || beneath(policy, [name]).facts.includes(fact);
  const reads = ({ when }: { readonly when: Condition }) => readsOf(when).facts.some(isBeneath);
  const { rules, limits, overrides, invariants, subject } = policy;
  return [
    ...rules.filter(reads).map(({ id }) => ({ section: "rule" as const, id })),
    ...limits
      .filter(({ sum, per }) => [...(sum === null ? [] : [sum]), ...per].some(isBeneath))
      .map(({ id }) => ({ section: "limit" as const, id })),
    ...overrides
      .filter((one) => Object.keys(one.for).some(isBeneath))
      .map(({ id }) => ({ section: "override" as const, id })),
    ...invariants.filter(reads).map(({ id }) => ({ section: "invariant" as const, id })),
    ...(subject === fact ? [{ section: "subject" as const, id: policy.id }] : []),
  ];
}
