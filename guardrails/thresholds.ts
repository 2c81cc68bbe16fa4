import { comparisonsOf } from "./policy.ts";
import { typeNamed } from "./derived.ts";
import type { Comparison, Operator, Policy } from "./policy.ts";

/** The two neighbouring values of a number between which a comparison changes its answer. */
type Threshold = { readonly fact: string; readonly below: number; readonly above: number };

/** How far above the limit the upper neighbour lies; the lower one is one less. Equality turns on both sides. */
const upperSteps: { readonly [operator in Operator]: readonly number[] } = {
  lessThan: [0],
  greaterThanInclusive: [0],
  lessThanInclusive: [1],
  greaterThan: [1],
  equal: [0, 1],
  notEqual: [0, 1],
  in: [0, 1],
  notIn: [0, 1],
  contains: [],
  doesNotContain: [],
  matches: [],
};

/** The numbers that a comparison compares with; none for other kinds of value, and for another fact. */
export function limitsOf({ value }: Comparison, policy: Policy): readonly number[] {
  if (typeof value === "object" && "param" in value) {
    return policy.params.filter(({ name }) => name === value.param).map((param) => param.value);
  }
  return [value].flat().filter((item) => typeof item === "number");
}

/** Every threshold in a policy, each once, sorted by fact and height. Sides the fact cannot take are left out. */
export function thresholdsOf(policy: Policy): readonly Threshold[] {
  const found = new Map<string, Threshold>();
  for (const comparison of policy.rules.flatMap(({ when }) => comparisonsOf(when))) {
    const type = typeNamed(policy, comparison.fact);
    if (type === undefined || !("min" in type)) continue;
    for (const limit of limitsOf(comparison, policy)) {
      for (const step of upperSteps[comparison.operator]) {
        const above = limit + step;
        if (above - 1 < type.min || above > type.max) continue;
        found.set(`${type.name} ${above}`, { fact: type.name, below: above - 1, above });
      }
    }
  }
  return [...found.values()].toSorted((a, b) => (a.fact < b.fact ? -1 : Number(a.fact > b.fact)) || a.above - b.above);
}
