import { derive } from "../derive.ts";
import { isOverList } from "../derived.ts";
import type { DerivedFact, Derivation, Operand, OverList } from "../derived.ts";
import { overListText } from "../derived-sentences.ts";
import type { FactType } from "../fact-types.ts";
import type { Comparison, Condition, Param, Policy } from "../policy.ts";
import { recordPolicy } from "../records.ts";
import { valueIn } from "../ternary.ts";
import type { Known } from "../ternary.ts";

/**
 * What a policy makes of a list, as a number or a yes or no of its own. It is called by what it is, its parameters filled in,
 * so that two policies that make it alike share it, whatever they call it.
 */
export type Aggregate = {
  readonly type: FactType;
  readonly derive: OverList;
  /** The policy as conditions on one record read it; none of those asks for a parameter any more. */
  readonly record: Policy;
};

/** A cell whose lists are told by what is made of them: each of these stands among its facts. */
export type Told = {
  readonly cell: Policy;
  readonly aggregates: readonly Aggregate[];
  /** What a derived fact is called there. */
  readonly nameOf: (name: string) => string;
  /** Known facts with what known lists come to. */
  readonly knownOf: (known: Known) => Known;
};

const told = new WeakMap<Policy, Told>();

function settledIn(params: readonly Param[], condition: Condition): Condition {
  if ("all" in condition) return { all: condition.all.map((inner) => settledIn(params, inner)) };
  if ("any" in condition) return { any: condition.any.map((inner) => settledIn(params, inner)) };
  if ("not" in condition) return { not: settledIn(params, condition.not) };
  const { value } = condition;
  if (typeof value !== "object" || !("param" in value)) return condition;
  const param = params.find(({ name, unsettled }) => name === value.param && unsettled !== true);
  return param === undefined ? condition : { ...condition, value: param.value };
}

function settled(cell: Policy, made: OverList): OverList {
  return made.where === undefined ? made : { ...made, where: settledIn(cell.params, made.where) };
}

function renamed(derivation: Derivation, nameOf: (name: string) => string): Derivation {
  const operand = (one: Operand): Operand =>
    typeof one === "object" && "fact" in one ? { fact: nameOf(one.fact) } : one;
  if (isOverList(derivation)) return derivation;
  switch (derivation.kind) {
    case "day":
      return { ...derivation, of: { fact: nameOf(derivation.of.fact) } };
    case "table":
      return { ...derivation, by: derivation.by.map(nameOf) };
    case "multiply":
      return { ...derivation, of: operand(derivation.of) };
    case "share":
      return { ...derivation, of: operand(derivation.of), share: operand(derivation.share) };
    default:
      return { ...derivation, of: derivation.of.map(operand) };
  }
}

type OfList = DerivedFact & { readonly derive: OverList };
const isOfList = (type: DerivedFact): type is OfList => isOverList(type.derive);

function tellLists(cell: Policy): Told {
  const { derived = [] } = cell;
  const over = derived.filter(isOfList).map((type) => {
    const made = settled(cell, type.derive);
    return { own: type.name, type, derive: made, name: overListText(cell, made) };
  });
  const names = new Map(over.map(({ own, name }) => [own, name]));
  const nameOf = (name: string) => names.get(name) ?? name;
  const aggregates = [...new Map(over.map((one) => [one.name, one])).values()].map(({ type, derive: made, name }) => {
    const { derive: _, optional: __, ...rest } = type;
    return {
      type: { ...rest, name, title: name, adjustable: false },
      derive: made,
      record: recordPolicy(cell, made.list),
    };
  });
  const rest = derived
    .filter((type) => !isOfList(type))
    .map((type): DerivedFact => ({ ...type, derive: renamed(type.derive, nameOf) }));
  const known = new Map(over.map(({ own, derive: { list } }) => [own, list]));
  return {
    cell: { ...cell, facts: [...cell.facts, ...aggregates.map(({ type }) => type)], derived: rest },
    aggregates,
    nameOf,
    knownOf(given) {
      const all = derive(cell, given);
      const made = [...known].flatMap(([own, list]) => {
        const value = valueIn(given, list) === undefined ? undefined : valueIn(all, own);
        return value === undefined ? [] : [[nameOf(own), value] as const];
      });
      return { ...given, ...Object.fromEntries(made) };
    },
  };
}

/** The cell with its lists told by what it makes of them; undefined where it makes nothing of a list. */
export function listsTold(cell: Policy): Told | undefined {
  if (cell.derived === undefined || !cell.derived.some(isOfList)) return undefined;
  const made = told.get(cell) ?? tellLists(cell);
  told.set(cell, made);
  return made;
}

/** A comparison as it is read where lists are told. */
export function renamedComparison({ nameOf }: Told, comparison: Comparison): Comparison {
  const { fact, value } = comparison;
  const other = typeof value === "object" && "fact" in value ? { ...value, fact: nameOf(value.fact) } : value;
  return { ...comparison, fact: nameOf(fact), value: other };
}
