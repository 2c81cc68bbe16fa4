import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../domain/json.ts";
import { approveDiscount } from "../../functions/quoting/approve-discount.ts";
import { decimal, quoteInput, quoteRecord } from "../../functions/quoting/fixture.ts";
import { evidenceOf } from "../../functions/shared/fixture.ts";

/** A quote of a deal on which this was approved first, as the ledger tells it. */
function onDeal(record: JsonObject, first?: JsonObject) {
  const { evidence, action, at } = quoteInput(record);
  const readings = evidenceOf(first === undefined ? {} : { "ledger.first-act": first });
  return { evidence: { ...evidence, ...readings }, action, at };
}

const first = (listPriceMinor: number, currency = "USD") => ({
  quoteId: "Q-1",
  dealId: "1001",
  currency,
  listPriceMinor,
  netPriceMinor: 1,
  concessionsMinor: 0,
  replaces: null,
});

const priced = (listMinor: number, netMinor: number, changes: JsonObject = {}) =>
  quoteRecord({ quote_list_price: decimal(listMinor), quote_net_price: decimal(netMinor), ...changes });

describe("a discount is measured against the first list price that was approved on the deal", () => {
  test("14 % three times is 36.3944 %", () => {
    let listMinor = 10_000_000;
    const seen: unknown[] = [];
    for (let n = 0; n < 3; n += 1) {
      const netMinor = (listMinor * 86) / 100;
      const input = onDeal(priced(listMinor, netMinor), n === 0 ? undefined : first(10_000_000));
      seen.push(approveDiscount.facts(input)["effectiveDiscount"]);
      listMinor = netMinor;
    }
    expect(seen).toEqual([140_000, 260_400, 363_944]);
  });

  test.for([
    ["a cent lower than the list price now", 9_999_999, 120_000, 1_200_000, false],
    ["the list price now", 10_000_000, 120_000, 1_200_000, false],
    ["a cent higher: the share is rounded up", 10_000_001, 120_001, 1_200_001, true],
    ["twice the list price now", 20_000_000, 560_000, 11_200_000, true],
  ] as const)("that was %s", ([, listMinor, effectiveDiscount, discountAmount, isSaid]) => {
    const input = onDeal(priced(10_000_000, 8_800_000), first(listMinor));
    const facts = approveDiscount.facts(input);
    expect(facts).toMatchObject({ effectiveDiscount, discountAmount, listPrice: 10_000_000 });
    expect(approveDiscount.remarks(input)).toHaveLength(isSaid ? 1 : 0);
  });

  test("and the question says so", () => {
    expect(approveDiscount.remarks(onDeal(priced(8_600_000, 7_396_000), first(10_000_000)))).toEqual([
      "the discount is measured against 100,000.00 USD, the first list price that was approved on the deal",
    ]);
  });

  test("is not known where that was in another currency, and the question says why", () => {
    const input = onDeal(priced(8_600_000, 7_396_000), first(10_000_000, "EUR"));
    const facts = approveDiscount.facts(input);
    expect([facts["effectiveDiscount"], facts["discountAmount"]]).toEqual([undefined, undefined]);
    expect(approveDiscount.remarks(input)).toEqual([
      "the first list price that was approved on the deal is 100,000.00 EUR, in another currency than the quote",
    ]);
  });

  test("so that no first list price ever makes a discount smaller", () => {
    const minor = fc.integer({ min: 1, max: 900_000_000 });
    fc.assert(
      fc.property(minor, minor, minor, (listMinor, netMinor, firstMinor) => {
        const record = priced(listMinor, netMinor);
        const [without, measured] = [onDeal(record), onDeal(record, first(firstMinor))].map((input) =>
          Number(approveDiscount.facts(input)["effectiveDiscount"]),
        );
        expect(measured).toBeGreaterThanOrEqual(without ?? Number.NaN);
        expect(measured === without || firstMinor > listMinor).toBe(true);
      }),
    );
  });
});

describe("the customer that a quote counts for", () => {
  const customer = (domain?: string) => {
    const input = quoteInput(quoteRecord(domain === undefined ? {} : { customer_domain: domain }));
    return [approveDiscount.facts(input)["customer"], approveDiscount.unknown(input)["customer"]];
  };

  test.for([
    ["https://Shop.Acme.co.uk/products", "acme.co.uk"],
    ["jane@acme.example", "acme.example"],
  ] as const)("is of %s %s", ([domain, account]) => {
    expect(customer(domain)).toEqual([account, undefined]);
  });

  test("is nobody where the record names nobody, or a host where anybody has an address", () => {
    expect(customer()).toEqual([undefined, undefined]);
    expect(customer("")).toEqual([undefined, undefined]);
    expect(customer("jane@gmail.com")).toEqual([undefined, expect.stringMatching(/^customer_domain: /)]);
  });
});
