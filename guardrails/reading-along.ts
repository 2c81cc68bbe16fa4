import { stricter } from "../domain/decision.ts";
import type { Verdict } from "../domain/decision.ts";
import { beneath } from "./derived.ts";
import type { Condition, Policy, PolicyRule } from "./policy.ts";
import { holds, type readRules } from "./reading.ts";
import type { Known } from "./ternary.ts";

/** Requests that are alike but for one fact: what the rules say of each, with all that stays read once. */
export type ReadingAlong = {
  /** As `readRules` says it of the surroundings with the fact at this value. */
  readonly at: (value: number) => ReturnType<typeof readRules>;
  /** Whether a rule's answer, a candidate's too, differs among these values. */
  readonly turns: (rule: PolicyRule, values: readonly number[]) => boolean;
};

const isActive = ({ state }: PolicyRule): boolean => state === undefined;

/** What is left of a condition once the facts that stay are read: its answer, or what hangs on those that move. */
function leftOf(
  policy: Policy,
  condition: Condition,
  around: Known,
  moves: (fact: string) => boolean,
): boolean | Condition {
  if ("not" in condition) {
    const left = leftOf(policy, condition.not, around, moves);
    return typeof left === "boolean" ? !left : { not: left };
  }
  if (!("all" in condition) && !("any" in condition)) {
    const { fact, value } = condition;
    const isOpen = moves(fact) || (typeof value === "object" && "fact" in value && moves(value.fact));
    return isOpen ? condition : holds(policy, condition, around);
  }
  const decides = "any" in condition;
  const left: Condition[] = [];
  for (const inner of decides ? condition.any : condition.all) {
    const answer = leftOf(policy, inner, around, moves);
    if (answer === decides) return decides;
    if (typeof answer !== "boolean") left.push(answer);
  }
  if (left.length === 0) return !decides;
  return decides ? { any: left } : { all: left };
}

/** The facts that are another value when `moved` is: itself, and what is derived of it. */
function movedWith(policy: Policy, moved: string): (fact: string) => boolean {
  const derived = (policy.derived ?? []).filter(({ name }) => beneath(policy, [name]).facts.includes(moved));
  const names = new Set([moved, ...derived.map(({ name }) => name)]);
  return (fact) => names.has(fact);
}

/**
 * Reads a policy's rules for surroundings whose facts are all known, and one of which moves. Shares nothing with the
 * evaluators: each rule is still read by itself, what stays of it once and what moves at each value.
 */
export function readAlong(policy: Policy, around: Known, moved: string): ReadingAlong {
  const moves = movedWith(policy, moved);
  const certain: PolicyRule[] = [];
  const open = new Map<PolicyRule, Condition>();
  for (const rule of policy.rules) {
    const left = leftOf(policy, rule.when, around, moves);
    if (typeof left !== "boolean") open.set(rule, left);
    else if (left && isActive(rule)) certain.push(rule);
  }
  const factsAt = (value: number): Known => ({ ...around, [moved]: value });
  return {
    at: (value) => {
      const facts = factsAt(value);
      const matching = [...certain];
      for (const [rule, left] of open) if (isActive(rule) && holds(policy, left, facts)) matching.push(rule);
      const effects = matching.map(({ effect }): Verdict => effect);
      return {
        decision: effects.length === 0 ? policy.default : effects.reduce(stricter),
        rules: matching.map(({ id }) => id).toSorted(),
      };
    },
    turns: (rule, values) => {
      const left = open.get(rule);
      return left !== undefined && new Set(values.map((value) => holds(policy, left, factsAt(value)))).size > 1;
    },
  };
}
