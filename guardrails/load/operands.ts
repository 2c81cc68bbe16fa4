import type { Operand } from "../derived.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { FactType } from "../fact-types.ts";
import { parseAs, plainKinds } from "../literals.ts";
import type { Amount } from "../literals.ts";
import type { Param } from "../policy.ts";
import { shown } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import { readParamRef } from "./vocabulary.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A unit, and the least and the most that something in it may be, both included. */
export type Measure = {
  readonly unit: { readonly kind: Amount["kind"]; readonly currency?: Extract<Amount, { kind: "minor" }>["currency"] };
  readonly min: number;
  readonly max: number;
  /** It may not be known. */
  readonly optional: boolean;
};

/** An operand as it is read, with what it may be. */
export type Measured = Measure & { readonly operand: Operand; readonly name: string };

/** What a derivation may name. `typeOf` finds a fact, given or derived, and notes a cycle; undefined where it did not load. */
export type Scope = {
  readonly vocabulary: Vocabulary;
  readonly names: readonly string[];
  readonly typeOf: (name: string, report: (message: string, fix: string) => void) => FactType | undefined;
};

const isName = (text: string): boolean => /^[a-z][A-Za-z0-9]*$/.test(text);

export function unitOf(type: { readonly kind: Amount["kind"]; readonly currency?: Measure["unit"]["currency"] }) {
  return type.currency === undefined ? { kind: type.kind } : { kind: type.kind, currency: type.currency };
}

/** Whether two measures are in one unit. */
export function isAlike(a: Measure, b: Measure): boolean {
  return a.unit.kind === b.unit.kind && a.unit.currency === b.unit.currency;
}

/** What each unit is called in a message. */
export const unitNouns = {
  number: "a plain number",
  ppm: "a percentage",
  minor: "money",
  date: "a day",
  "date-time": "an instant",
  duration: "a span of time",
} as const;

export function unitText({ unit }: Measure): string {
  return unit.kind === "minor" ? `money in ${unit.currency}` : unitNouns[unit.kind];
}

function ofFact(reader: Reader, path: Path, name: string, scope: Scope): Measured | undefined {
  const report = (message: string, fix: string) => reader.report(path, message, fix);
  if (!scope.names.includes(name)) {
    report(`unknown fact \`${name}\``, didYouMean(name, scope.names));
    return undefined;
  }
  const type = scope.typeOf(name, report);
  if (type === undefined) return undefined;
  if (!("min" in type)) {
    report(`\`${name}\` is no number`, "make it of numbers, percentages, amounts and times");
    return undefined;
  }
  const { min, max, optional = false } = type;
  return { operand: { fact: name }, name, unit: unitOf(type), min, max, optional };
}

/** What a parameter may be, whatever overrides set it to. */
function boundsOf({ value, allowed }: Param): { readonly min: number; readonly max: number } {
  return { min: Math.min(value, allowed?.min ?? value), max: Math.max(value, allowed?.max ?? value) };
}

function ofParam(reader: Reader, path: Path, value: object, { vocabulary }: Scope): Measured | undefined {
  const param = readParamRef(reader, path, value, vocabulary);
  return (
    param && {
      operand: { param: param.name },
      name: param.name,
      unit: unitOf(param),
      ...boundsOf(param),
      optional: false,
    }
  );
}

/** Reads an operand: a fact's name, `{ param: name }`, or a constant written with its unit. */
export function readOperand(reader: Reader, path: Path, value: unknown, scope: Scope): Measured | undefined {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return ofParam(reader, path, value, scope);
  if (typeof value === "string" && isName(value)) return ofFact(reader, path, value, scope);
  const amount = [...plainKinds, "minor" as const]
    .map((kind) => parseAs(kind, kind === "number" ? reader.written(path) : value))
    .find((read) => read !== undefined);
  if (amount === undefined) {
    const fix =
      "write a fact's name, `{ param: name }`, or a constant such as `15%`, `500.00 USD`, `9`, `2026-07-01` or `24h`";
    reader.report(path, `${shown(value)} is neither a fact nor a number`, fix);
    return undefined;
  }
  const { value: constant } = amount;
  return { operand: constant, name: shown(value), unit: unitOf(amount), min: constant, max: constant, optional: false };
}
