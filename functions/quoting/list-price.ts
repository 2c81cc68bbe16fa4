import { minorDigits } from "../../domain/currency.ts";
import { writeDate } from "../../domain/day.ts";
import { formatMinor, MAX_MINOR } from "../../domain/money.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Readings } from "../definition.ts";
import { bookAt, PRICES, priceDay, unitPriceOf, type BookPrice, type PriceOf } from "../shared/prices.ts";
import { baselineRemarks, baseMinor, FIRST_ACT } from "./baseline.ts";
import { LINE_DIGITS, type QuoteLine } from "./lines.ts";
import { overTerm, type Priced } from "./pricing.ts";

/** What of a quote tells its list price. */
export type Listed = Priced & { readonly quote_region?: string | null };

/** What a quote's discount is measured against. */
export type ListPrice = {
  /** In minor units; undefined where it is not known. */
  readonly minor: number | undefined;
  /** The quote's lines, at the list prices that they are measured against. */
  readonly lines: Priced["quote_lines"];
  /** Where it is not what the quote states. */
  readonly remarks: readonly string[];
  /** Whether the price book says it. */
  readonly byBook: boolean;
  /** Why it is not known though the quote can be read. */
  readonly why?: string;
};

/** What was read of the price book and of what was approved first. */
export type Known = { readonly book: JsonObject | undefined; readonly first: JsonObject | undefined };

export function knownIn(readings: Readings): Known {
  return { book: readings[PRICES]?.value, first: readings[FIRST_ACT]?.value };
}

/**
 * Where the company keeps a price book at that instant, the list price is the book's of each line, whatever the quote states, and a product
 * that is not in it leaves it unknown. Where it keeps none, it is the first one that was approved on the deal where that is higher,
 * else the quote's own. `at`: ISO 8601.
 */
export function listPriceOf(quote: Listed, known: Known, at: string): ListPrice {
  const book = bookAt(known.book, at);
  if (book !== undefined) return byBook(quote, book, at);
  const { first } = known;
  return {
    minor: baseMinor(quote, first),
    lines: quote.quote_lines,
    remarks: baselineRemarks(quote, first),
    byBook: false,
  };
}

function unknown(lines: Priced["quote_lines"], why?: string): ListPrice {
  return { minor: undefined, lines, remarks: [], byBook: true, ...(why !== undefined && { why }) };
}

function byBook(quote: Listed, book: readonly BookPrice[], at: string): ListPrice {
  const { quote_lines: lines, quote_term_months: term, quote_currency: currency, quote_list_price: stated } = quote;
  const { quote_region: region } = quote;
  if (lines === undefined || term === undefined || region === undefined || currency === undefined)
    return unknown(lines);
  if (lines === null)
    return unknown(lines, "quote_lines is not set: which products the price book is to price, nobody can say");
  const asked = { currency, region, per: term === null ? "once" : "month", day: priceDay(at) } as const;
  const booked: QuoteLine[] = [];
  for (const [index, line] of lines.entries()) {
    const listUnitPrice = unitPriceOf(book, { sku: line.sku, ...asked });
    if (listUnitPrice === undefined) return unknown(lines, whyNotBooked(index, { sku: line.sku, ...asked }));
    booked.push({ ...line, listUnitPrice });
  }
  const minor = sumMinor(booked, term, currency);
  if (minor === undefined)
    return unknown(lines, "quote_lines: at the price book's prices they come to more than can be counted");
  return { minor, lines: booked, remarks: bookRemarks(minor, stated, currency), byBook: true };
}

/** Rounded up to a minor unit, so that no fraction of one hides a discount. */
function sumMinor(lines: readonly QuoteLine[], term: number | null, currency: string): number | undefined {
  const perMinor = 10n ** BigInt(LINE_DIGITS - (minorDigits(currency) ?? 0));
  const sum = lines.reduce((all, line) => all + overTerm(line, term).list, 0n);
  const minor = (sum + perMinor - 1n) / perMinor;
  return minor > BigInt(MAX_MINOR) ? undefined : Number(minor);
}

function whyNotBooked(index: number, { sku, currency, region, per, day }: PriceOf): string {
  const where = region === null ? "" : ` in region \`${region}\``;
  const how = per === "once" ? "once" : "a month";
  return `quote_lines, line ${index + 1}: on ${writeDate(day)} the price book has no price of \`${sku}\` ${how} in ${currency}${where}`;
}

/** `measured against 100,000.00 USD, the list price by the price book; the quote states 86,000.00 USD`, where these differ. */
function bookRemarks(minor: number, stated: number | undefined, currency: string): readonly string[] {
  if (stated === undefined || stated === minor) return [];
  const [listed, said] = [formatMinor(minor, currency), formatMinor(stated, currency)];
  return [`the discount is measured against ${listed}, the list price by the price book; the quote states ${said}`];
}
