import type { JsonObject } from "../../domain/json.ts";
import type { FactInput } from "../definition.ts";
import { evidenceOf, FIXTURE_AT } from "../shared/fixture.ts";
import type { BookPrice, ListedPrice, PricesReading } from "../shared/prices.ts";
import { putPriceList } from "./put-price-list.ts";

/** A list of 40 prices, eight of them lower by 12 % at most. */
export function priceListRecord(changes: JsonObject = {}): JsonObject {
  return {
    list: "emea-2026",
    batch: "bat_1",
    digest: "ab".repeat(32),
    sent_by: "sam",
    state: "sent",
    prices: 40,
    added: 2,
    raised: 30,
    lowered: 8,
    dropped: 0,
    largest_fall_ppm: 120_000,
    fault: "",
    ...changes,
  };
}

/** What the decision knows of it when the proposal is what was sent. */
export function priceListInput(record: JsonObject): FactInput {
  return {
    evidence: evidenceOf({ "programme.record": record }),
    action: putPriceList.requested(record),
    at: FIXTURE_AT,
  };
}

/** A price of `CORE`: 50.00 USD a month, everywhere, from the year's first day on. */
export function listedPrice(changes: Partial<ListedPrice> = {}): ListedPrice {
  const of = { sku: "CORE", currency: "USD", region: "", per: "month" } as const;
  return { ...of, from: "2026-01-01", until: null, unitPrice: "50.00", ...changes };
}

/** A price book that has been kept since 2025, as it is read. */
export function bookOf(...prices: readonly Partial<BookPrice>[]): PricesReading {
  const setAt = "2025-12-01T00:00:00.000Z";
  return { keptSince: setAt, prices: prices.map((price) => ({ ...listedPrice(), setAt, endedAt: null, ...price })) };
}
