import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../domain/json.ts";
import { knownFacts } from "../../functions/known-facts.ts";
import { bookOf, listedPrice } from "../../functions/price-book/fixture.ts";
import { approveDiscount } from "../../functions/quoting/approve-discount.ts";
import { quoteInput, quoteRecord } from "../../functions/quoting/fixture.ts";
import { evidenceOf } from "../../functions/shared/fixture.ts";
import { unitPriceOf, unitsOf, type BookPrice } from "../../functions/shared/prices.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import { policyOf } from "../fixtures/policy.ts";

const quoting = policyOf("quoting");
const AT = "2026-03-02T09:00:00.000Z";

const line = (changes: JsonObject = {}): JsonObject => ({
  sku: "CORE",
  quantity: "100",
  list_unit_price: "1000.00",
  net_unit_price: "880.00",
  ...changes,
});
const lined = (changes: JsonObject = {}, ...lines: readonly JsonObject[]) =>
  quoteRecord({ quote_lines: JSON.stringify(lines.length === 0 ? [line()] : lines), ...changes });

/** A quote of a company whose book says this of its products, decided at an instant. */
function told(record: JsonObject, book: JsonObject, { at = AT, first }: { at?: string; first?: JsonObject } = {}) {
  const { evidence, action } = quoteInput(record);
  const read = { "ledger.prices": book, ...(first !== undefined && { "ledger.first-act": first }) };
  const input = { evidence: { ...evidence, ...evidenceOf(read) }, action, at };
  const { facts, unknown } = knownFacts(approveDiscount, input);
  const { effectiveDiscount, worstLineDiscount, discountAmount, listPrice } = facts;
  const known = { effectiveDiscount, worstLineDiscount, discountAmount, listPrice };
  return { facts, known, why: [...new Set(Object.values(unknown))], remarks: approveDiscount.remarks(input) };
}

const once = (changes: Partial<BookPrice> = {}): Partial<BookPrice> => ({
  per: "once",
  unitPrice: "1000.00",
  ...changes,
});
const asStated = {
  effectiveDiscount: 120_000,
  worstLineDiscount: 120_000,
  discountAmount: 1_200_000,
  listPrice: 10_000_000,
};
const nothingKnown = {
  effectiveDiscount: undefined,
  worstLineDiscount: undefined,
  discountAmount: undefined,
  listPrice: undefined,
};
const lacks = (sku: string, more = " once in USD") =>
  `quote_lines, line 1: on 2026-03-02 the price book has no price of \`${sku}\`${more}`;

describe("where the company keeps a price book, a discount is measured against it", () => {
  test("which changes nothing where the quote states its prices", () => {
    expect(told(lined(), bookOf(once()))).toMatchObject({ known: asStated, why: [], remarks: [] });
  });

  test.for([
    ["a cent per unit more than the quote states", "1000.01", 120_009, 10_000_100],
    ["a cent per unit less", "999.99", 119_992, 9_999_900],
    ["a quarter more: the quote states too low a list price", "1250.00", 296_000, 12_500_000],
    ["much less: the quote states too high a list price", "880.00", 0, 8_800_000],
    ["less than is paid", "800.00", 0, 8_000_000],
  ] as const)("%s", ([, unitPrice, effectiveDiscount, listPrice]) => {
    const { known, remarks } = told(lined(), bookOf(once({ unitPrice })));
    expect(known).toMatchObject({ effectiveDiscount, listPrice });
    expect(remarks).toEqual([
      expect.stringMatching(
        /^the discount is measured against .*, the list price by the price book; the quote states 100,000\.00 USD$/,
      ),
    ]);
  });

  test("so that 14 % three times on a list price that falls is 36.3944 %, with nothing approved before", () => {
    const seen = ["1000.00", "860.00", "739.60"].map((stated, n) => {
      const net = ["860.00", "739.60", "636.056"][n] ?? "";
      const totals = {
        quote_list_price: `${Number(stated) * 100}`,
        quote_net_price: ["86000.00", "73960.00", "63605.60"][n] ?? "",
      };
      return told(lined(totals, line({ list_unit_price: stated, net_unit_price: net })), bookOf(once())).known
        .effectiveDiscount;
    });
    expect(seen).toEqual([140_000, 260_400, 363_944]);
  });

  test("and not against what was approved first: fewer units are no discount", () => {
    const first = { currency: "USD", listPriceMinor: 20_000_000 };
    expect(told(lined(), bookOf(once()), { first }).known).toEqual(asStated);
  });

  test("line by line", () => {
    const record = lined({}, line({ quantity: 50 }), line({ sku: "ADD", quantity: 50 }));
    const { known } = told(record, bookOf(once(), once({ sku: "ADD", unitPrice: "1100.00" })));
    expect(known).toEqual({
      effectiveDiscount: 161_905,
      worstLineDiscount: 200_000,
      discountAmount: 1_700_000,
      listPrice: 10_500_000,
    });
  });

  test("over the months of a term, by the month's price", () => {
    const record = lined({ quote_term_months: "10" }, line({ quantity: 10 }));
    expect(told(record, bookOf(once({ unitPrice: "1.00" }), { unitPrice: "1000.00" })).known).toEqual(asStated);
  });
});

describe("what the book does not have is not known, and asks a person", () => {
  test.for([
    ["a product that it never had", lined(), bookOf(once({ sku: "ADD" })), lacks("CORE")],
    ["a product in another currency", lined(), bookOf(once({ currency: "EUR" })), lacks("CORE")],
    ["a product that is priced by the month", lined(), bookOf({}), lacks("CORE")],
    [
      "a product that is priced once, where the quote has a term",
      lined({ quote_term_months: "10" }, line({ quantity: 10 })),
      bookOf(once()),
      lacks("CORE", " a month in USD"),
    ],
    ["a price that begins tomorrow", lined(), bookOf(once({ from: "2026-03-03" })), lacks("CORE")],
    ["a price that ended today", lined(), bookOf(once({ until: "2026-03-02" })), lacks("CORE")],
    ["a price of a region, where the quote names none", lined(), bookOf(once({ region: "dach" })), lacks("CORE")],
    [
      "a price of another region",
      lined({ quote_region: "nordics" }),
      bookOf(once({ region: "dach" })),
      lacks("CORE", " once in USD in region `nordics`"),
    ],
    ["an empty book that was begun", lined(), bookOf(), lacks("CORE")],
    [
      "a quote that names no products",
      quoteRecord(),
      bookOf(once()),
      "quote_lines is not set: which products the price book is to price, nobody can say",
    ],
  ] as const)("%s", async ([, record, book, reason]) => {
    const { facts, known, why } = told(record, book);
    expect({ known, why }).toEqual({ known: nothingKnown, why: [reason] });
    expect((await evaluate(quoting, facts)).kind).toBe("escalate");
  });

  test("a product that the book lacks is no way around the ceiling: what blocks for certain blocks", async () => {
    const { facts } = told(lined({ quote_floor_price: "90000.00" }), bookOf());
    expect((await evaluate(quoting, facts)).kind).toBe("block");
  });
});

describe("which price holds", () => {
  test.for([
    ["on its first day", once({ from: "2026-03-02" })],
    ["on its last day", once({ until: "2026-03-03" })],
    ["in a region that has none of its own", once()],
    ["in its region, however that is written", once({ region: " DACH" })],
  ] as const)("%s", ([, price]) => {
    expect(told(lined({ quote_region: "dach" }), bookOf(price)).known).toEqual(asStated);
  });

  test("a region's own goes before what holds everywhere, be it lower", () => {
    const book = bookOf(once({ unitPrice: "2000.00" }), once({ region: "dach" }));
    expect(told(lined({ quote_region: "dach" }), book).known).toEqual(asStated);
  });

  test("of two lists the higher one", () => {
    expect(told(lined(), bookOf(once({ unitPrice: "900.00" }), once(), once({ unitPrice: "10.00" }))).known).toEqual(
      asStated,
    );
  });

  test.for([
    ["just before it was put in", "2026-03-02T08:59:59.999Z", false],
    ["when it was", "2026-03-02T09:00:00.000Z", true],
    ["just before another version of its list took its place", "2026-03-02T09:59:59.999Z", true],
    ["when one did", "2026-03-02T10:00:00.000Z", false],
  ] as const)("a decision of %s", ([, at, isKnown]) => {
    const book = bookOf(once({ setAt: "2026-03-02T09:00:00.000Z", endedAt: "2026-03-02T10:00:00.000Z" }));
    expect(told(lined(), book, { at }).known).toEqual(isKnown ? asStated : nothingKnown);
  });

  test("whatever days, regions and currencies prices have: the highest of those that hold, and none but these", () => {
    const price = fc.record({
      from: fc.integer({ min: 1, max: 9 }),
      days: fc.option(fc.integer({ min: 1, max: 9 })),
      currency: fc.constantFrom("USD", "EUR"),
      region: fc.constantFrom("", "dach", "nordics"),
      minor: fc.integer({ min: 1, max: 9 }),
    });
    const asked = fc.record({
      day: fc.integer({ min: 0, max: 19 }),
      currency: fc.constantFrom("USD", "EUR"),
      region: fc.constantFrom(null, "dach", "Nordics"),
    });
    const text = (day: number) => `2026-01-${String(day).padStart(2, "0")}`;
    fc.assert(
      fc.property(fc.array(price, { maxLength: 8 }), asked, (prices, { day, currency, region }) => {
        const book = prices.map(({ from, days, minor, ...own }) =>
          listedPrice({
            ...own,
            from: text(from),
            until: days === null ? null : text(from + days),
            unitPrice: `${minor}`,
          }),
        );
        const first = Date.parse("2026-01-01T00:00:00Z") / 86_400_000 - 1;
        const found = unitPriceOf(book, { sku: "CORE", per: "month", currency, region, day: first + day });
        const holding = prices.filter(
          (one) => one.currency === currency && one.from <= day && (one.days === null || day < one.from + one.days),
        );
        const own = holding.filter((one) => one.region !== "" && one.region === region?.toLowerCase());
        const those = own.length > 0 ? own : holding.filter((one) => one.region === "");
        const most =
          those.length === 0 ? undefined : unitsOf({ unitPrice: `${Math.max(...those.map(({ minor }) => minor))}` });
        expect(found).toBe(most);
      }),
    );
  });
});

describe("without a price book nothing is otherwise", () => {
  test.for([
    ["none was ever put in", { keptSince: null, prices: [] }],
    [
      "the first came after the decision",
      { ...bookOf(once({ unitPrice: "5000.00" })), keptSince: "2026-03-02T09:00:00.001Z" },
    ],
    ["it was not read", {}],
  ] as const)("%s", ([, book]) => {
    const first = { currency: "USD", listPriceMinor: 20_000_000 };
    expect(told(quoteRecord(), book).known).toEqual(asStated);
    expect(told(lined(), book, { first }).known).toMatchObject({ effectiveDiscount: 560_000, listPrice: 10_000_000 });
  });
});

test("whatever a quote states, no discount looks smaller than it is by the book", () => {
  const amount = fc.integer({ min: 1, max: 400_000 });
  fc.assert(
    fc.property(amount, amount, amount, fc.integer({ min: 1, max: 50 }), (stated, net, booked, quantity) => {
      const units = (minor: number) => (minor / 100).toFixed(2);
      const record = lined(
        { quote_list_price: units(stated * quantity), quote_net_price: units(net * quantity) },
        line({ quantity, list_unit_price: units(stated), net_unit_price: units(net) }),
      );
      const { effectiveDiscount, worstLineDiscount } = told(record, bookOf(once({ unitPrice: units(booked) }))).known;
      const [part, whole] = [BigInt(booked - net) * 1_000_000n, BigInt(booked)];
      const exact = part <= 0n ? 0n : (part + whole - 1n) / whole;
      expect([effectiveDiscount, worstLineDiscount]).toEqual([Number(exact), Number(exact)]);
    }),
  );
});
