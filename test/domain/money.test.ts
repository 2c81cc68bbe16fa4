import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DecimalMinor, MAX_MINOR, Money, formatMinor } from "../../domain/money.ts";

describe("an amount as CRMs send it", () => {
  test.for([
    ["0", 0],
    ["0.05", 5],
    ["10000", 1_000_000],
    ["10000.5", 1_000_050],
    ["10000.50", 1_000_050],
    ["90000000000.00", 9_000_000_000_000],
  ] as const)("%s is %i minor units", ([text, minor]) => {
    expect(DecimalMinor.parse(text)).toBe(minor);
  });

  test.for(["", "1.", ".5", "01", "1.005", "-1", "+1", "1e3", "1,000.00", " 1", "1\n", "NaN", "100000000000", 1, null])(
    "%j is refused, not rounded or guessed",
    (text) => {
      expect(DecimalMinor.safeParse(text).success).toBe(false);
    },
  );

  test("never loses a cent", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_MINOR }), (minor) => {
        const text = `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;
        expect(DecimalMinor.parse(text)).toBe(minor);
      }),
    );
  });
});

test.for([
  [0, "0.00 USD"],
  [5, "0.05 USD"],
  [100_000, "1,000.00 USD"],
  [8_500_000, "85,000.00 USD"],
  [-123_456_789, "-1,234,567.89 USD"],
] as const)("%i minor units read %s", ([minor, text]) => {
  expect(formatMinor(minor, "USD")).toBe(text);
});

test.for([
  { minor: 1.5, currency: "USD" },
  { minor: -1, currency: "USD" },
  { minor: MAX_MINOR + 1, currency: "USD" },
  { minor: 1, currency: "JPY" },
  { minor: 1, currency: "USD", note: "" },
])("%j is not money", (value) => {
  expect(Money.safeParse(value).success).toBe(false);
});
