import { inUnits, parseDecimal } from "../../domain/decimal.ts";
import type { FactType, Scalar } from "../fact-types.ts";
import { parseDate } from "../literals.ts";
import type { Comparison, Operator } from "../policy.ts";
import type { Box, Cell } from "./table.ts";

/** What a column holds, as its cells say it together. Words gather in `values`. */
export type ColumnKind = "ppm" | "minor" | "number" | "date" | "boolean" | "choice";

type Order = Extract<Operator, "lessThan" | "lessThanInclusive" | "greaterThan" | "greaterThanInclusive">;

/** A part of a cell before its operands are read: an order with one, or words of which one is, or none is, meant. */
export type Clause =
  | { readonly kind: "order"; readonly operator: Order; readonly operand: string }
  | { readonly kind: "words"; readonly negated: boolean; readonly operands: readonly string[] };

const orders: readonly (readonly [RegExp, Order])[] = [
  [/^(?:<=|≤|up to |at most )\s*/i, "lessThanInclusive"],
  [/^(?:>=|≥|from |at least )\s*/i, "greaterThanInclusive"],
  [/^(?:<|under |below |less than )\s*/i, "lessThan"],
  [/^(?:>|over |above |more than )\s*/i, "greaterThan"],
];

function clauseOf(text: string): Clause | undefined {
  for (const [pattern, operator] of orders) {
    if (pattern.test(text)) return { kind: "order", operator, operand: text.replace(pattern, "").trim() };
  }
  const negated = /^(?:!=|≠|<>|not )\s*/i;
  const isNot = negated.test(text);
  const operands = text
    .replace(negated, "")
    .replace(/^==?\s*/, "")
    .split(/\s*\|\s*|\s+or\s+|\s*,\s*/i);
  return operands.every((word) => word !== "") ? { kind: "words", negated: isNot, operands } : undefined;
}

/** A cell's parts: none for one that asks nothing, undefined for one that cannot be read. */
export function clausesOf(text: string): readonly Clause[] | undefined {
  if (/^(?:|\*|-|any|all)$/i.test(text)) return [];
  const range = /^([^.\s].*?)\s*\.\.\s*(.*[^.\s])$/.exec(text);
  if (range !== null) {
    const [, from = "", to = ""] = range;
    return [
      { kind: "order", operator: "greaterThanInclusive", operand: from },
      { kind: "order", operator: "lessThanInclusive", operand: to },
    ];
  }
  const read = text.split(/\s+and\s+|\s*&&?\s*/i).map(clauseOf);
  const isRead = (clause: Clause | undefined): clause is Clause =>
    clause !== undefined && operandsOf(clause).every(isOperand);
  return read.every(isRead) ? read : undefined;
}

/** A word begins with a letter and holds no sign: `0-15%` leaves open whether its ends are meant, and is no word. */
function isOperand(operand: string): boolean {
  return kindOf(operand) !== "choice" || /^\p{L}[^%<>=]*$/u.test(operand);
}

export const operandsOf = (clause: Clause): readonly string[] =>
  clause.kind === "order" ? [clause.operand] : clause.operands;

const truths: { readonly [word: string]: boolean } = { yes: true, true: true, no: false, false: false };

/** What one operand could be by itself; its column says what it is. */
export function kindOf(operand: string): ColumnKind {
  if (Object.hasOwn(truths, operand.toLowerCase())) return "boolean";
  if (parseDate(operand) !== undefined) return "date";
  if (/^[+-]?\d+(?:\.\d+)?\s*%$/.test(operand)) return "ppm";
  if (/^\d+(?:\.\d+)?\s*[A-Z]{3}$|^[A-Z]{3}\s*\d+(?:\.\d+)?$/.test(operand)) return "minor";
  return parseDecimal(operand) === undefined ? "choice" : "number";
}

/** An operand in its fact's unit; undefined where it is not of that unit, or would have to be rounded. */
function valueOf(operand: string, type: FactType): Scalar | undefined {
  if (type.kind === "boolean") return truths[operand.toLowerCase()];
  if (type.kind === "choice") return type.values.find((word) => word === operand);
  if (type.kind === "date") return parseDate(operand);
  const currency = type.kind === "minor" ? type.currency : "";
  const bare = operand.replace(
    type.kind === "ppm" ? /\s*%$/ : currency === "" ? /$^/ : new RegExp(`\\s*${currency}\\s*`),
    "",
  );
  const decimal = parseDecimal(bare);
  const units = decimal && inUnits(decimal, type.kind === "ppm" ? 4 : type.kind === "minor" ? 2 : 0);
  const value = Number(units);
  if (units === undefined || !("min" in type) || value < type.min || value > type.max) return undefined;
  return value;
}

const boxes: { readonly [operator in Order]: (value: number) => { readonly min?: number; readonly max?: number } } = {
  lessThan: (value) => ({ max: value - 1 }),
  lessThanInclusive: (value) => ({ max: value }),
  greaterThan: (value) => ({ min: value + 1 }),
  greaterThanInclusive: (value) => ({ min: value }),
};

/** A cell of a column as comparisons; else what is wrong with it, in words. */
export function cellOf(clauses: readonly Clause[], type: FactType): Cell | string {
  const comparisons: Comparison[] = [];
  let box: Box | undefined;
  for (const clause of clauses) {
    const values = operandsOf(clause).map((operand) => valueOf(operand, type));
    const wrong = operandsOf(clause).find((_operand, at) => values[at] === undefined);
    if (wrong !== undefined) return `\`${wrong}\` is no value of this column`;
    const read = values.flatMap((value) => value ?? []);
    if (clause.kind === "words") {
      if (clauses.length > 1) return "words and other conditions stand in one cell";
      const [only] = read;
      const [one, many] = clause.negated ? (["notEqual", "notIn"] as const) : (["equal", "in"] as const);
      const isOne = read.length === 1 && only !== undefined;
      if (type.kind === "boolean" && !isOne) return "a column of yes and no takes one of them";
      comparisons.push(
        isOne ? { fact: type.name, operator: one, value: only } : { fact: type.name, operator: many, value: read },
      );
      if (isOne && typeof only === "number" && !clause.negated) box = { kind: "range", min: only, max: only };
      else if (typeof only === "number") return "of numbers, write one, or a range";
      else box = { kind: clause.negated ? "none-of" : "among", values: read };
      continue;
    }
    const [value] = read;
    if (!("min" in type) || typeof value !== "number") return "an order needs a column of numbers, amounts or days";
    comparisons.push({ fact: type.name, operator: clause.operator, value });
    const around: { readonly min: number; readonly max: number } = box?.kind === "range" ? box : type;
    const { min = type.min, max = type.max } = boxes[clause.operator](value);
    box = { kind: "range", min: Math.max(around.min, min), max: Math.min(around.max, max) };
  }
  if (box === undefined) return "the cell says nothing";
  if (box.kind === "range" && box.min > box.max) return "nothing is within both ends";
  return { fact: type.name, conditions: comparisons, boxes: [box] };
}
