import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agent } from "../../functions/price-book/agent.ts";
import { listedPrice, priceListInput, priceListRecord } from "../../functions/price-book/fixture.ts";
import {
  changedBy,
  faultOf,
  MOST_PRICES,
  priceListAggregate,
  PriceRow,
  type PriceList,
} from "../../functions/price-book/price-list.ts";
import { putPriceList } from "../../functions/price-book/put-price-list.ts";
import type { ListedPrice } from "../../functions/shared/prices.ts";
import { priceRow } from "../fixtures/price-lists.ts";

describe("a row of a price list", () => {
  test.for([
    ["a price", {}],
    ["eight decimals", { unit_price: "0.00000001" }],
    ["a region and an end", { region: "dach", until: "2027-01-01" }],
  ] as const)("is read: %s", ([, changes]) => {
    expect(PriceRow.safeParse(priceRow(changes)).success).toBe(true);
  });

  test.for([
    ["nine decimals", { unit_price: "0.000000001" }],
    ["a price of nothing", { unit_price: "0.00" }],
    ["a negative price", { unit_price: "-1.00" }],
    ["a number in place of a text", { unit_price: 50 }],
    ["another locale's price", { unit_price: "1.000,00" }],
    ["no currency of ISO 4217", { currency: "XXQ" }],
    ["a currency in small letters", { currency: "usd" }],
    ["no day", { from: "2026-02-30" }],
    ["a price that nobody knows the term of", { per: "year" }],
    ["a list named like a domain", { list: "emea.example" }],
    ["a column that no row has", { net_price: "1.00" }],
  ] as const)("is not read: %s", ([, changes]) => {
    expect(PriceRow.safeParse(priceRow(changes)).success).toBe(false);
  });
});

const listOf = (...prices: readonly Partial<ListedPrice>[]): PriceList => ({
  count: prices.length,
  prices: prices.map(listedPrice),
});

describe("a list is whole", () => {
  test.for([
    ["with one price", listOf({}), ""],
    ["when a price follows on the day another ends", listOf({ until: "2026-07-01" }, { from: "2026-07-01" }), ""],
    ["with the same product by month and once", listOf({}, { per: "once" }), ""],
    ["with the same product in two currencies", listOf({}, { currency: "EUR" }), ""],
    ["with the same product in a region", listOf({}, { region: "dach" }), ""],
    [
      "unless two prices hold for a day together",
      listOf({ until: "2026-07-02" }, { from: "2026-07-01" }),
      "two prices of `CORE` hold on 2026-07-01",
    ],
    [
      "unless two prices without an end follow each other",
      listOf({ from: "2026-07-01" }, {}),
      "two prices of `CORE` hold on 2026-07-01",
    ],
    [
      "unless two prices of a region are written otherwise",
      listOf({ region: "DACH " }, { region: "dach" }),
      "two prices of `CORE` hold on 2026-01-01",
    ],
    [
      "unless a price ends before it begins",
      listOf({ until: "2026-01-01" }),
      "a price of `CORE` ends on 2026-01-01, before it begins",
    ],
    [
      "unless it has more prices than are kept",
      { count: MOST_PRICES + 1, prices: [] },
      `it has ${MOST_PRICES + 1} prices, and at most ${MOST_PRICES} can be put in force at once`,
    ],
  ] as const)("%s", ([, list, fault]) => {
    expect(faultOf(list)).toBe(fault);
  });

  test("whatever days its prices have: exactly when on no day two of them hold", () => {
    const day = fc.integer({ min: 1, max: 9 });
    const prices = fc.array(fc.tuple(day, fc.option(day)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(prices, (terms) => {
        const text = (n: number) => `2026-01-0${n}`;
        const given = terms.map(([from, until]) => ({ from: text(from), until: until === null ? null : text(until) }));
        const counts = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(
          (n) => terms.filter(([from, until]) => from <= n && (until === null || n < until)).length,
        );
        const isBackwards = terms.some(([from, until]) => until !== null && until <= from);
        expect(faultOf(listOf(...given)) === "").toBe(!isBackwards && Math.max(...counts) < 2);
      }),
    );
  });
});

test("what comes in bulk is folded in the order of its rows, and no more is kept than one person can answer for", () => {
  const of = priceListAggregate;
  const row = (n: number) => PriceRow.parse(priceRow({ sku: `S-${n}` }));
  const window = { from: "2026-01-01T00:00:00.000Z", until: "2026-02-01T00:00:00.000Z" };
  const two = of.add(of.add(of.start, row(1)), row(2));
  expect(of.reading(two, window)).toEqual({
    count: 2,
    prices: ["S-1", "S-2"].map((sku) => listedPrice({ sku, per: "once", unitPrice: "1000.00" })),
  });
  const full = { count: MOST_PRICES, prices: Array.from({ length: MOST_PRICES }, () => listedPrice()) };
  expect(of.add(full, row(3))).toEqual({ count: MOST_PRICES + 1, prices: full.prices });
});

describe("what a list changes", () => {
  const today = 20_513; // 2026-03-01
  const changed = (prices: readonly Partial<ListedPrice>[], book: readonly Partial<ListedPrice>[], list = book) =>
    changedBy(prices.map(listedPrice), { book: book.map(listedPrice), list: list.map(listedPrice), today });
  const nothing = { added: 0, raised: 0, lowered: 0, dropped: 0, largestFallPpm: 0 };

  test.for([
    ["nothing, where it says the same", [{}], [{}], nothing],
    ["the same price in other digits is the same", [{ unitPrice: "50" }], [{}], nothing],
    ["a product that the book has not is new", [{ sku: "ADD" }, {}], [{}], { ...nothing, added: 1 }],
    ["a unit of the last digit more is higher", [{ unitPrice: "50.00000001" }], [{}], { ...nothing, raised: 1 }],
    ["a fall of a tenth", [{ unitPrice: "45.00" }], [{}], { ...nothing, lowered: 1, largestFallPpm: 100_000 }],
    [
      "the smallest fall counts as a millionth",
      [{ unitPrice: "49.99999999" }],
      [{}],
      { ...nothing, lowered: 1, largestFallPpm: 1 },
    ],
    ["a price that the list has no longer", [{}], [{}, { sku: "OLD" }], { ...nothing, dropped: 1 }],
    ["one that had ended is not missed", [{}], [{}, { sku: "OLD", until: "2026-03-01" }], nothing],
    ["one that ends tomorrow is", [{}], [{}, { sku: "OLD", until: "2026-03-02" }], { ...nothing, dropped: 1 }],
    [
      "a later price is held against what the book says of its first day",
      [{ from: "2026-09-01", unitPrice: "60.00" }, { until: "2026-09-01" }],
      [{ until: "2026-09-01" }, { from: "2026-09-01", unitPrice: "80.00" }],
      { ...nothing, lowered: 1, largestFallPpm: 250_000 },
    ],
  ] as const)("%s", ([, prices, book, expected]) => {
    expect(changed(prices, book)).toEqual(expected);
  });

  test("other lists' prices are what it is held against, and are not missed from it", () => {
    expect(changed([{ unitPrice: "40.00" }], [{}], [])).toEqual({ ...nothing, lowered: 1, largestFallPpm: 200_000 });
  });
});

describe("the facts", () => {
  const facts = {
    whole: true,
    prices: 40,
    dropped: 0,
    lowered: 8,
    largestFall: 120_000,
    proposedAsRequested: true,
    requester: "sam",
  };

  test("are the record's and what is proposed", () => {
    expect(putPriceList.facts(priceListInput(priceListRecord()))).toEqual(facts);
  });

  test("a list with a fault is not whole, and the question says why", () => {
    const input = priceListInput(priceListRecord({ fault: "3 rows of its batch could not be read" }));
    expect(putPriceList.facts(input)).toEqual({ ...facts, whole: false });
    expect(putPriceList.remarks(input)).toEqual([
      "40 prices: 2 new, 30 higher, 8 lower, the largest fall 12 %, 0 no longer in it",
      "3 rows of its batch could not be read",
    ]);
  });

  test("another batch than was sent is not as requested", () => {
    const { evidence, action, at } = priceListInput(priceListRecord());
    const other = { ...action, args: { ...action.args, batch: "bat_2" } };
    expect(putPriceList.facts({ evidence, action: other, at })).toEqual({ ...facts, proposedAsRequested: false });
  });

  test("nothing is known without the record", () => {
    const { action, at } = priceListInput(priceListRecord());
    expect(putPriceList.facts({ evidence: {}, action, at })).toEqual({});
  });
});

test("people read what is asked, and what it changes", () => {
  const record = priceListRecord();
  const { args } = priceListInput(record).action;
  expect(putPriceList.describe(args)).toBe("Price list emea-2026 of batch bat_1 is to be put in force");
  const briefing = {
    readings: { "programme.record": record },
    requested: putPriceList.requested(record),
    facts: {},
    at: "",
  };
  expect(agent.findings(briefing).map(({ statement }) => statement)).toEqual([
    "Price list emea-2026 has 40 prices: 2 new, 30 higher, 8 lower, the largest fall 12 %, 0 no longer in it.",
  ]);
});
