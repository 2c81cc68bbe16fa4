import type { Decision, MatchedRule } from "../domain/decision.ts";
import type { JsonObject } from "../domain/json.ts";
import { combine } from "./combine.ts";
import { listed } from "./did-you-mean.ts";
import { matchingRules } from "./engine.ts";
import { acceptsValue } from "./fact-types.ts";
import type { Scalar } from "./fact-types.ts";
import { readsOf } from "./policy.ts";
import type { Policy, PolicyRule } from "./policy.ts";
import { fillReason } from "./reason.ts";

type Known = { readonly [name: string]: Scalar };

type CheckedFacts = {
  readonly known: Known;
  /** Declared facts that are absent or hold a value they cannot take. */
  readonly missing: readonly string[];
  /** Given but not declared. */
  readonly undeclared: readonly string[];
};

/** Checks facts as a strict schema does: every declared fact there, of its type and in its range, and no other. */
function checkFacts(policy: Policy, facts: JsonObject): CheckedFacts {
  const known: Record<string, Scalar> = {};
  const missing: string[] = [];
  for (const type of policy.facts) {
    const value = Object.hasOwn(facts, type.name) ? facts[type.name] : undefined;
    if (acceptsValue(type, value)) known[type.name] = value;
    else missing.push(type.name);
  }
  const declared = new Set(policy.facts.map(({ name }) => name));
  return { known, missing, undeclared: Object.keys(facts).filter((name) => !declared.has(name)) };
}

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

function faultsOf({ missing, undeclared }: CheckedFacts): readonly string[] {
  return [
    ...(missing.length > 0 ? [`not known: ${listed(missing)}`] : []),
    ...(undeclared.length > 0 ? [`not declared: ${listed(undeclared)}`] : []),
  ];
}

async function decide(policy: Policy, facts: JsonObject): Promise<Decision> {
  const checked = checkFacts(policy, facts);
  const { known, missing } = checked;
  const certain = policy.rules.filter(({ when }) => !readsOf(when).facts.some((name) => missing.includes(name)));
  const ids = await matchingRules(certain, known, policy.params);
  const rules = certain.filter(({ id }) => ids.has(id));
  const routes = rules.flatMap((rule) => (rule.effect === "escalate" ? [rule.route] : []));
  return combine(policy, {
    rules: rules.map((rule) => matched(policy, rule, known)),
    routes: missing.length > 0 ? [...routes, policy.defaultRoute.id] : routes,
    missing,
    faults: faultsOf(checked),
  });
}

/**
 * Decides one request under a policy. Facts that are missing or ill-typed escalate and are named; rules that read only
 * known facts are still heard, so that a certain block stays a block. Never rejects: a fault escalates to the default
 * route as `runtime_error:evaluation`.
 */
export async function evaluate(policy: Policy, facts: JsonObject): Promise<Decision> {
  try {
    return await decide(policy, facts);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const reason = `runtime_error:evaluation: ${detail}`;
    return { kind: "escalate", rules: [], missing: [], route: policy.defaultRoute, reason };
  }
}
