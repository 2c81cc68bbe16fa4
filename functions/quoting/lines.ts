import { z } from "zod";
import { inUnits, parseDecimal } from "../../domain/decimal.ts";
import type { Json } from "../../domain/json.ts";
import type { Field } from "../fields.ts";
import { PRICE_DIGITS } from "../shared/prices.ts";

/**
 * The lines of a quote, as a CRM keeps them in one property: a JSON text. Unit prices are decimals in the quote's currency,
 * per month where the quote has a term, else once. Nothing here rounds or throws.
 */

/** Most lines of one quote, and the longest text that holds them. */
const MAX_LINES = 200;
const MAX_LINES_CHARS = 60_000;

/** Quantities have at most this many decimals. */
const QUANTITY_DIGITS = 4;

/** What prices times quantities are counted in: ten to the minus this many of the currency's unit. */
export const LINE_DIGITS = PRICE_DIGITS + QUANTITY_DIGITS;

/** A year's own quantity or price, where it is not the line's. */
const Year = z.strictObject({ quantity: z.unknown(), net_unit_price: z.unknown() }).partial();

const Line = z.strictObject({
  sku: z.string().min(1).max(64),
  quantity: z.unknown(),
  list_unit_price: z.unknown(),
  net_unit_price: z.unknown(),
  /** How many of the first months cost nothing. */
  months_free: z.unknown().optional(),
  /** By year of the term, from the first: what it says is that year's, what it leaves out is the line's. */
  ramp: z.array(Year).max(10).optional(),
});
const Lines = z.array(Line).min(1).max(MAX_LINES);

/** What is paid in a year of the term, per month: quantity and unit price in whole units of their digits. */
type YearPriced = { readonly quantity: bigint; readonly netUnitPrice: bigint };

export type QuoteLine = YearPriced & {
  readonly sku: string;
  readonly listUnitPrice: bigint;
  readonly monthsFree: number;
  /** By year, from the first; years after them are as the line says. */
  readonly ramp: readonly YearPriced[];
};

const MAX_MONTHS = 1_200;

/** `quote_lines`: the lines, or the first thing that keeps them from being read. */
export const lines: Field<readonly QuoteLine[]> = (raw) => {
  const given = listIn(raw);
  if (given === undefined) return { unread: `is no JSON text of lines, of at most ${MAX_LINES_CHARS} characters` };
  const shaped = Lines.safeParse(given);
  if (!shaped.success) {
    const [issue] = shaped.error.issues;
    const why = issue?.code === "unrecognized_keys" ? "holds something that no line has" : "is not as lines have it";
    return { unread: `${placeOf(issue?.path ?? [])} ${why}` };
  }
  const read = shaped.data.map(lineOf);
  const odd = read.find((line) => typeof line === "string");
  return typeof odd === "string" ? { unread: odd } : { value: read.filter((line) => typeof line !== "string") };
};

function listIn(raw: Json | undefined): unknown {
  if (Array.isArray(raw)) return raw;
  if (typeof raw !== "string" || raw.length > MAX_LINES_CHARS) return undefined;
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

/** `line 2, ramp`. */
function placeOf([index, name]: readonly PropertyKey[]): string {
  if (typeof index !== "number") return `holds no list of 1 to ${MAX_LINES} lines:`;
  return name === undefined ? `line ${index + 1}` : `line ${index + 1}, ${String(name)}`;
}

/** A line with its numbers, or why one of them cannot be read. */
function lineOf({ sku, months_free, ramp = [], ...own }: z.infer<typeof Line>, index: number): QuoteLine | string {
  const no = (name: string, why: string) => `line ${index + 1}, ${name} ${why}`;
  const quantity = unitsOf(own.quantity, QUANTITY_DIGITS);
  if (quantity === undefined || quantity === 0n)
    return no("quantity", "is no number over zero, as text with at most 4 decimals");
  const price = "is no price such as `10.00`, as text with at most 8 decimals";
  const listUnitPrice = unitsOf(own.list_unit_price, PRICE_DIGITS);
  if (listUnitPrice === undefined) return no("list_unit_price", price);
  if (listUnitPrice === 0n) return no("list_unit_price", "is zero: there is nothing that a discount could be off");
  const netUnitPrice = unitsOf(own.net_unit_price, PRICE_DIGITS);
  if (netUnitPrice === undefined) return no("net_unit_price", price);
  const monthsFree = months_free === undefined ? 0n : unitsOf(months_free, 0);
  if (monthsFree === undefined || monthsFree > BigInt(MAX_MONTHS)) return no("months_free", "is no number of months");
  const years = ramp.map((year) => yearOf(year, { quantity, netUnitPrice }));
  const oddYear = years.indexOf(undefined);
  if (oddYear >= 0)
    return no(`ramp, year ${oddYear + 1}`, "holds something else than a quantity and a price, decimals as text");
  const known = years.filter((year) => year !== undefined);
  return { sku, quantity, listUnitPrice, netUnitPrice, monthsFree: Number(monthsFree), ramp: known };
}

function yearOf(year: z.infer<typeof Year>, line: YearPriced): YearPriced | undefined {
  const quantity = year.quantity === undefined ? line.quantity : unitsOf(year.quantity, QUANTITY_DIGITS);
  const netUnitPrice =
    year.net_unit_price === undefined ? line.netUnitPrice : unitsOf(year.net_unit_price, PRICE_DIGITS);
  return quantity === undefined || netUnitPrice === undefined ? undefined : { quantity, netUnitPrice };
}

/** A decimal that is not negative, in units of ten to the minus `digits`: a text, or a whole number. */
function unitsOf(raw: unknown, digits: number): bigint | undefined {
  const given = typeof raw === "number" && Number.isSafeInteger(raw) ? String(raw) : raw;
  const decimal = typeof given === "string" ? parseDecimal(given.trim()) : undefined;
  const units = decimal && inUnits(decimal, digits);
  return units === undefined || units < 0n ? undefined : units;
}
