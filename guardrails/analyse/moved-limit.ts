import { operandNames } from "../derived.ts";
import { capParam, comparisonsOf, orderOperators } from "../policy.ts";
import type { Comparison, Condition, Policy, PolicyRule } from "../policy.ts";
import { showValue } from "../fact-types.ts";
import { factText } from "../sentences.ts";
import { isUnsettled } from "../ternary.ts";
import { limitsOf } from "../thresholds.ts";
import { findChange } from "./difference.ts";
import { allOf, anyOf, notOf } from "./formula.ts";
import type { Formula } from "./formula.ts";
import type { LaidCell } from "./layout.ts";
import { modelRule } from "./model.ts";
import type { Model, ModelRule } from "./model.ts";
import type { Space } from "./space.ts";
import { exists } from "./witness.ts";
import type { Open } from "./witness.ts";

/** A limit, wherever it is written: moving it moves every comparison that is part of it. */
export type Limit = {
  readonly name: string;
  /** The parameter that it is; absent: a number in rules. */
  readonly param?: string;
  readonly rules: readonly PolicyRule[];
  readonly parts: ReadonlySet<Comparison>;
};

export const isOrdered = ({ operator }: Comparison) => orderOperators.some((one) => one === operator);

export function paramOf({ value }: Comparison): string | undefined {
  return typeof value === "object" && "param" in value ? value.param : undefined;
}

/** A number that a fact is compared with, or a parameter; another fact is none. */
function isLimit(comparison: Comparison): boolean {
  const { value } = comparison;
  if (typeof value === "object" && "fact" in value) return false;
  return isOrdered(comparison) || paramOf(comparison) !== undefined;
}

/** A parameter is one limit, unless something is derived with it or a cap is taken from it; so is a number that stricter rules share; in an execute rule each number stands for itself. */
export function limitsIn(policy: Policy): readonly Limit[] {
  type Growing = Pick<Limit, "name" | "param"> & {
    readonly rules: Set<PolicyRule>;
    readonly parts: Set<Comparison>;
  };
  const limits = new Map<string, Growing>();
  const made = (policy.derived ?? []).flatMap(({ derive }) => operandNames(derive).params);
  const capped = new Set([...policy.limits.flatMap(({ cap }) => capParam(cap) ?? []), ...made]);
  for (const rule of policy.rules.filter(({ state }) => state === undefined)) {
    for (const comparison of comparisonsOf(rule.when).filter(isLimit)) {
      const { fact, value } = comparison;
      const param = paramOf(comparison);
      if (param !== undefined && capped.has(param)) continue;
      const shown = typeof value === "object" ? "" : factText(policy, fact, value);
      const own = rule.effect === "execute" ? ` in \`${rule.id}\`` : "";
      const name = param === undefined ? `\`${fact}\` ${shown}${own}` : `\`${param}\``;
      const limit = limits.get(name) ?? { name, ...(param && { param }), rules: new Set(), parts: new Set() };
      limit.rules.add(rule);
      limit.parts.add(comparison);
      limits.set(name, limit);
    }
  }
  const ordered = [...limits.values()].filter(({ parts }) => [...parts].some(isOrdered));
  return ordered.map((limit) => ({ ...limit, rules: [...limit.rules] }));
}

/** Where the limit stands in a cell; undefined where nobody can say. */
export function standsAt({ parts }: Limit, cell: Policy): number | undefined {
  const [part] = parts;
  return part === undefined || isUnsettled(part, cell.params) ? undefined : limitsOf(part, cell)[0];
}

/** A value that the limit could have, for people. */
export function limitText(policy: Policy, { param, parts }: Limit, value: number): string {
  const own = policy.params.find(({ name }) => name === param);
  const [part] = parts;
  return own === undefined ? factText(policy, part?.fact ?? "", value) : showValue(own, value);
}

/** The condition with the limit at another value. */
function moved({ parts }: Limit, condition: Condition, to: number): Condition {
  const inner = (one: Condition) => moved({ parts } as Limit, one, to);
  if ("all" in condition) return { all: condition.all.map(inner) };
  if ("any" in condition) return { any: condition.any.map(inner) };
  if ("not" in condition) return { not: inner(condition.not) };
  return parts.has(condition) ? { ...condition, value: to } : condition;
}

/** Where a comparison and the moved one differ. */
function turned(space: Space, policy: Policy, { parts }: Limit, to: number): Formula {
  const differences = [...parts].map((comparison) => {
    const before = space.compile(policy, comparison).may;
    const after = space.compile(policy, { ...comparison, value: to }).may;
    return anyOf([allOf([before, notOf(after)]), allOf([after, notOf(before)])]);
  });
  return anyOf(differences);
}

function movedModel(space: Space, model: Model, limit: Limit, to: number): Model {
  const { policy } = model;
  const changed = new Map(
    limit.rules.map((rule): [string, ModelRule] => {
      const when = moved(limit, rule.when, to);
      return [rule.id, modelRule(policy, rule, space.compile(policy, when))];
    }),
  );
  return { ...model, rules: model.rules.map((rule) => changed.get(rule.id) ?? rule) };
}

/**
 * Whether a decision of the cell is another one with the limit at `to`. The space must tell `to` from the values beside
 * it, and the limit must stand somewhere in the cell.
 */
export function changesAt(
  space: Space,
  { cell, model }: LaidCell,
  limit: Limit,
  to: number,
): { readonly kind: "found" } | Open {
  const region = [cell.region, turned(space, cell.policy, limit, to)];
  const subject = `whether ${limit.name} acts`;
  return findChange(space, [model, movedModel(space, model, limit, to)], region, (asked) =>
    exists(space, asked, subject),
  );
}

/** Conditions that make a space tell a value of a fact from the values beside it. */
export function tellingApart(fact: string, values: readonly number[]): readonly Condition[] {
  return values.map((value) => ({ fact, operator: "equal", value }));
}
