import type { Verdict } from "../../domain/decision.ts";
import { compilePolicy } from "../../guardrails/compile.ts";
import type { TakenDecision } from "../../guardrails/explain/taken-decision.ts";
import { treeOf, type TreeLine } from "../../guardrails/explain/tree.ts";
import { waysFrom, type Change } from "../../guardrails/explain/ways.ts";
import { readsOf, type Policy, type PolicyRule } from "../../guardrails/policy.ts";
import { sceneOf, type Scene } from "../../guardrails/scene.ts";
import { changeRow, relativeSize, type ChangeRow } from "./distance.ts";

/** A rule that did not match, and the smallest change of one fact with which it would have. */
export type NearMiss = {
  readonly id: string;
  readonly effect: Verdict;
  readonly state: "active" | "candidate";
  readonly change: ChangeRow;
  readonly tree: readonly TreeLine[];
};

/** `farther`: rules that no change of a single fact would have made match, or that are left out for length. */
export type NearMisses = { readonly rules: readonly NearMiss[]; readonly farther: number };

/** Most rules that are shown. */
const MOST = 20;

/** The rules that were one fact away from matching, the nearest first. */
export function nearMissesOf(policy: Policy, taken: TakenDecision): NearMisses {
  const scene = sceneOf(policy, taken.facts, taken.at);
  const { matching, unknown } = compilePolicy(scene.cell).match(scene.checked.known);
  const others = scene.cell.rules.filter(({ id }) => !matching.includes(id) && !unknown.includes(id));
  const near = others.flatMap((rule) => {
    const change = nearestOf(rule, scene, taken);
    return change === undefined ? [] : [{ rule, change }];
  });
  const shown = near.toSorted((a, b) => relativeSize(a.change) - relativeSize(b.change)).slice(0, MOST);
  const rules = shown.map(({ rule, change }): NearMiss => ({
    id: rule.id,
    effect: rule.effect,
    state: rule.state ?? "active",
    change: changeRow(policy.facts, change),
    tree: treeOf(rule.when, scene.cell, scene.checked.known),
  }));
  return { rules, farther: others.length - rules.length };
}

function nearestOf(rule: PolicyRule, scene: Scene, taken: TakenDecision): Change | undefined {
  const single = readsOf(rule.when).facts.flatMap((fact) => {
    const alone = { ...scene, cell: onlyRule(scene.cell, rule, fact) };
    const way = waysFrom(alone, { ...taken, verdict: "escalate" }).find(({ verdict }) => verdict === "execute");
    return way?.changes ?? [];
  });
  return single.toSorted((a, b) => relativeSize(a) - relativeSize(b))[0];
}

/** A policy that executes when this one rule matches, and in which this one fact may be otherwise. */
function onlyRule(cell: Policy, { id, when, reason }: PolicyRule, fact: string): Policy {
  const facts = cell.facts.map((type) => ({ ...type, adjustable: type.name === fact, optional: true as const }));
  return { ...cell, facts, rules: [{ id, when, reason, effect: "execute" }], overrides: [], default: "escalate" };
}
