import { clockOf, dayHasCome } from "../clock.ts";
import type { FactType, Scalar, Value } from "../fact-types.ts";
import { comparisonsOf } from "../policy.ts";
import type { Comparison, Condition, Policy } from "../policy.ts";
import { patternTest } from "../../domain/pattern.ts";
import { comparisonHolds } from "../reading.ts";
import { isUnsettled, limitsOf } from "../ternary.ts";
import type { Box } from "./box.ts";
import { dimensionsOf } from "./dimensions.ts";
import type { Asked, Dimension, ValueClass } from "./dimensions.ts";
import { groundOf, isMade } from "./ground.ts";
import type { Atom } from "./ground.ts";
import { allOf, always, anyOf, leafOf, never, notOf } from "./formula.ts";
import type { Formula } from "./formula.ts";
import { listsTold } from "./lists.ts";
import type { Aggregate } from "./lists.ts";
import { cutsOf } from "./stretches.ts";
import { Unlaid } from "./unlaid.ts";

/** When a condition certainly holds, and when it may: they differ where a fact that may be left out is. */
export type Compiled = { readonly must: Formula; readonly may: Formula };

/** Every request that types allow, as far as some comparison tells requests apart. Required facts are always there. */
export type Space = {
  readonly facts: readonly FactType[];
  /** Numbers over several facts, by name: each is a dimension that a box leaves free, and that `realise` ties to them. */
  readonly atoms: ReadonlyMap<string, Atom>;
  /** What is made of lists, by name: a dimension of its own too, for which `realise` finds records. */
  readonly aggregates: ReadonlyMap<string, Aggregate>;
  /** What no request lies in, found on the way: every later search leaves it out. */
  readonly lemmas: Formula[];
  readonly dimensions: readonly Dimension[];
  readonly whole: Box;
  /** The numbers that something compares each fact with. */
  readonly limits: ReadonlyMap<string, ReadonlySet<number>>;
  /** A condition under a cell's parameters, as a formula over the space. The space must have been made for it. */
  readonly compile: (cell: Policy, condition: Condition) => Compiled;
  /** One comparison of a fact, as `compile` does it. */
  readonly compare: (cell: Policy, comparison: Comparison) => Compiled;
};

/** What a space must tell apart: these conditions, under each of these cells. */
export type SpaceOf = { readonly cells: readonly Policy[]; readonly conditions: readonly Condition[] };

function distinct<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function scopesOf(policy: Policy): readonly Comparison[] {
  return policy.overrides.flatMap((override) =>
    Object.entries(override.for).map(([fact, value]): Comparison => ({ fact, operator: "in", value })),
  );
}

/** Where other overrides are in effect, as the decision's own instant tells it, where something reads that. */
function turnsIn(policy: Policy, facts: readonly FactType[]): readonly Comparison[] {
  const clock = clockOf(facts);
  const days = policy.overrides.flatMap(({ from, until }) => [from, until]);
  return clock === undefined ? [] : days.map((day) => dayHasCome(policy, clock, day));
}

/** A value that stands for its class; undefined for a class that holds none of its own. */
function standIn(kind: ValueClass): Value | undefined {
  if (kind.kind === "values") return kind.values[0];
  return kind.kind === "stretch" ? kind.min : undefined;
}

type Maker = {
  readonly dimensions: readonly Dimension[];
  readonly made: Map<string, Compiled>;
  readonly atoms: Map<string, Atom>;
};

function leafWhere(dimension: Dimension, isIn: (kind: ValueClass) => boolean): Formula {
  const mask = new Int32Array(dimension.full.length);
  for (const [index, kind] of dimension.classes.entries()) {
    if (isIn(kind)) mask[index >>> 5] = (mask[index >>> 5] ?? 0) | (1 << (index & 31));
  }
  return leafOf(dimension.at, mask, dimension.full);
}

function isAspect({ aspect }: Dimension, kind: Dimension["aspect"]["kind"], of?: unknown): boolean {
  if (aspect.kind !== kind) return false;
  return aspect.kind === "member" ? aspect.member === of : aspect.kind !== "pattern" || aspect.pattern === of;
}

/** A text that is none of the named ones may match any pattern: a free yes or no of its own. */
function compilePattern(own: readonly Dimension[], pattern: string): Formula {
  const test = patternTest(pattern);
  const parts = own.map((dimension) => {
    if (isAspect(dimension, "pattern", pattern)) {
      const other = own.find((one) => isAspect(one, "value"));
      const isOther = other === undefined ? always : leafWhere(other, ({ kind }) => kind === "other");
      return allOf([isOther, leafWhere(dimension, ({ kind }) => kind === "yes")]);
    }
    if (!isAspect(dimension, "value")) return never;
    return leafWhere(dimension, (kind) => kind.kind === "values" && test(String(kind.values[0])));
  });
  return anyOf(parts);
}

function compileValue(own: readonly Dimension[], cell: Policy, comparison: Comparison): Formula {
  const { operator } = comparison;
  const [constant] = limitsOf(comparison, cell.params);
  if (operator === "matches") return compilePattern(own, String(constant));
  if (operator === "contains" || operator === "doesNotContain") {
    const member = own.find((dimension) => isAspect(dimension, "member", constant));
    if (member === undefined) throw new Error(`the space holds nothing of \`${comparison.fact}\``);
    return leafWhere(member, ({ kind }) => kind === (operator === "contains" ? "yes" : "no"));
  }
  const value = own.find((dimension) => isAspect(dimension, "value"));
  if (value === undefined) throw new Error(`the space holds nothing of \`${comparison.fact}\``);
  const isNegative = operator === "notEqual" || operator === "notIn";
  return leafWhere(value, (kind) => {
    const given = standIn(kind);
    if (given !== undefined) return comparisonHolds(cell, comparison, given);
    return kind.kind === "other" && isNegative;
  });
}

function compileComparison({ dimensions }: Maker, cell: Policy, comparison: Comparison): Compiled {
  if (isUnsettled(comparison, cell.params)) return { must: never, may: always };
  const own = dimensions.filter(({ fact }) => fact.name === comparison.fact);
  const holds = compileValue(own, cell, comparison);
  if (own[0]?.fact.optional !== true) return { must: holds, may: holds };
  const given = own.find((dimension) => isAspect(dimension, "given"));
  const present = given === undefined ? always : leafWhere(given, ({ kind }) => kind === "yes");
  const value = own.find((dimension) => isAspect(dimension, "value"));
  const absent = value === undefined ? notOf(present) : leafWhere(value, ({ kind }) => kind === "absent");
  return { must: allOf([present, holds]), may: anyOf([absent, holds]) };
}

function compared(maker: Maker, cell: Policy, comparison: Comparison): Compiled {
  const { fact, operator } = comparison;
  if (isMade(cell, comparison)) return derivedCompared(maker, cell, comparison);
  const constants: readonly Scalar[] | "unsettled" = isUnsettled(comparison, cell.params)
    ? "unsettled"
    : limitsOf(comparison, cell.params);
  const key = JSON.stringify([fact, operator, constants]);
  const compiled = maker.made.get(key) ?? compileComparison(maker, cell, comparison);
  maker.made.set(key, compiled);
  return compiled;
}

/** That a request has the fact; always so where it cannot be left out. */
function presentIn({ dimensions }: Maker, name: string): Formula {
  const own = dimensions.filter(({ fact }) => fact.name === name);
  if (own[0]?.fact.optional !== true) return always;
  const given = own.find((dimension) => isAspect(dimension, "given"));
  if (given !== undefined) return leafWhere(given, ({ kind }) => kind === "yes");
  const value = own.find((dimension) => isAspect(dimension, "value"));
  return value === undefined ? always : leafWhere(value, ({ kind }) => kind !== "absent");
}

/** What is derived is known exactly where all that it is made of is: then it holds where the facts beneath have it so. */
function derivedCompared(maker: Maker, cell: Policy, comparison: Comparison): Compiled {
  const grounded = groundOf(cell, comparison, maker.atoms);
  if (grounded === undefined) return { must: never, may: always };
  const { must, may } = compile(maker, cell, grounded.condition);
  const known = allOf(grounded.needs.map((name) => presentIn(maker, name)));
  if (known.kind === "always") return { must, may: must === may ? must : may };
  return { must: allOf([known, must]), may: anyOf([notOf(known), may]) };
}

function grouped(parts: readonly Compiled[], join: (formulas: readonly Formula[]) => Formula): Compiled {
  const must = join(parts.map((part) => part.must));
  return parts.every((part) => part.must === part.may)
    ? { must, may: must }
    : { must, may: join(parts.map((part) => part.may)) };
}

function compile(maker: Maker, cell: Policy, condition: Condition): Compiled {
  if ("all" in condition)
    return grouped(
      condition.all.map((inner) => compile(maker, cell, inner)),
      allOf,
    );
  if ("any" in condition)
    return grouped(
      condition.any.map((inner) => compile(maker, cell, inner)),
      anyOf,
    );
  if (!("not" in condition)) return compared(maker, cell, condition);
  const inner = compile(maker, cell, condition.not);
  const must = notOf(inner.may);
  return { must, may: inner.must === inner.may ? must : notOf(inner.must) };
}

function limitsIn(asked: readonly Asked[]): ReadonlyMap<string, ReadonlySet<number>> {
  const limits = new Map<string, Set<number>>();
  for (const { fact, constants } of asked) {
    const own = limits.get(fact) ?? new Set();
    for (const constant of constants) if (typeof constant === "number") own.add(constant);
    limits.set(fact, own);
  }
  return limits;
}

function withoutDerived(policy: Policy): Policy {
  const { derived: _, ...given } = policy;
  return given;
}

/** The comparisons of facts and atoms that one of a cell comes down to, and the facts without which it is not known. */
function askedBy(
  cell: Policy,
  comparison: Comparison,
  atoms: Map<string, Atom>,
  facts: readonly FactType[],
): readonly Asked[] {
  if (!isMade(cell, comparison)) {
    const { fact, operator } = comparison;
    return [{ fact, operator, constants: constantsOf(cell, comparison) }];
  }
  const grounded = groundOf(cell, comparison, atoms);
  if (grounded === undefined) return [];
  const optional = facts.filter(
    ({ name, optional: isOptional }) => isOptional === true && grounded.needs.includes(name),
  );
  return [
    ...comparisonsOf(grounded.condition).map((one) => ({ ...one, constants: constantsOf(cell, one) })),
    ...optional.map(({ name }): Asked => ({ fact: name, operator: "in", constants: [] })),
  ].map(({ fact, operator, constants }) => ({ fact, operator, constants }));
}

function constantsOf(cell: Policy, { value }: Comparison): readonly Scalar[] {
  if (typeof value !== "object") return [value];
  if ("fact" in value) return [];
  return "param" in value ? cell.params.filter(({ name }) => name === value.param).map((param) => param.value) : value;
}

/** What the cells make of lists. A name tells what it is, and two that are called alike are alike. */
function aggregatesOf(cells: readonly Policy[]): ReadonlyMap<string, Aggregate> {
  const all = new Map<string, Aggregate>();
  for (const one of cells.flatMap((cell) => listsTold(cell)?.aggregates ?? [])) {
    const { name } = one.type;
    const other = all.get(name) ?? one;
    if (JSON.stringify(other.derive) !== JSON.stringify(one.derive)) {
      throw new Unlaid(`\`${name}\` is the name of two things that are made of a list`);
    }
    all.set(name, other);
  }
  return all;
}

/**
 * The space of requests as the cells tell them apart. `facts` are those of every cell. Amounts are cut where a
 * comparison turns, so that a class of values is all on one side of every limit.
 */
export function spaceOf(facts: readonly FactType[], { cells, conditions }: SpaceOf): Space {
  const comparisons = distinct([
    ...conditions.flatMap(comparisonsOf),
    ...cells.flatMap((cell) => [...scopesOf(cell), ...turnsIn(cell, facts)]),
  ]);
  const atoms = new Map<string, Atom>();
  const asked = distinct(
    cells.flatMap((cell) => comparisons.flatMap((comparison) => askedBy(cell, comparison, atoms, facts))),
  );
  const aggregates = aggregatesOf(cells);
  const types = [...facts, ...[...aggregates.values(), ...atoms.values()].map(({ type }) => type)];
  const base = cells[0] && withoutDerived(cells[0]);
  const cuts = new Map<string, number[]>();
  for (const { fact, operator, constants } of asked) {
    const one = { fact, operator, value: constants };
    const rule = { id: "", effect: "block" as const, when: one, reason: "" };
    const found = base === undefined ? [] : (cutsOf({ ...base, facts: types, rules: [rule] }).get(fact) ?? []);
    cuts.set(fact, [...(cuts.get(fact) ?? []), ...found]);
  }
  const dimensions = dimensionsOf(types, asked, cuts);
  const maker: Maker = { dimensions, made: new Map(), atoms };
  return {
    facts,
    atoms,
    aggregates,
    lemmas: [],
    dimensions,
    limits: limitsIn(asked),
    whole: Int32Array.from(dimensions.flatMap(({ full }) => [...full])),
    compile: (cell, condition) => compile(maker, cell, condition),
    compare: (cell, comparison) => compared(maker, cell, comparison),
  };
}
