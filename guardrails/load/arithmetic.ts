import { z } from "zod";
import { dayIn } from "../../domain/instant.ts";
import { shareOf } from "../derive.ts";
import type { Derivation } from "../derived.ts";
import { listed } from "../did-you-mean.ts";
import { isAlike, readOperand, unitText } from "./operands.ts";
import type { Measure, Measured, Scope } from "./operands.ts";
import { listOperations } from "./over-list.ts";
import { readMap, shown } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";

/** What is derived, with what it may come to. */
export type Derived = { readonly derive: Derivation; readonly measure: Measure };

const examples = {
  add: "`add: [list, of, facts]`",
  subtract: "`subtract: [from, less]`",
  multiply: "`multiply: [fact, 3]`, with a whole number or a parameter that is one",
  min: "`min: [one, other]`",
  max: "`max: [one, other]`",
  day: "`day: fact`, an instant: the day of it in the policy's zone",
  share: "`share: fact`, with `of: 15%` and `round: up` or `down`",
} as const;
export type Operation = keyof typeof examples;
export const operations = Object.keys(examples) as readonly Operation[];

export const ArithmeticFields = z.strictObject({
  title: z.string().min(1).max(200).optional().describe("what it means, in a few words"),
  add: z.unknown().optional(),
  subtract: z.unknown().optional(),
  multiply: z.unknown().optional(),
  min: z.unknown().optional(),
  max: z.unknown().optional(),
  day: z.unknown().optional(),
  share: z.unknown().optional(),
  of: z.unknown().optional(),
  round: z.enum(["up", "down"]).optional().describe("`up` or `down`"),
});
type Fields = z.infer<typeof ArithmeticFields>;

/** Reads the operands of an operation: at least so many, at most so many. */
function operandsAt(reader: Reader, path: Path, value: unknown, count: readonly [number, number], scope: Scope) {
  const [least, most] = count;
  const operation = path.at(-1) as Operation;
  if (!Array.isArray(value) || value.length < least || value.length > most) {
    const many = least === most ? `${least}` : `at least ${least}`;
    reader.report(path, `\`${operation}\` takes a list of ${many} operands`, `write ${examples[operation]}`);
    return undefined;
  }
  const read = value.map((item: unknown, index) => readOperand(reader, [...path, index], item, scope));
  const sound = read.filter((one) => one !== undefined);
  return sound.length === read.length ? sound : undefined;
}

/** Operands of one unit; notes the first that is in another. */
function alike(reader: Reader, path: Path, operands: readonly Measured[]): boolean {
  const [first] = operands;
  const at = operands.findIndex((one) => first !== undefined && !isAlike(one, first));
  const other = operands[at];
  if (first === undefined || other === undefined) return true;
  const message = `\`${other.name}\` is ${unitText(other)}, and \`${first.name}\` ${unitText(first)}`;
  reader.report([...path, at], message.replaceAll("``", "`"), "make it of facts of one unit and currency");
  return false;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

function rangeOf(operation: "add" | "subtract" | "min" | "max", operands: readonly Measured[]) {
  const [mins, maxes] = [operands.map(({ min }) => min), operands.map(({ max }) => max)];
  switch (operation) {
    case "add":
      return { min: sum(mins), max: sum(maxes) };
    case "subtract":
      return {
        min: (mins[0] ?? 0) - sum(maxes.slice(1)),
        max: (maxes[0] ?? 0) - sum(mins.slice(1)),
      };
    case "min":
      return { min: Math.min(...mins), max: Math.min(...maxes) };
    case "max":
      return { min: Math.max(...mins), max: Math.max(...maxes) };
  }
}

const isOptional = (operands: readonly Measured[]): boolean => operands.some(({ optional }) => optional);

/** An instant some spans later or earlier. */
function isMoved(operation: string, operands: readonly Measured[]): boolean {
  const kinds = operands.map(({ unit }) => unit.kind);
  const isTimes = kinds.every((kind) => kind === "date-time" || kind === "duration");
  if (operation === "subtract") return isTimes && kinds[0] === "date-time";
  return operation === "add" && isTimes && kinds.includes("date-time");
}

/** Two days are so many apart, and two instants a span. */
function unitTogether(operation: string, operands: readonly Measured[], first: Measured): Measure["unit"] {
  const [kind, other] = operands.map(({ unit }) => unit.kind);
  if (operation === "subtract" && kind === "date") return { kind: "number" };
  if (operation === "subtract" && other === "date-time") return { kind: "duration" };
  return operands.some(({ unit }) => unit.kind === "date-time") ? { kind: "date-time" } : first.unit;
}

function readTogether(
  reader: Reader,
  path: Path,
  value: unknown,
  operation: "add" | "subtract" | "min" | "max",
  scope: Scope,
): Derived | undefined {
  const count: readonly [number, number] = operation === "subtract" ? [2, 2] : [2, 20];
  const operands = operandsAt(reader, path, value, count, scope);
  if (operands === undefined) return undefined;
  const [first] = operands;
  if (first === undefined || !(isMoved(operation, operands) || alike(reader, path, operands))) return undefined;
  if (operation === "add" && operands.filter(({ unit }) => unit.kind === "date-time").length > 1) {
    reader.report(path, "instants do not add up", "subtract one from the other, which gives a span of time");
    return undefined;
  }
  const isDays = first.unit.kind === "date";
  if (isDays && operation === "add") {
    reader.report(path, "days do not add up", "subtract one from the other, which gives a number of days");
    return undefined;
  }
  const unit = unitTogether(operation, operands, first);
  const measure = { unit, ...rangeOf(operation, operands), optional: isOptional(operands) };
  return { derive: { kind: operation, of: operands.map(({ operand }) => operand) }, measure };
}

/** The extremes of a function of two whole numbers that is monotone in each, over two ranges. */
function corners(a: Measure, b: Measure, of: (a: number, b: number) => number) {
  const values = [a.min, a.max].flatMap((one) => [b.min, b.max].map((other) => of(one, other)));
  return { min: Math.min(...values), max: Math.max(...values) };
}

function readMultiply(reader: Reader, path: Path, value: unknown, scope: Scope): Derived | undefined {
  const [of, by] = operandsAt(reader, path, value, [2, 2], scope) ?? [];
  if (of === undefined || by === undefined) return undefined;
  const { operand } = by;
  if (by.unit.kind !== "number" || (typeof operand === "object" && "fact" in operand)) {
    reader.report([...path, 1], `\`${by.name}\` does not multiply`.replaceAll("``", "`"), `write ${examples.multiply}`);
    return undefined;
  }
  if (of.unit.kind === "date" || of.unit.kind === "date-time") {
    reader.report(
      [...path, 0],
      `\`${of.name}\` is ${unitText(of)}`,
      "multiply a number, a percentage, a span or money",
    );
    return undefined;
  }
  const measure = { unit: of.unit, ...corners(of, by, (a, b) => a * b || 0), optional: of.optional };
  return { derive: { kind: "multiply", of: of.operand, by: operand }, measure };
}

function readShare(reader: Reader, path: Path, fields: Fields, scope: Scope): Derived | undefined {
  const of = readOperand(reader, [...path, "share"], fields.share, scope);
  const missing = fields.of === undefined || fields.round === undefined;
  if (missing) reader.report(path, "a share says of how much, and which way it is rounded", `write ${examples.share}`);
  const share = fields.of === undefined ? undefined : readOperand(reader, [...path, "of"], fields.of, scope);
  if (of === undefined || share === undefined || fields.round === undefined) return undefined;
  if (share.unit.kind !== "ppm") {
    reader.report([...path, "of"], `${shown(fields.of)} is no percentage`, `write ${examples.share}`);
    return undefined;
  }
  if (of.unit.kind === "date" || of.unit.kind === "date-time") {
    const fix = "take a share of a number, a percentage, a span or money";
    reader.report([...path, "share"], `\`${of.name}\` is ${unitText(of)}`, fix);
    return undefined;
  }
  const { round } = fields;
  const range = corners(of, share, (a, b) => shareOf(a, b, round));
  const measure = { unit: of.unit, ...range, optional: of.optional || share.optional };
  return { derive: { kind: "share", of: of.operand, share: share.operand, round }, measure };
}

function readDay(reader: Reader, path: Path, value: unknown, scope: Scope): Derived | undefined {
  const of = readOperand(reader, path, value, scope);
  if (of === undefined) return undefined;
  const { operand, min, max, optional } = of;
  if (of.unit.kind !== "date-time" || typeof operand === "number" || "param" in operand) {
    const what = of.unit.kind === "date-time" ? "a constant" : unitText(of);
    reader.report(path, `\`${of.name}\` is ${what}`.replaceAll("``", "`"), "name a fact that is an instant");
    return undefined;
  }
  const { zone } = scope.vocabulary;
  const measure = { unit: { kind: "date" as const }, min: dayIn(min, zone), max: dayIn(max, zone), optional };
  return { derive: { kind: "day", of: operand, zone }, measure };
}

/** Reads how a fact is derived by arithmetic, and what it may come to. Undefined where something is not sound. */
export function readArithmetic(reader: Reader, path: Path, value: unknown, scope: Scope): Derived | undefined {
  const fields = readMap(reader, path, value, ArithmeticFields);
  if (fields === undefined) return undefined;
  const [operation, ...others] = operations.filter((name) => fields[name] !== undefined);
  if (operation === undefined || others.length > 0) {
    const said = operation === undefined ? "does not say how it is made" : `says ${listed([operation, ...others])}`;
    reader.report(path, `\`${path.at(-1)}\` ${said}`, `write one of ${listed([...operations, ...listOperations])}`);
    return undefined;
  }
  if (operation === "share") return readShare(reader, path, fields, scope);
  if (operation === "day") return readDay(reader, [...path, "day"], fields.day, scope);
  for (const key of ["of", "round"] as const) {
    if (fields[key] !== undefined) reader.reportKey(path, key, `\`${key}\` belongs to a share`, "remove it");
  }
  const where = [...path, operation];
  if (operation === "multiply") return readMultiply(reader, where, fields.multiply, scope);
  return readTogether(reader, where, fields[operation], operation, scope);
}
