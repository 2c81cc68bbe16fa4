import { comparisonsOf, readsOf } from "./policy.ts";
import type { Policy, PolicyRule } from "./policy.ts";
import { comparisonHolds, holds } from "./reading.ts";
import type { Facts } from "./reading.ts";
import { conditionText } from "./sentences.ts";

/** What no request shows: a rule (`condition` null) or one of its comparisons, and the answer it never gave. */
export type Gap = {
  readonly rule: string;
  readonly condition: string | null;
  readonly never: "matched" | "not matched" | "true" | "false";
};

/** `percent` is rounded down: 100 means that nothing is left. */
export type Coverage = {
  readonly covered: number;
  readonly total: number;
  readonly percent: number;
  readonly gaps: readonly Gap[];
};

function ruleGaps(policy: Policy, rule: PolicyRule, requests: readonly Facts[]): readonly Gap[] {
  const heard = requests.filter((facts) => readsOf(rule.when).facts.every((name) => Object.hasOwn(facts, name)));
  const answers = new Set(heard.map((facts) => holds(policy, rule.when, facts)));
  const gaps: Gap[] = [];
  if (!answers.has(true)) gaps.push({ rule: rule.id, condition: null, never: "matched" });
  if (!answers.has(false)) gaps.push({ rule: rule.id, condition: null, never: "not matched" });
  for (const comparison of comparisonsOf(rule.when)) {
    const given = requests.flatMap((facts) => facts[comparison.fact] ?? []);
    const told = new Set(given.map((value) => comparisonHolds(policy, comparison, value)));
    const condition = conditionText(policy, comparison);
    if (!told.has(true)) gaps.push({ rule: rule.id, condition, never: "true" });
    if (!told.has(false)) gaps.push({ rule: rule.id, condition, never: "false" });
  }
  return gaps;
}

/**
 * How much of a policy the requests show: every rule matched and not matched, every comparison true and false. A rule
 * that reads a fact which a request lacks is not heard there, and counts neither way.
 */
export function coverageOf(policy: Policy, requests: readonly Facts[]): Coverage {
  const gaps = policy.rules.flatMap((rule) => ruleGaps(policy, rule, requests));
  const total = policy.rules.reduce((sum, { when }) => sum + 2 + 2 * comparisonsOf(when).length, 0);
  const covered = total - gaps.length;
  return { covered, total, percent: total === 0 ? 100 : Math.floor((100 * covered) / total), gaps };
}
