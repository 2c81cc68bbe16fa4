import type { Route, Verdict } from "../domain/decision.ts";
import type { JsonObject } from "../domain/json.ts";
import type { FactType, Scalar } from "./fact-types.ts";
import type { Amount } from "./literals.ts";

export const equalityOperators = ["equal", "notEqual", "in", "notIn"] as const;
export const orderOperators = ["lessThan", "lessThanInclusive", "greaterThan", "greaterThanInclusive"] as const;
export type Operator = (typeof equalityOperators)[number] | (typeof orderOperators)[number];

/** One comparison of one fact with a constant, a list of constants or a parameter. */
export type Comparison = {
  readonly fact: string;
  readonly operator: Operator;
  readonly value: Scalar | readonly Scalar[] | { readonly param: string };
};

/** json-rules-engine's condition language, without its open ends. Amounts are parsed: integers in ppm or minor units. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | Comparison;

/** A number that rules share by name, in ppm or minor units. `allowed` and `protected` bound what may ever replace it. */
export type Param = Amount & {
  readonly name: string;
  readonly allowed: { readonly min: number; readonly max: number } | null;
  readonly protected: boolean;
};

type RuleOutcome = { readonly effect: "escalate"; readonly route: string } | { readonly effect: "execute" | "block" };

export type PolicyRule = {
  readonly id: string;
  readonly when: Condition;
  /** A sentence with `{name}` for each fact or parameter it cites; it may cite only what `when` reads. */
  readonly reason: string;
} & RuleOutcome;

/** A loaded policy: plain JSON, deeply frozen. Everything in it has been checked against `facts`. */
export type Policy = {
  readonly id: string;
  /** The verdict when no rule matches. */
  readonly default: Exclude<Verdict, "execute">;
  readonly facts: readonly FactType[];
  readonly params: readonly Param[];
  readonly rules: readonly PolicyRule[];
  /** In declared order, which runs from the least to the most senior. */
  readonly routes: readonly Route[];
  readonly defaultRoute: Route;
};

/** Everything a decision under the policy depends on, as plain JSON. Its canonical form's SHA-256 is the version. */
export function policyDocument(policy: Policy): JsonObject {
  return { language: 1, ...policy };
}

/** The facts and parameters a condition reads, each once, in reading order. */
export function readsOf(condition: Condition): {
  readonly facts: readonly string[];
  readonly params: readonly string[];
} {
  const facts = new Set<string>();
  const params = new Set<string>();
  for (const { fact, value } of comparisonsOf(condition)) {
    facts.add(fact);
    if (typeof value === "object" && "param" in value) params.add(value.param);
  }
  return { facts: [...facts], params: [...params] };
}

/** Every comparison in a condition, in written order. */
export function comparisonsOf(condition: Condition): readonly Comparison[] {
  if ("all" in condition) return condition.all.flatMap(comparisonsOf);
  if ("any" in condition) return condition.any.flatMap(comparisonsOf);
  return "not" in condition ? comparisonsOf(condition.not) : [condition];
}

/**
 * The route an escalation takes when several rules ask: the most senior one, that is the last in declared order.
 * Ids that name no route of the policy are passed over; with none left the default route answers.
 */
export function routeOf(policy: Policy, routeIds: readonly string[]): Route {
  return policy.routes.findLast((route) => routeIds.includes(route.id)) ?? policy.defaultRoute;
}
