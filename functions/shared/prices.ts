import { z } from "zod";
import { dayAtUtc, parseDate } from "../../domain/day.ts";
import { inUnits, parseDecimal } from "../../domain/decimal.ts";
import type { Lookup } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import { CurrencyCode } from "../../domain/money.ts";

/** The reading of what the company's price book ever said of products, by its tool: for decisions only. */
export const PRICES = "ledger.prices";

/** Unit prices have at most this many decimals: usage is priced in fractions of a cent. */
export const PRICE_DIGITS = 8;

/** What a unit is priced by: once, or each month of a term. */
export const Per = z.enum(["once", "month"]);
export type Per = z.infer<typeof Per>;

/** A price of a price list, as it was put in. */
export const ListedPrice = z.strictObject({
  sku: z.string().min(1).max(64),
  currency: CurrencyCode,
  /** Empty: it holds wherever no region has a price of its own. */
  region: z.string().max(64),
  per: Per,
  /** The first day, in UTC, and the first day after; null: until another list takes its place. */
  from: z.iso.date(),
  until: z.iso.date().nullable(),
  /** A decimal over zero, in the currency's unit. */
  unitPrice: z.string().min(1).max(24),
});
export type ListedPrice = z.infer<typeof ListedPrice>;

/** The same with when the book had it: a later version of its list ended it. ISO 8601. */
const BookPrice = ListedPrice.extend({ setAt: z.iso.datetime(), endedAt: z.iso.datetime().nullable() });
export type BookPrice = z.infer<typeof BookPrice>;

/** `keptSince`: when the first price was put in; null where the company keeps no price book. */
const PricesReading = z.strictObject({ keptSince: z.iso.datetime().nullable(), prices: z.array(BookPrice) });
export type PricesReading = z.infer<typeof PricesReading>;

export function pricesLookup(skus: readonly string[]): Lookup {
  return { tool: PRICES, args: { skus: JSON.stringify([...new Set(skus)].sort()) } };
}

/** The book as it was at an instant. Undefined where none was kept then, or it was not read. */
export function bookAt(reading: JsonObject | undefined, at: string): readonly BookPrice[] | undefined {
  const read = PricesReading.safeParse(reading).data;
  if (read === undefined || read.keptSince === null || isAfter(read.keptSince, at)) return undefined;
  return read.prices.filter(({ setAt, endedAt }) => !isAfter(setAt, at) && (endedAt === null || isAfter(endedAt, at)));
}

function isAfter(one: string, other: string): boolean {
  return Date.parse(one) > Date.parse(other);
}

/** What a price is asked of. `region`: null where nobody says any. `day`: days since 1970-01-01, UTC. */
export type PriceOf = {
  readonly sku: string;
  readonly currency: string;
  readonly region: string | null;
  readonly per: Per;
  readonly day: number;
};

/**
 * The unit price, in units of ten to the minus `PRICE_DIGITS`: the region's own, else what holds everywhere; of several lists that
 * name it the highest, so that no list hides another's. Undefined where the book has none.
 */
export function unitPriceOf(book: readonly ListedPrice[], asked: PriceOf): bigint | undefined {
  const held = book.filter((price) => isOf(price, asked));
  const own = held.filter(({ region }) => region !== "" && sameRegion(region, asked.region ?? ""));
  const prices = (own.length > 0 ? own : held.filter(({ region }) => region === "")).flatMap(
    (price) => unitsOf(price) ?? [],
  );
  return prices.reduce<bigint | undefined>(
    (most, price) => (most === undefined || price > most ? price : most),
    undefined,
  );
}

function isOf(price: ListedPrice, { sku, currency, per, day }: PriceOf): boolean {
  return price.sku === sku && price.currency === currency && price.per === per && holdsOn(price, day);
}

function holdsOn({ from, until }: ListedPrice, day: number): boolean {
  const [first, end] = [parseDate(from), until === null ? Infinity : parseDate(until)];
  return first !== undefined && end !== undefined && first <= day && day < end;
}

export function sameRegion(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

/** The price in whole units of its digits. Undefined for what is no price over zero. */
export function unitsOf({ unitPrice }: Pick<ListedPrice, "unitPrice">): bigint | undefined {
  const decimal = parseDecimal(unitPrice);
  const units = decimal && inUnits(decimal, PRICE_DIGITS);
  return units === undefined || units <= 0n ? undefined : units;
}

/** The day that prices are looked up for at an instant. */
export function priceDay(at: string): number {
  return dayAtUtc(at);
}
