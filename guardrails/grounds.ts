import type { MatchedRule } from "../domain/decision.ts";
import { faultsOf } from "./check-facts.ts";
import type { CheckedFacts } from "./check-facts.ts";
import type { Grounds } from "./combine.ts";
import { readsOf } from "./policy.ts";
import type { Policy, PolicyRule } from "./policy.ts";
import { fillReason } from "./reason.ts";
import type { Known } from "./ternary.ts";

/** The facts and parameters that a rule's condition reads, by name. */
function valuesRead(policy: Policy, rule: PolicyRule, known: Known): Known {
  const reads = readsOf(rule.when);
  const params = policy.params.filter(({ name }) => reads.params.includes(name));
  return Object.fromEntries([
    ...Object.entries(known).filter(([name]) => reads.facts.includes(name)),
    ...params.map(({ name, value }) => [name, value] as const),
  ]);
}

function matched(policy: Policy, rule: PolicyRule, known: Known): MatchedRule {
  const values = valuesRead(policy, rule, known);
  return { id: rule.id, effect: rule.effect, reason: fillReason(policy, rule.reason, values), values };
}

/** What a decision rests on when `found` are the rules that match. Facts that are missing ask the default route too. */
export function groundsOf(policy: Policy, checked: CheckedFacts, found: readonly PolicyRule[]): Grounds {
  const { known, missing } = checked;
  const routes = found.flatMap((rule) => (rule.effect === "escalate" ? [rule.route] : []));
  return {
    rules: found.map((rule) => matched(policy, rule, known)),
    routes: missing.length > 0 ? [...routes, policy.defaultRoute.id] : routes,
    missing,
    faults: faultsOf(checked),
  };
}
