import { z } from "zod";
import type { Lookup } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import { CurrencyCode, formatMinor, MAX_MINOR } from "../../domain/money.ts";

/** The reading of what was approved first on a deal, from our own ledger, by its tool. */
export const FIRST_ACT = "ledger.first-act";

/** The first list price that was approved on a deal. What is not read of it here is whatever else was approved with it. */
const Baseline = z.object({ currency: CurrencyCode, listPriceMinor: z.int().min(0).max(MAX_MINOR) });
type Baseline = z.infer<typeof Baseline>;

/** What a quote's discount is measured against, as far as it is known. */
type Listed = { readonly quote_list_price?: number | undefined; readonly quote_currency?: string | undefined };

export function baselineLookup(dealId: string): Lookup {
  return {
    tool: FIRST_ACT,
    args: { functionId: "quoting", objectType: "deal", objectId: dealId, tool: "quotes.approve-discount" },
  };
}

function baselineIn(reading: JsonObject | undefined): Baseline | undefined {
  return Baseline.safeParse(reading).data;
}

/**
 * The list price that a discount is measured against, in minor units: the first one that was approved on the deal where that is
 * higher, so that a list price which falls from quote to quote hides nothing. Undefined where the two cannot be compared.
 */
export function baseMinor(
  { quote_list_price: list, quote_currency: currency }: Listed,
  reading: JsonObject | undefined,
) {
  const first = baselineIn(reading);
  if (first === undefined || list === undefined) return list;
  return first.currency === currency ? Math.max(list, first.listPriceMinor) : undefined;
}

/** `100,000.00 USD`, the first list price that was approved; undefined where nothing was. */
export function firstListPrice(reading: JsonObject | undefined): string | undefined {
  const first = baselineIn(reading);
  return first && formatMinor(first.listPriceMinor, first.currency);
}

/** `measured against 100,000.00 USD, the first list price that was approved on the deal`, where it is. */
export function baselineRemarks(quote: Listed, reading: JsonObject | undefined): readonly string[] {
  const first = baselineIn(reading);
  if (first === undefined || baseMinor(quote, reading) === quote.quote_list_price) return [];
  const listed = formatMinor(first.listPriceMinor, first.currency);
  return first.currency === quote.quote_currency
    ? [`the discount is measured against ${listed}, the first list price that was approved on the deal`]
    : [`the first list price that was approved on the deal is ${listed}, in another currency than the quote`];
}
