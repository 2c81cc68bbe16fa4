import { comparisonsOf, readsOf } from "./policy.ts";
import type { Policy, PolicyRule } from "./policy.ts";
import { holds } from "./reading.ts";
import type { Sample } from "./sample.ts";
import { sceneOf } from "./scene.ts";
import type { Scene } from "./scene.ts";
import { conditionText } from "./sentences.ts";
import { valueIn } from "./ternary.ts";

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

function ruleGaps(policy: Policy, rule: PolicyRule, scenes: readonly Scene[]): readonly Gap[] {
  const heard = scenes.filter(({ checked }) =>
    readsOf(rule.when).facts.every((name) => Object.hasOwn(checked.known, name)),
  );
  const answers = new Set(heard.map(({ cell, checked }) => holds(cell, rule.when, checked.known)));
  const gaps: Gap[] = [];
  if (!answers.has(true)) gaps.push({ rule: rule.id, condition: null, never: "matched" });
  if (!answers.has(false)) gaps.push({ rule: rule.id, condition: null, never: "not matched" });
  for (const comparison of comparisonsOf(rule.when)) {
    const told = new Set(
      scenes.flatMap(({ cell, checked }) => {
        const isKnown = readsOf(comparison).facts.every((name) => valueIn(checked.known, name) !== undefined);
        return isKnown ? [holds(cell, comparison, checked.known)] : [];
      }),
    );
    const condition = conditionText(policy, comparison);
    if (!told.has(true)) gaps.push({ rule: rule.id, condition, never: "true" });
    if (!told.has(false)) gaps.push({ rule: rule.id, condition, never: "false" });
  }
  return gaps;
}

/**
 * How much of a policy the samples show: every rule matched and not matched, every comparison true and false. A rule
 * that reads a fact which a sample lacks is not heard there, and counts neither way.
 */
export function coverageOf(policy: Policy, samples: readonly Sample[]): Coverage {
  const scenes = samples.map(({ facts, at }) => sceneOf(policy, facts, at));
  const gaps = policy.rules.flatMap((rule) => ruleGaps(policy, rule, scenes));
  const total = policy.rules.reduce((sum, { when }) => sum + 2 + 2 * comparisonsOf(when).length, 0);
  const covered = total - gaps.length;
  return { covered, total, percent: total === 0 ? 100 : Math.floor((100 * covered) / total), gaps };
}
