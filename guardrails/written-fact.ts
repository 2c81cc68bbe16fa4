import type { Json } from "../domain/json.ts";
import { describeKind, givenValue, isRecord, jsonValue, type FactType, type ListType } from "./fact-types.ts";
import { didYouMean, listed } from "./did-you-mean.ts";
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
  if (type.kind === "list")
    return Array.isArray(given) ? given.map((entry: unknown) => entryWithUnits(type, entry)) : given;
  if (typeof given !== "string" || (type.kind !== "ppm" && type.kind !== "minor" && type.kind !== "duration"))
    return given;
  const amount = parseAs(type.kind, given);
  return amount !== undefined && sameUnit(amount, type) ? amount.value : undefined;
}

function entryWithUnits({ fields }: ListType, given: unknown): unknown {
  if (!isRecord(given)) return given;
  const known = (name: string) => fields.find((field) => field.name === name);
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const field = known(name);
      return [name, field === undefined ? value : withUnit(field, value)];
    }),
  );
}

/** A place in what was given that is wrong, within the fact: `["3", "discount"]`, empty for the whole; and what would be right. */
export type WrittenFault = { readonly path: readonly string[]; readonly detail: string };

/** All that is wrong with what a caller wrote for a fact; empty where the fact can take it. */
export function writtenFaults(type: FactType, given: unknown): readonly WrittenFault[] {
  if (writtenFact(type, given) !== undefined) return [];
  if (type.kind !== "list" || !Array.isArray(given)) return [{ path: [], detail: writtenFault(type, given) }];
  const entries = given.flatMap((entry: unknown, at) => entryFaults(type, entry, String(at)));
  const { minLength, maxLength } = type;
  const isLong = given.length < minLength || given.length > maxLength;
  const length = { path: [], detail: `${given.length} records; ${writtenFault(type, given)}` };
  return isLong ? [length, ...entries] : entries;
}

function entryFaults({ fields }: ListType, given: unknown, at: string): readonly WrittenFault[] {
  const names = fields.map(({ name }) => name);
  if (!isRecord(given)) return [{ path: [at], detail: `expected a record of ${listed(names)}` }];
  const strange = Object.keys(given).filter((name) => !names.includes(name));
  return [
    ...strange.map((name) => ({ path: [at, name], detail: `no such field: ${didYouMean(name, names)}` })),
    ...fields.flatMap((field) => {
      if (!Object.hasOwn(given, field.name))
        return [{ path: [at, field.name], detail: `is missing: expected ${describeWritten(field)}` }];
      return writtenFaults(field, given[field.name]).map(({ detail }) => ({ path: [at, field.name], detail }));
    }),
  ];
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
  if (type.kind === "duration") return `${written}, also as PT24H, or whole milliseconds`;
  return type.kind === "minor" ? `${written} as text, or whole minor units` : written;
}
