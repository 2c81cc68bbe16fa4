import { expect, test } from "vitest";
import { Currency, CurrencyCode, MAX_MINOR, Money, formatMinor, writeMinor } from "../../domain/money.ts";

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
  [1_234_567, "JPY", "1,234,567 JPY"],
  [-5, "JPY", "-5 JPY"],
  [1_234_567, "KWD", "1,234.567 KWD"],
  [5, "KWD", "0.005 KWD"],
] as const)("%i minor units of %s read %s: as many decimals as ISO 4217 gives it", ([minor, currency, text]) => {
  expect(formatMinor(minor, currency)).toBe(text);
});

test.for([
  { minor: 1.5, currency: "USD" },
  { minor: -1, currency: "USD" },
  { minor: MAX_MINOR + 1, currency: "USD" },
  { minor: 1, currency: "XAU" },
  { minor: 1, currency: "JPX" },
  { minor: 1, currency: "USD", note: "" },
])("%j is not money", (value) => {
  expect(Money.safeParse(value).success).toBe(false);
});

test.for(Currency.options)("policies and funds are kept in %s", (currency) => {
  expect(Money.parse({ minor: MAX_MINOR, currency })).toEqual({ minor: MAX_MINOR, currency });
});

test.for(["USD", "usd", "USDX", "XUSD", "US"])("%s is a code where it is three capitals and nothing else", (code) => {
  expect(CurrencyCode.safeParse(code).success).toBe(code === "USD");
});

test("is written without grouping where every locale reads it", () => {
  expect([writeMinor(123_456_789, "USD"), writeMinor(1_234_567, "JPY")]).toEqual(["1234567.89 USD", "1234567 JPY"]);
});
