import { acceptsValue, describeKind } from "../fact-types.ts";
import type { FactType, Scalar } from "../fact-types.ts";
import { parseAmount, sameUnit } from "../literals.ts";
import { shown } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";

const wholeNumber = /^(0|-?[1-9]\d*)$/;

function misfit(value: unknown, type: FactType): string {
  const amount = parseAmount(value);
  if (type.kind === "minor" && amount?.kind === "minor" && amount.currency !== type.currency) {
    return `\`${type.name}\` is in ${type.currency}, not ${amount.currency}`;
  }
  if (typeof value === "number" && (type.kind === "ppm" || type.kind === "minor")) {
    return `a bare number says no unit: \`${type.name}\` is ${type.kind === "ppm" ? "a percentage" : "money"}`;
  }
  return `${shown(value)} is not a value of \`${type.name}\``;
}

/** A value as written for a fact, parsed by the fact's type: a unit for amounts, plain digits for other numbers. */
function parseFor(reader: Reader, path: Path, value: unknown, type: FactType): unknown {
  if (type.kind === "number") return wholeNumber.test(reader.written(path) ?? "") ? value : undefined;
  if (type.kind !== "ppm" && type.kind !== "minor") return value;
  const amount = parseAmount(value);
  return amount !== undefined && sameUnit(amount, type) ? amount.value : undefined;
}

/** Reads a value written for a fact. Notes a problem and gives undefined when the fact cannot take it. */
export function readValue(reader: Reader, path: Path, value: unknown, type: FactType): Scalar | undefined {
  const scalar = parseFor(reader, path, value, type);
  if (acceptsValue(type, scalar)) return scalar;
  reader.report(path, misfit(value, type), `write ${describeKind(type)}`);
  return undefined;
}
