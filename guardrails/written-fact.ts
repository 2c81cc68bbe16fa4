import type { Json } from "../domain/json.ts";
import { describeKind, givenValue, jsonValue, type FactType } from "./fact-types.ts";
import { moneyFault, parseAs, sameUnit } from "./literals.ts";

/**
 * A fact as another system writes it: in its own unit as a whole number, or with the unit as policies write it, `40%` and
 * `600000.00 USD`. Exactly, never rounded; a text as it is spelled, for the record. Undefined for what the fact cannot take: another unit, another currency, out of
 * range.
 */
export function writtenFact(type: FactType, given: unknown): Json | undefined {
  const value = givenValue(type, withUnit(type, given));
  if (type.kind === "text") return value === undefined ? undefined : String(given);
  return value === undefined ? undefined : jsonValue(type, value);
}

function withUnit(type: FactType, given: unknown): unknown {
  if (typeof given !== "string" || (type.kind !== "ppm" && type.kind !== "minor")) return given;
  const amount = parseAs(type.kind, given);
  return amount !== undefined && sameUnit(amount, type) ? amount.value : undefined;
}

/** What is wrong with what a caller wrote for a fact: why it is no amount where that can be told, else what is expected. */
export function writtenFault(type: FactType, given: unknown): string {
  const fault = type.kind === "minor" ? moneyFault(given) : undefined;
  return fault === undefined ? `expected ${describeWritten(type)}` : `${fault.message}; ${fault.fix}`;
}

/** What a caller may write for a fact: `a percentage from 0% to 2000%, or whole parts per million`. */
export function describeWritten(type: FactType): string {
  const written = describeKind(type);
  if (type.kind === "ppm") return `${written} as text, or whole parts per million`;
  return type.kind === "minor" ? `${written} as text, or whole minor units` : written;
}
