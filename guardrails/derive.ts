import { assertNever } from "../domain/assert-never.ts";
import { dayIn } from "../domain/instant.ts";
import { isOverList } from "./derived.ts";
import type { Arithmetic, DerivedFact, Derivation, Operand, OverList, TableCell } from "./derived.ts";
import { entriesOf } from "./fact-types.ts";
import type { Entry, Value } from "./fact-types.ts";
import { comparisonsOf } from "./policy.ts";
import type { Param, Policy } from "./policy.ts";
import { isUnsettled, testOf, valueIn } from "./ternary.ts";
import type { Known } from "./ternary.ts";

/** Undefined where a fact that it is made of is not known. */
type Compute = (known: Known) => Value | undefined;
type Whole = (known: Known) => number | undefined;

const WHOLE = 1_000_000n;

function operand(written: Operand, params: readonly Param[]): Whole {
  if (typeof written === "number") return () => written;
  if ("param" in written) {
    const param = params.find(({ name }) => name === written.param);
    const value = param?.unsettled === true ? undefined : param?.value;
    return () => value;
  }
  return (known) => {
    const given = valueIn(known, written.fact);
    return typeof given === "number" ? given : undefined;
  };
}

function ofAll(operands: readonly Whole[], join: (values: readonly number[]) => number): Whole {
  return (known) => {
    const values: number[] = [];
    for (const one of operands) {
      const value = one(known);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return join(values);
  };
}

/** A share in parts per million of a whole number, rounded to the next one up or down. */
export function shareOf(whole: number, sharePpm: number, round: "up" | "down"): number {
  const product = BigInt(whole) * BigInt(sharePpm);
  const [quotient, rest] = [product / WHOLE, product % WHOLE];
  const isBeside = round === "up" ? rest > 0n : rest < 0n;
  return Number(isBeside ? quotient + (round === "up" ? 1n : -1n) : quotient);
}

/** Whether a value is one that a table's cell asks for. */
export function cellHolds(cell: TableCell, value: Value): boolean {
  if (cell === null) return true;
  if ("in" in cell) return typeof value !== "object" && cell.in.includes(value);
  return typeof value === "number" && cell.min <= value && value <= cell.max;
}

function lookup({ by, rows }: Extract<Derivation, { readonly kind: "table" }>): Compute {
  return (known) => {
    const values: Value[] = [];
    for (const name of by) {
      const value = valueIn(known, name);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return rows.find(({ when }) => when.every((cell, at) => cellHolds(cell, values[at] ?? "")))?.value;
  };
}

function overList(derivation: OverList, params: readonly Param[]): Compute {
  const { kind, list, where } = derivation;
  const isOpen = where !== undefined && comparisonsOf(where).some((one) => isUnsettled(one, params));
  const test = where === undefined ? () => true : testOf(where, params);
  const made = (entries: readonly Entry[]): Value => {
    const held = entries.filter((entry) => test(entry) === true);
    switch (kind) {
      case "count":
        return held.length;
      case "any":
        return held.length > 0;
      case "all":
        return held.length === entries.length;
      case "sum":
        return held.reduce((sum, entry) => sum + Number(entry[derivation.of]), 0);
      default:
        return assertNever(kind);
    }
  };
  return (known) => {
    const given = valueIn(known, list);
    return given === undefined || isOpen ? undefined : made(entriesOf(given));
  };
}

function arithmetic(derivation: Arithmetic, params: readonly Param[]): Compute {
  const of = (written: Operand) => operand(written, params);
  switch (derivation.kind) {
    case "add":
      return ofAll(derivation.of.map(of), (values) => values.reduce((sum, value) => sum + value, 0));
    case "subtract":
      return ofAll(derivation.of.map(of), ([from = 0, ...less]) => less.reduce((left, value) => left - value, from));
    case "min":
      return ofAll(derivation.of.map(of), (values) => Math.min(...values));
    case "max":
      return ofAll(derivation.of.map(of), (values) => Math.max(...values));
    case "multiply":
      return ofAll([of(derivation.of), of(derivation.by)], ([value = 0, by = 0]) => value * by || 0);
    case "day":
      return ofAll([of(derivation.of)], ([instant = 0]) => dayIn(instant, derivation.zone));
    case "share":
      return ofAll([of(derivation.of), of(derivation.share)], ([whole = 0, share = 0]) =>
        shareOf(whole, share, derivation.round),
      );
    default:
      return assertNever(derivation);
  }
}

function computeOf({ derive }: DerivedFact, params: readonly Param[]): Compute {
  if (isOverList(derive)) return overList(derive, params);
  return derive.kind === "table" ? lookup(derive) : arithmetic(derive, params);
}

const derivers = new WeakMap<Policy, (known: Known) => Known>();

/**
 * What a policy's facts come to under its parameters: `known` with every derived fact whose operands are known, and
 * without those whose are not, whatever stood there. The compiled form's own reading, and a pure one.
 */
export function derive(policy: Policy, known: Known): Known {
  const { derived = [], params } = policy;
  if (derived.length === 0) return known;
  const made = derivers.get(policy) ?? deriverOf(derived, params);
  derivers.set(policy, made);
  return made(known);
}

function deriverOf(derived: readonly DerivedFact[], params: readonly Param[]): (known: Known) => Known {
  const computes = derived.map((type) => [type.name, computeOf(type, params)] as const);
  return (known) => {
    const all: Record<string, Value> = { ...known };
    for (const [name, compute] of computes) {
      const value = compute(all);
      if (value === undefined) delete all[name];
      else all[name] = value;
    }
    return all;
  };
}
