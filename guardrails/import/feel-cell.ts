import { inUnits, parseDecimal } from "../../domain/decimal.ts";
import type { FactType, Scalar } from "../fact-types.ts";
import { parseDate } from "../literals.ts";
import type { Comparison, Condition } from "../policy.ts";
import type { Literal, UnaryTest, UnaryTests } from "./feel-tests.ts";
import { conditionOf, type Box, type Cell } from "./table.ts";

type Range = Extract<Box, { readonly kind: "range" }>;
type Numbered = Extract<FactType, { readonly min: number }>;

/** A constant in its fact's unit; undefined where it is not of that kind, or would have to be rounded. */
function valueOf({ kind, text }: Literal, type: FactType): Scalar | undefined {
  if (type.kind === "boolean") return kind === "boolean" ? text === "true" : undefined;
  if (type.kind === "text" || type.kind === "choice") return kind === "text" && text !== "" ? text : undefined;
  if (!("min" in type)) return undefined;
  if (type.kind === "date") return kind === "date" ? parseDate(text) : undefined;
  const decimal = kind === "number" ? parseDecimal(text) : undefined;
  const units = decimal && inUnits(decimal, type.kind === "ppm" ? 4 : type.kind === "minor" ? 2 : 0);
  const value = Number(units);
  return units === undefined || value < type.min || value > type.max ? undefined : value;
}

/** The words or truth values of a cell. */
function amongCell(type: FactType, negated: boolean, values: readonly Scalar[]): Cell | string {
  const [only] = values;
  const isOne = values.length === 1 && only !== undefined;
  if (type.kind === "boolean" && !isOne) return "a column of true and false takes one of them";
  const comparison: Comparison = isOne
    ? { fact: type.name, operator: negated ? "notEqual" : "equal", value: only }
    : { fact: type.name, operator: negated ? "notIn" : "in", value: values };
  return { fact: type.name, conditions: [comparison], boxes: [{ kind: negated ? "none-of" : "among", values }] };
}

type Asked = { readonly condition: Condition; readonly box: Range };

/** One test of a number or a day: as a condition, and as the whole units that it lets through. */
function askedOf(test: UnaryTest, type: Numbered): Asked | Literal {
  if (test.kind === "is") {
    const value = valueOf(test.literal, type);
    if (typeof value !== "number") return test.literal;
    return { condition: { fact: type.name, operator: "equal", value }, box: { kind: "range", min: value, max: value } };
  }
  const comparisons: Comparison[] = [];
  let { min, max }: { min: number; max: number } = type;
  for (const [end, isLow] of [[test.low, true] as const, [test.high, false] as const]) {
    if (end === undefined) continue;
    const value = valueOf(end.literal, type);
    if (typeof value !== "number") return end.literal;
    const order = isLow ? "greaterThan" : "lessThan";
    comparisons.push({ fact: type.name, operator: end.isIncluded ? `${order}Inclusive` : order, value });
    const beyond = end.isIncluded ? value : isLow ? value + 1 : value - 1;
    if (isLow) min = Math.max(min, beyond);
    else max = Math.min(max, beyond);
  }
  return { condition: conditionOf(comparisons), box: { kind: "range", min, max } };
}

/** The ranges between and beside these. */
function complement(ranges: readonly Range[], { min, max }: Numbered): readonly Range[] {
  const left: Range[] = [];
  let from = min;
  for (const range of ranges.toSorted((a, b) => a.min - b.min)) {
    if (range.min > from) left.push({ kind: "range", min: from, max: range.min - 1 });
    from = Math.max(from, range.max + 1);
  }
  return from <= max ? [...left, { kind: "range", min: from, max }] : left;
}

/** The same cell as a condition of a fact and as boxes; else what is wrong with it, in words. The cell asks something. */
export function feelCell({ negated, tests }: UnaryTests, type: FactType): Cell | string {
  const none = ({ text }: Literal) => `\`${text}\` is no value of this column in whole units`;
  if (!("min" in type)) {
    const values: Scalar[] = [];
    for (const test of tests) {
      if (test.kind === "range") return "an order needs a column of numbers or days";
      const value = valueOf(test.literal, type);
      if (value === undefined) return none(test.literal);
      values.push(value);
    }
    return amongCell(type, negated, [...new Set(values)]);
  }
  const asked: Asked[] = [];
  for (const test of tests) {
    const read = askedOf(test, type);
    if ("kind" in read) return none(read);
    if (read.box.min > read.box.max) return "no whole unit is within both ends";
    asked.push(read);
  }
  const [first] = asked;
  if (first === undefined) return "the cell says nothing";
  const any: Condition = asked.length === 1 ? first.condition : { any: asked.map(({ condition }) => condition) };
  const boxes = asked.map(({ box }) => box);
  return {
    fact: type.name,
    conditions: [negated ? { not: any } : any],
    boxes: negated ? complement(boxes, type) : boxes,
  };
}
