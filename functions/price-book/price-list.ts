import { z } from "zod";
import { minorDigits } from "../../domain/currency.ts";
import { parseDate } from "../../domain/day.ts";
import { CurrencyCode } from "../../domain/money.ts";
import { exactSharePpm } from "../../domain/ppm.ts";
import type { Aggregate } from "../definition.ts";
import { Per, unitPriceOf, unitsOf, type ListedPrice } from "../shared/prices.ts";

/** Most prices of one list: what one person can be asked to answer for at a time. A larger book has several lists. */
export const MOST_PRICES = 2_000;

export const ListId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "expected a list's id such as `emea-2026`");

/** A row of a batch of `price-list`: a product's price in a list. All texts; an empty cell of a CSV is none. */
export const PriceRow = z.strictObject({
  list: ListId,
  sku: z.string().trim().min(1).max(64),
  currency: CurrencyCode.refine((code) => minorDigits(code) !== undefined, "is no currency of ISO 4217"),
  region: z.string().min(1).max(64).optional(),
  per: Per,
  from: z.iso.date(),
  until: z.iso.date().optional(),
  unit_price: z
    .string()
    .regex(/^\d{1,12}(\.\d{1,8})?$/, "expected a price such as `50.00`, as text with at most 8 decimals")
    .refine((price) => !/^[0.]*$/.test(price), "a price is over zero"),
});

/** The prices of a list in the order of their rows, of which the first `MOST_PRICES` are kept. */
export type PriceList = { readonly count: number; readonly prices: readonly ListedPrice[] };

export const priceListAggregate: Aggregate<typeof PriceRow, PriceList> = {
  row: PriceRow,
  by: "list",
  start: { count: 0, prices: [] },
  add: ({ count, prices }, { sku, currency, region = "", per, from, until = null, unit_price: unitPrice }) => ({
    count: count + 1,
    prices: count < MOST_PRICES ? [...prices, { sku, currency, region, per, from, until, unitPrice }] : prices,
  }),
  reading: (list) => ({ ...list }),
};

/** What two prices are both of. */
function keyOf({ sku, currency, region, per }: ListedPrice): string {
  return JSON.stringify([sku, currency, region.trim().toLowerCase(), per]);
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Days from the first to the one after the last. */
function term({ from, until }: ListedPrice): readonly [number, number] {
  return [parseDate(from) ?? 0, until === null ? Infinity : (parseDate(until) ?? 0)];
}

/** Why a list cannot be put in force as it is, in a clause; empty where it can. */
export function faultOf({ count, prices }: PriceList): string {
  if (count > MOST_PRICES) return `it has ${count} prices, and at most ${MOST_PRICES} can be put in force at once`;
  const backwards = prices.find((price) => term(price)[1] <= term(price)[0]);
  if (backwards !== undefined) return `a price of \`${backwards.sku}\` ends on ${backwards.until}, before it begins`;
  const ordered = prices.toSorted(
    (one, other) => compareTexts(keyOf(one), keyOf(other)) || term(one)[0] - term(other)[0],
  );
  for (const [index, price] of ordered.entries()) {
    const next = ordered[index + 1];
    if (next !== undefined && keyOf(next) === keyOf(price) && term(next)[0] < term(price)[1]) {
      return `two prices of \`${price.sku}\` hold on ${next.from}`;
    }
  }
  return "";
}

/** What a list changes. Counts of prices; `largestFallPpm` is of the price before, rounded up. */
export type Changed = {
  readonly added: number;
  readonly raised: number;
  readonly lowered: number;
  readonly dropped: number;
  readonly largestFallPpm: number;
};

/**
 * What of the book is otherwise once the list is in force: each of its prices beside the one that holds in the book on its first
 * day, or today where that is later; and prices of the list as it was that it no longer has. `book`: as it is now. `list`: this one's part of it.
 * `today`: days since 1970-01-01.
 */
export function changedBy(
  prices: readonly ListedPrice[],
  {
    book,
    list,
    today,
  }: { readonly book: readonly ListedPrice[]; readonly list: readonly ListedPrice[]; readonly today: number },
): Changed {
  const bySku = new Map<string, ListedPrice[]>();
  for (const price of book) bySku.set(price.sku, [...(bySku.get(price.sku) ?? []), price]);
  const falls: number[] = [];
  let [added, raised] = [0, 0];
  for (const price of prices) {
    const day = Math.max(parseDate(price.from) ?? today, today);
    const { region } = price;
    const before = unitPriceOf(bySku.get(price.sku) ?? [], { ...price, region: region === "" ? null : region, day });
    const now = unitsOf(price) ?? 0n;
    if (before === undefined) added += 1;
    else if (now > before) raised += 1;
    else if (now < before) falls.push(exactSharePpm(before - now, before));
  }
  const kept = new Set(prices.map(keyOf));
  const dropped = list.filter((price) => term(price)[1] > today && !kept.has(keyOf(price))).length;
  return { added, raised, lowered: falls.length, dropped, largestFallPpm: Math.max(0, ...falls) };
}
