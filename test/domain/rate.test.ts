import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { currencyCodes, minorDigits } from "../../domain/currency.ts";
import { MAX_MINOR } from "../../domain/money.ts";
import { converted, elsewhereIn, elsewhereName, parseRate, rateFor, writeRate } from "../../domain/rate.ts";

const rateOf = (line: string) => {
  const rate = parseRate(line);
  if (rate === undefined) throw new Error(line);
  return rate;
};

describe("a rate", () => {
  test.for(["2026-03-20 EUR USD 1.0842 ECB", "2026-03-20 JPY USD 0.0067 a.b-c", "2026-03-20 CLF KWD 12 X"])(
    "%s reads back as it is written",
    (line) => {
      expect(writeRate(rateOf(line))).toBe(line);
    },
  );

  test.for([
    "2026-02-30 EUR USD 1.0842 ECB",
    "2026-03-20 EUR EUR 1 ECB",
    "2026-03-20 EUR XAU 1 ECB",
    "2026-03-20 EUR USX 1 ECB",
    "2026-03-20 EUR USD 1.0840 ECB",
    "2026-03-20 EUR USD 01.08 ECB",
    "2026-03-20 EUR USD 0 ECB",
    "2026-03-20 EUR USD -1 ECB",
    "2026-03-20 EUR USD 1e3 ECB",
    "2026-03-20 EUR USD 1.0842",
    " 2026-03-20 EUR USD 1.0842 ECB",
  ])("%s is none", (line) => {
    expect(parseRate(line)).toBeUndefined();
  });
});

describe("an amount at a rate", () => {
  test.for([
    [10_000, "EUR USD 1.0842", 10_842],
    [1, "EUR USD 1.0842", 2],
    [0, "EUR USD 1.0842", 0],
    [1_000, "JPY USD 0.0067", 670],
    [1, "JPY USD 0.0067", 1],
    [1_000, "KWD USD 3.25", 325],
    [1, "USD JPY 149.5", 2],
    [100, "USD JPY 149.5", 150],
    [10_000, "CLF USD 41.3", 4_130],
    [1, "EUR USD 0.00000000001", 1],
  ] as const)("%i minor units at %s are %i, rounded up", ([minor, pair, expected]) => {
    expect(converted(minor, rateOf(`2026-03-20 ${pair} X`))).toBe(expected);
  });

  const code = fc.constantFrom(...currencyCodes);
  const decimal = fc.tuple(fc.bigInt(1n, 999_999n), fc.integer({ min: 0, max: 6 }));

  test("is the least whole number of minor units that is not less than what it is worth", () => {
    fc.assert(
      fc.property(
        code,
        code,
        decimal,
        fc.integer({ min: 0, max: 10_000_000 }),
        (from, to, [coefficient, places], minor) => {
          const rate = { day: 0, from, to, text: "", source: "", rate: { coefficient, exponent: -places } };
          const found = converted(minor, rate);
          // minor / 10^from * coefficient / 10^places = worth / 10^to, multiplied out.
          const worth = BigInt(minor) * coefficient * 10n ** BigInt(minorDigits(to) ?? 0);
          const unit = 10n ** BigInt(places + (minorDigits(from) ?? 0));
          const isLeast = (least: number) => BigInt(least) * unit >= worth && BigInt(least - 1) * unit < worth;
          expect(found === undefined ? worth > BigInt(MAX_MINOR) * unit : isLeast(found)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("never shrinks when the amount or the rate grows", () => {
    fc.assert(
      fc.property(decimal, fc.nat({ max: 1_000_000 }), fc.nat({ max: 1_000 }), ([coefficient, places], minor, more) => {
        const at = (by: bigint) => ({
          day: 0,
          from: "EUR",
          to: "USD",
          text: "",
          source: "",
          rate: { coefficient: coefficient + by, exponent: -places },
        });
        const of = (amount: number, by: bigint) => converted(amount, at(by)) ?? Infinity;
        expect(of(minor + more, 0n) >= of(minor, 0n)).toBe(true);
        expect(of(minor, BigInt(more)) >= of(minor, 0n)).toBe(true);
      }),
    );
  });

  test("is none beyond what can be counted", () => {
    expect(converted(MAX_MINOR, rateOf("2026-03-20 EUR USD 1 X"))).toBe(MAX_MINOR);
    expect(converted(MAX_MINOR, rateOf("2026-03-20 EUR USD 1.000000000001 X"))).toBeUndefined();
  });
});

describe("of several rates an amount is taken at", () => {
  const day = rateOf("2026-03-20 EUR USD 1 X").day;
  const lines = [
    "2026-03-13 EUR USD 1.09 ECB",
    "2026-03-18 EUR USD 1.07 ECB",
    "2026-03-18 EUR USD 1.0701 bank",
    "2026-03-21 EUR USD 2 ECB",
    "2026-03-20 GBP USD 1.3 ECB",
    "2026-03-20 USD EUR 0.9 ECB",
  ];
  const found = (asked: number, withinDays: number) =>
    rateFor(lines, { from: "EUR", to: "USD", day: asked, withinDays })?.text;

  test.for([
    ["the newest of no later day, of one day the highest", 0, 7, "1.0701"],
    ["one as old as it may be", 0, 2, "1.0701"],
    ["none a day older", 0, 1, undefined],
    ["an earlier one on an earlier day", -3, 7, "1.09"],
    ["one of its own day", 1, 0, "2"],
  ] as const)("%s", ([, later, withinDays, text]) => {
    expect(found(day + later, withinDays)).toBe(text);
  });

  test("none of the other way round, or of another currency", () => {
    expect(rateFor(lines, { from: "USD", to: "GBP", day, withinDays: 300 })).toBeUndefined();
  });
});

test("an amount elsewhere is called by its fact and its currency, and nothing else is", () => {
  expect(elsewhereIn(elsewhereName("listPrice", "EUR"))).toEqual({ fact: "listPrice", currency: "EUR" });
  expect(["partner in approved", "listPrice", "in EUR", "listPrice in eur"].map(elsewhereIn)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
