import type { MatchedRule } from "../domain/decision.ts";
import type { JsonObject } from "../domain/json.ts";
import { faultsOf } from "./check-facts.ts";
import { beneath, typesOf } from "./derived.ts";
import { listed } from "./did-you-mean.ts";
import type { CheckedFacts } from "./check-facts.ts";
import type { Grounds } from "./combine.ts";
import { jsonValue } from "./fact-types.ts";
import { withLookedUp } from "./name-list.ts";
import { readsOf } from "./policy.ts";
import type { Policy, PolicyRule } from "./policy.ts";
import { fillReason } from "./reason.ts";
import { valueIn } from "./ternary.ts";
import type { Known } from "./ternary.ts";

/** The facts and parameters that a rule's condition reads, by name, as plain JSON. */
function valuesRead(policy: Policy, rule: PolicyRule, known: Known): JsonObject {
  const reads = readsOf(rule.when);
  const named = withLookedUp(reads.facts);
  const facts = typesOf(policy).flatMap((type) => {
    const value = named.includes(type.name) ? valueIn(known, type.name) : undefined;
    return value === undefined ? [] : [[type.name, jsonValue(type, value)] as const];
  });
  const params = policy.params.filter(({ name, unsettled }) => reads.params.includes(name) && unsettled !== true);
  return Object.fromEntries([...facts, ...params.map((param) => [param.name, jsonValue(param, param.value)] as const)]);
}

/** A rule as a decision lists it, its reason filled in with the values it read. */
export function matched(policy: Policy, rule: PolicyRule, known: Known): MatchedRule {
  const values = valuesRead(policy, rule, known);
  return { id: rule.id, effect: rule.effect, reason: fillReason(policy, rule.reason, values), values };
}

/** Why rules that might ask or block, if a fact that was left out were known, keep a decision from executing. */
function openFaults(policy: Policy, open: readonly PolicyRule[], { known, missing }: CheckedFacts): readonly string[] {
  if (missing.length > 0) return [];
  const byId = open.toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  return byId.map(({ id, when }) => {
    const unknown = readsOf(when).facts.filter((name) => valueIn(known, name) === undefined);
    const left = beneath(policy, unknown).facts.filter((name) => valueIn(known, name) === undefined);
    const absent = left.length > 0 ? left : unknown;
    return `not known: ${listed(absent)}, which \`${id}\` reads`;
  });
}

/**
 * What a decision rests on when `found` are the rules that match and `open` those that may match, depending on facts
 * that are not known. An open rule that would ask or block asks the default route: leaving a fact out loosens nothing.
 */
export function groundsOf(
  policy: Policy,
  checked: CheckedFacts,
  found: readonly PolicyRule[],
  open: readonly PolicyRule[],
): Grounds {
  const { known, missing } = checked;
  const stricter = open.filter(({ effect }) => effect !== "execute");
  const routes = found.flatMap((rule) => (rule.effect === "escalate" ? [rule.route] : []));
  return {
    rules: found.map((rule) => matched(policy, rule, known)),
    routes: missing.length > 0 || stricter.length > 0 ? [...routes, policy.defaultRoute.id] : routes,
    missing,
    faults: [...faultsOf(checked), ...openFaults(policy, stricter, checked)],
  };
}
