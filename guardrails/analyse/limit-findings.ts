import { capParam, comparisonsOf, orderOperators } from "../policy.ts";
import type { Comparison, Condition, Policy, PolicyRule } from "../policy.ts";
import { factText } from "../sentences.ts";
import { isUnsettled } from "../ternary.ts";
import { limitsOf } from "../thresholds.ts";
import { findChange } from "./difference.ts";
import { undecided } from "./finding.ts";
import type { Finding, Layout } from "./finding.ts";
import { allOf, anyOf, notOf } from "./formula.ts";
import type { Formula } from "./formula.ts";
import { modelRule } from "./model.ts";
import type { Model, ModelRule } from "./model.ts";
import type { Space } from "./space.ts";
import { exists } from "./witness.ts";

/** A limit, wherever it is written: moving it moves every comparison that is part of it. */
type Limit = {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  readonly isPart: (comparison: Comparison) => boolean;
};

const isOrdered = ({ operator }: Comparison) => orderOperators.some((one) => one === operator);

function paramOf({ value }: Comparison): string | undefined {
  return typeof value === "object" && "param" in value ? value.param : undefined;
}

/** A parameter is one limit; so is a number that stricter rules share; in an execute rule each number stands for itself. */
function limitsIn(policy: Policy): readonly Limit[] {
  const limits = new Map<
    string,
    { readonly name: string; readonly rules: Set<PolicyRule>; readonly parts: Set<Comparison> }
  >();
  const capped = new Set(policy.limits.flatMap(({ cap }) => capParam(cap) ?? []));
  for (const rule of policy.rules.filter(({ state }) => state === undefined)) {
    for (const comparison of comparisonsOf(rule.when).filter((one) => isOrdered(one) || paramOf(one) !== undefined)) {
      const { fact, value } = comparison;
      const param = paramOf(comparison);
      if (param !== undefined && capped.has(param)) continue;
      const shown = typeof value === "object" ? "" : factText(policy, fact, value);
      const own = rule.effect === "execute" ? ` in \`${rule.id}\`` : "";
      const name = param === undefined ? `\`${fact}\` ${shown}${own}` : `\`${param}\``;
      const limit = limits.get(name) ?? { name, rules: new Set(), parts: new Set() };
      limit.rules.add(rule);
      limit.parts.add(comparison);
      limits.set(name, limit);
    }
  }
  const ordered = [...limits.values()].filter(({ parts }) => [...parts].some(isOrdered));
  return ordered.map(({ name, rules, parts }) => ({
    name,
    rules: [...rules],
    isPart: (comparison) => parts.has(comparison),
  }));
}

/** The condition with a limit moved. A parameter whose value nobody can say stays as it is. */
function moved(policy: Policy, isPart: Limit["isPart"], condition: Condition, by: number): Condition {
  const inner = (one: Condition) => moved(policy, isPart, one, by);
  if ("all" in condition) return { all: condition.all.map(inner) };
  if ("any" in condition) return { any: condition.any.map(inner) };
  if ("not" in condition) return { not: inner(condition.not) };
  const [constant] = limitsOf(condition, policy);
  if (!isPart(condition) || constant === undefined || isUnsettled(condition, policy.params)) return condition;
  return { ...condition, value: constant + by };
}

/** Where a comparison and the moved one differ. */
function turned(space: Space, policy: Policy, limit: Limit, by: number): Formula {
  const comparisons = limit.rules.flatMap(({ when }) => comparisonsOf(when)).filter(limit.isPart);
  const differences = comparisons.map((comparison) => {
    const [before, after] = [comparison, moved(policy, limit.isPart, comparison, by)].map(
      (one) => space.compile(policy, one).may,
    );
    if (before === undefined || after === undefined) return anyOf([]);
    return anyOf([allOf([before, notOf(after)]), allOf([after, notOf(before)])]);
  });
  return anyOf(differences);
}

function movedModel(space: Space, model: Model, limit: Limit, by: number): Model {
  const { policy } = model;
  const changed = new Map(
    limit.rules.map((rule): [string, ModelRule] => {
      const when = moved(policy, limit.isPart, rule.when, by);
      return [rule.id, modelRule(policy, rule, space.compile(policy, when))];
    }),
  );
  return { ...model, rules: model.rules.map((rule) => changed.get(rule.id) ?? rule) };
}

function limitFinding({ space, cells }: Layout, limit: Limit): Finding | undefined {
  const about = limit.rules.map(({ id }) => id);
  let open: Finding | undefined;
  for (const { cell, model } of cells) {
    for (const by of [1, -1]) {
      const after = movedModel(space, model, limit, by);
      const region = [cell.region, turned(space, cell.policy, limit, by)];
      const subject = `whether ${limit.name} acts`;
      const found = findChange(space, [model, after], region, (asked) => exists(space, asked, subject));
      if (found.kind === "found") return undefined;
      if (found.kind === "undecided") open = undecided(about, found.why);
    }
  }
  const message = `the limit ${limit.name} never acts: moving it changes no decision`;
  return open ?? { kind: "limit-never-acts", severity: "warning", about, message };
}

/**
 * Comparisons that a space must tell apart so that moving any limit by one shows in it: each value where an answer turns
 * is then the first of its class, which is the value that comparisons are read at.
 */
export function besideLimits(policy: Policy, cells: readonly Policy[]): readonly Condition[] {
  const comparisons = policy.rules.flatMap(({ when }) => comparisonsOf(when));
  return comparisons.flatMap((comparison) =>
    cells.flatMap((cell) => {
      const { fact } = comparison;
      const limits = isOrdered(comparison) || paramOf(comparison) !== undefined ? limitsOf(comparison, cell) : [];
      return limits.flatMap((limit): readonly Condition[] => [
        { fact, operator: "equal", value: limit - 1 },
        { fact, operator: "equal", value: limit },
      ]);
    }),
  );
}

/**
 * Limits whose move by one unit, up or down, changes no decision in any cell. A limit of rules that have no effect at
 * all (`idle`) is not told beside them.
 */
export function limitFindings(
  layout: Layout,
  idle: ReadonlySet<string>,
  onLimit: (done: number, of: number) => void,
): readonly Finding[] {
  const limits = limitsIn(layout.policy).filter(({ rules }) => rules.some(({ id }) => !idle.has(id)));
  return limits.flatMap((limit, at) => {
    onLimit(at, limits.length);
    return limitFinding(layout, limit) ?? [];
  });
}
