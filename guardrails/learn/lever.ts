import type { JsonObject } from "../../domain/json.ts";
import type { Comparison, Condition, Param, Policy, PolicyRule } from "../policy.ts";

/**
 * A parameter that a suggestion may move: an escalating rule compares a fact with it, it has `allowed` bounds and it is
 * not `protected`.
 */
export type Lever = {
  readonly rule: PolicyRule;
  readonly param: Param & { readonly allowed: { readonly min: number; readonly max: number } };
  readonly fact: string;
  readonly operator: OrderOperator;
};

type OrderOperator = "lessThan" | "lessThanInclusive" | "greaterThan" | "greaterThanInclusive";

/** Comparisons that must all hold for the rule to match: moving one of these alone can keep it from matching. */
function required(condition: Condition): readonly Comparison[] {
  if ("all" in condition) return condition.all.flatMap(required);
  return "fact" in condition ? [condition] : [];
}

function isOrder(operator: Comparison["operator"]): operator is OrderOperator {
  return operator.startsWith("lessThan") || operator.startsWith("greaterThan");
}

function leversIn(policy: Policy, rule: PolicyRule): readonly Lever[] {
  return required(rule.when).flatMap(({ fact, operator, value }): Lever[] => {
    if (typeof value !== "object" || !("param" in value) || !isOrder(operator)) return [];
    const param = policy.params.find(({ name }) => name === value.param);
    if (param === undefined || param.allowed === null || param.protected) return [];
    return [{ rule, param: { ...param, allowed: param.allowed }, fact, operator }];
  });
}

/** Every lever of a policy, each parameter once per rule. Candidate rules decide nothing yet and have none. */
export function leversOf(policy: Policy): readonly Lever[] {
  const asking = policy.rules.filter(({ effect, state }) => effect === "escalate" && state === undefined);
  return asking.flatMap((rule) => {
    const levers = leversIn(policy, rule);
    return levers.filter(({ param }, at) => levers.findIndex((other) => other.param.name === param.name) === at);
  });
}

/** 1 when a larger value asks people less often, -1 when a smaller one does. */
export function openingSign({ operator }: Lever): 1 | -1 {
  return operator.startsWith("greaterThan") ? 1 : -1;
}

/** What a request asks of the lever's fact; undefined when that is not known. */
export function askedIn({ fact }: Lever, { facts }: { readonly facts: JsonObject }): number | undefined {
  const value = facts[fact];
  return typeof value === "number" ? value : undefined;
}

/** The strictest value of the parameter under which a fact of this value does not match the rule. */
export function valueThatSpares(lever: Lever, given: number): number {
  return lever.operator.endsWith("Inclusive") ? given + openingSign(lever) : given;
}

/** The loosest value of the parameter under which a fact of this value matches the rule. */
export function valueThatAsks(lever: Lever, given: number): number {
  return valueThatSpares(lever, given) - openingSign(lever);
}

export function isAllowed({ param: { allowed } }: Lever, value: number): boolean {
  return allowed.min <= value && value <= allowed.max;
}

/** The policy with another value of the lever's parameter. Its overrides stay as they are. */
export function moved(policy: Policy, { param }: Lever, value: number): Policy {
  return { ...policy, params: policy.params.map((known) => (known.name === param.name ? { ...known, value } : known)) };
}
