import { currencyFault, minorDigits } from "../domain/currency.ts";
import { parseDate, writeDate } from "../domain/day.ts";
import { inUnits, parseDecimal } from "../domain/decimal.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import { MAX_MINOR } from "../domain/money.ts";
import { elsewhereName } from "../domain/rate.ts";

/**
 * How records are read: property by property, each exactly, in every form that CRMs send it. What cannot be read takes no
 * other property with it, and says why. Pure; nothing here throws or rounds.
 */

/** What a property holds, or why it cannot be read: a phrase that follows the property's name. */
type Read<Of> = { readonly value: Of } | { readonly unread: string };

/** How one property is read. The record is there for what another property says of it, such as its currency. */
export type Field<Of> = (raw: Json | undefined, record: JsonObject) => Read<Of>;

/** The properties of a record that are read; nothing else of it is. */
export type Fields = { readonly [property: string]: Field<unknown> };

/** What could be read of a record. A property that could not is absent. */
export type Values<Of extends Fields> = {
  readonly [Name in keyof Of]?: Of[Name] extends Field<infer Value> ? Value : never;
};

/** Why properties could not be read, by property: `quote_net_price \`16.9915\`: more decimals than USD has`. */
export type Unread = { readonly [property: string]: string };

export function readFields<Of extends Fields>(fields: Of, record: JsonObject): { values: Values<Of>; unread: Unread } {
  const values: { [property: string]: unknown } = {};
  const unread: { [property: string]: string } = {};
  for (const [property, field] of Object.entries(fields)) {
    const read = field(Object.hasOwn(record, property) ? record[property] : undefined, record);
    if ("value" in read) values[property] = read.value;
    else unread[property] = `${property} ${read.unread}`;
  }
  return { values: values as Values<Of>, unread };
}

const MAX_SHOWN_CHARS = 40;

/** A raw value as people see it: one line, cut. */
function shown(raw: Json): string {
  const text = (typeof raw === "string" ? raw : JSON.stringify(raw)).replaceAll(/[\s`]+/g, " ").trim();
  return `\`${text.length <= MAX_SHOWN_CHARS ? text : `${text.slice(0, MAX_SHOWN_CHARS - 1)}…`}\``;
}

/** What nobody filled in. CRMs send null, an empty text, or nothing. */
export function isUnset(raw: Json | undefined): raw is null | undefined | string {
  return raw === undefined || raw === null || (typeof raw === "string" && raw.trim() === "");
}

function unread(raw: Json | undefined, why: string): { readonly unread: string } {
  return { unread: raw === undefined || isUnset(raw) ? "is not set" : `${shown(raw)}: ${why}` };
}

/** The text of a text or of a number, trimmed: ids and amounts come as either. Undefined for what is neither, or unset. */
function textOf(raw: Json | undefined): string | undefined {
  if (typeof raw === "number") return String(raw);
  return typeof raw === "string" && raw.trim() !== "" ? raw.trim() : undefined;
}

/** What a property that nobody filled in stands for, by declaration: concessions that are not set are none. */
export function whenUnset<Of, Default extends Of>(field: Field<Of>, value: Default): Field<Of> {
  return (raw, record) => (isUnset(raw) ? { value } : field(raw, record));
}

/** A property that may be left empty: null then. */
export function maybe<Of>(field: Field<Of>): Field<Of | null> {
  return whenUnset<Of | null, null>(field, null);
}

/** An id, a name or a text of at most so many characters. What it holds is never part of why it cannot be read. */
export function text(maxChars: number): Field<string> {
  return (raw) => {
    const given = textOf(raw);
    if (given === undefined) return isUnset(raw) ? unread(raw, "") : { unread: "is no text" };
    return given.length <= maxChars ? { value: given } : { unread: `has more than ${maxChars} characters` };
  };
}

/** One of a picklist's values, however it is capitalised. */
export function choice<const Of extends string>(values: readonly Of[]): Field<Of> {
  return (raw) => {
    const given = textOf(raw)?.toLowerCase();
    const value = values.find((known) => known.toLowerCase() === given);
    return value === undefined ? unread(raw, `is none of ${values.join(", ")}`) : { value };
  };
}

/** Some of a picklist's values, each once, as multi-selects send them: `liability;data`. */
export function choices<const Of extends string>(values: readonly Of[]): Field<readonly Of[]> {
  const one = choice(values);
  return (raw, record) => {
    const given = textOf(raw)?.split(";") ?? [];
    const chosen = given.filter((part) => part.trim() !== "").map((part) => one(part.trim(), record));
    const known = chosen.flatMap((read) => ("value" in read ? [read.value] : []));
    return chosen.length === 0 || known.length < chosen.length
      ? unread(raw, `names something else than ${values.join(", ")}`)
      : { value: [...new Set(known)] };
  };
}

/** Yes or no: `true` and `false`, as a value or as text. */
export const truth: Field<boolean> = (raw) => {
  const given = typeof raw === "boolean" ? String(raw) : textOf(raw)?.toLowerCase();
  return given === "true" || given === "false" ? { value: given === "true" } : unread(raw, "is neither true nor false");
};

/** A currency by its ISO 4217 code, however it is capitalised. */
export const currency: Field<string> = (raw) => {
  const code = textOf(raw)?.toUpperCase();
  const why = currencyFault(code ?? "");
  return code === undefined || why !== undefined ? unread(raw, why ?? "") : { value: code };
};

/** The code that an amount ends with: `600000.00 USD`. Undefined where it has none. */
function codeIn(raw: Json | undefined): string | undefined {
  return /^\S+ ([A-Za-z]{3})$/.exec(textOf(raw) ?? "")?.[1]?.toUpperCase();
}

/** A record's currency: the property's own, else the one that its amounts are written with. */
export function currencyOf(amountProperties: readonly string[]): Field<string> {
  return (raw, record) => {
    const written = amountProperties.flatMap((property) => codeIn(record[property]) ?? []);
    return currency(isUnset(raw) && new Set(written).size === 1 ? written[0] : raw, record);
  };
}

/**
 * An amount of money that is not negative, in minor units of the currency that another property tells, as `unitOf` reads it. One
 * that is written with a currency, `600000.00 USD`, is in that one or cannot be read.
 */
export function amountIn(currencyProperty: string, unitOf: Field<string> = currency): Field<number> {
  return (raw, record) => {
    const code = codeIn(raw);
    const given = code === undefined ? textOf(raw) : textOf(raw)?.slice(0, -4);
    const decimal = given === undefined ? undefined : parseDecimal(given);
    if (decimal === undefined) return unread(raw, "is no amount such as 10000.00");
    const unit = unitOf(record[currencyProperty], record);
    if ("unread" in unit) return unread(raw, `${currencyProperty} ${unit.unread}`);
    if (code !== undefined && code !== unit.value) return unread(raw, `${currencyProperty} is ${unit.value}`);
    const minor = inUnits(decimal, minorDigits(unit.value) ?? 0);
    if (minor === undefined) return unread(raw, `more decimals than ${unit.value} has`);
    if (minor < 0n) return unread(raw, "is negative");
    return minor > BigInt(MAX_MINOR) ? unread(raw, "is more than can be counted") : { value: Number(minor) };
  };
}

/** A whole number from 0 to `max`. */
export function whole(max: number): Field<number> {
  return (raw) => {
    const given = textOf(raw);
    const decimal = given === undefined ? undefined : parseDecimal(given);
    const value = decimal === undefined ? undefined : inUnits(decimal, 0);
    return value === undefined || value < 0n || value > BigInt(max)
      ? unread(raw, `is no whole number from 0 to ${max}`)
      : { value: Number(value) };
  };
}

/** The most a share can be, 9999 %. */
const MAX_PERCENT = 9_999n;

/** A share as people write it, `3%` or `2.5 %`, in parts per million. May pass 100 %. */
export const percent: Field<number> = (raw) => {
  const given = typeof raw === "string" ? /^(.*?) ?%$/.exec(raw.trim())?.[1] : undefined;
  const decimal = given === undefined ? undefined : parseDecimal(given);
  if (decimal === undefined) return unread(raw, "is no percentage such as 3% or 2.5 %");
  const ppm = inUnits(decimal, 4);
  if (ppm === undefined) return unread(raw, "has more than four decimals");
  return ppm < 0n || ppm > MAX_PERCENT * 10_000n ? unread(raw, "is not from 0% to 9999%") : { value: Number(ppm) };
};

const DAY_MS = 86_400_000;
/** Placeholders such as `9999-12-31` are no date that anybody means. */
const [FIRST_YEAR, LAST_YEAR] = ["1900", "2199"];

/**
 * A day of the calendar, as days since 1970-01-01: `2026-12-31`, an instant of ISO 8601 (`2026-12-31T00:00:00.000+0000`), or
 * milliseconds since 1970, of which the day in UTC counts.
 */
export const day: Field<number> = (raw) => {
  const given = textOf(raw);
  const days = given === undefined ? undefined : dayIn(given);
  if (days === undefined) return unread(raw, "is no day such as 2026-12-31");
  const year = writeDate(days).slice(0, 4);
  return year < FIRST_YEAR || year > LAST_YEAR
    ? unread(raw, `is not between ${FIRST_YEAR} and ${LAST_YEAR}`)
    : { value: days };
};

/** Milliseconds of the years that are read: texts with fewer digits are no instant that a CRM sends. */
const milliseconds = /^-?\d{9,13}$/;
const instant = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

function dayIn(given: string): number | undefined {
  if (milliseconds.test(given)) return Math.floor(Number(given) / DAY_MS);
  const stamped = instant.exec(given);
  if (stamped === null) return parseDate(given);
  if (parseDate(stamped[1]) === undefined) return undefined;
  const at = Date.parse(given.replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  return Number.isNaN(at) ? undefined : Math.floor(at / DAY_MS);
}

/** Why facts are not known, where properties that they come from could not be read. A fact of which all could is left out. */
export function unknownFrom(
  unread: Unread,
  sources: { readonly [fact: string]: readonly string[] },
): { readonly [fact: string]: string } {
  const told = Object.entries(sources).map(([fact, properties]) => {
    const reasons = properties.flatMap((property) => (unread[property] === undefined ? [] : [unread[property]]));
    return [fact, reasons.join("; ")] as const;
  });
  return Object.fromEntries(told.filter(([, reason]) => reason !== ""));
}

/** Why facts that are kept in one currency are not known of amounts in another: nothing is converted by guess. */
export function unknownOutside(
  kept: string,
  { property, given }: { readonly property: string; readonly given: string | undefined },
  facts: readonly string[],
): { readonly [fact: string]: string } {
  if (given === undefined || given === kept) return {};
  return Object.fromEntries(facts.map((fact) => [fact, `${property} \`${given}\`: limits are kept in ${kept}`]));
}

/**
 * Amounts that facts are not kept in the currency of, as a policy with rates reads them: `listPrice in EUR`. Nothing where the currency
 * is not known, or is the facts' own.
 */
export function amountsElsewhere(
  kept: string,
  given: string | undefined,
  amounts: { readonly [fact: string]: number | undefined },
): JsonObject {
  if (given === undefined || given === kept) return {};
  return whatIsKnown(
    Object.fromEntries(Object.entries(amounts).map(([fact, minor]) => [elsewhereName(fact, given), minor])),
  );
}

/** What is known of several values: those that are not are left out. */
export function whatIsKnown(values: { readonly [name: string]: Json | undefined }): JsonObject {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
