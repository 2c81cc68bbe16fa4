import { beneath } from "../derived.ts";
import { comparisonsOf } from "../policy.ts";
import type { Comparison, Policy } from "../policy.ts";
import { valueIn } from "../ternary.ts";
import type { Known } from "../ternary.ts";
import { groundOf, isMade } from "./ground.ts";
import type { Atom } from "./ground.ts";
import { cutsOf } from "./stretches.ts";

/** The facts of a request that a comparison reads, those beneath what is derived included. */
export function factsBeneath(policy: Policy, { fact, value }: Comparison): readonly string[] {
  const names = typeof value === "object" && "fact" in value ? [fact, value.fact] : [fact];
  return beneath(policy, names).facts;
}

/** Where a comparison turns as one fact of a request moves and the others stay: the first value of each stretch. */
export function turnsOf(policy: Policy, comparison: Comparison, fact: string, known: Known): readonly number[] {
  const others = Object.fromEntries(Object.entries(known).filter(([name]) => name !== fact));
  const atoms = new Map<string, Atom>();
  const grounded = groundOf(policy, comparison, atoms, others);
  if (grounded === undefined) return [];
  const { derived: _, ...given } = policy;
  const rule = { id: "", effect: "block" as const, when: grounded.condition, reason: "" };
  return cutsOf({ ...given, rules: [rule] }).get(fact) ?? [];
}

/**
 * Where a number of a request begins to be told apart from the one below by some rule, what is derived from it included,
 * while the others stay as they are known. Exact for one number that moves alone.
 */
export function cutsAround(policy: Policy, fact: string, known: Known): readonly number[] {
  const made = policy.rules
    .flatMap(({ when }) => comparisonsOf(when))
    .filter((one) => isMade(policy, one) && factsBeneath(policy, one).includes(fact))
    .filter((one) => factsBeneath(policy, one).every((name) => valueIn(known, name) !== undefined));
  return [...(cutsOf(policy).get(fact) ?? []), ...made.flatMap((one) => turnsOf(policy, one, fact, known))];
}

/** Whether some rule reads the fact by way of what is derived, or beside another fact. */
export function isReadThrough(policy: Policy, fact: string): boolean {
  const comparisons = policy.rules.flatMap(({ when }) => comparisonsOf(when));
  return comparisons.some((one) => isMade(policy, one) && [one.fact, ...factsBeneath(policy, one)].includes(fact));
}
