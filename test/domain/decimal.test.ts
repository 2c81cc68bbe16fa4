import { describe, expect, test } from "vitest";
import { inUnits, parseDecimal } from "../../domain/decimal.ts";

describe("a number as systems write it is read exactly", () => {
  test.for<readonly [string, bigint, number]>([
    ["10000", 10_000n, 0],
    ["-10000.50", -1_000_050n, -2],
    ["+7", 7n, 0],
    ["7.", 7n, 0],
    [".5", 5n, -1],
    ["1.0E+5", 10n, 4],
    ["25e-1", 25n, -1],
    ["1e999", 1n, 999],
    ["0".repeat(60), 0n, 0],
  ])("%s", ([text, coefficient, exponent]) => expect(parseDecimal(text)).toEqual({ coefficient, exponent }));

  test.for(["", ".", "-", "1,000", " 1", "1 ", "--1", "1e", "1e1000", "1e1.5", "e5", "0x1", "1 000", "0".repeat(61)])(
    "and `%s` is none",
    (text) => expect(parseDecimal(text)).toBeUndefined(),
  );
});

describe("in units of a hundredth it is a whole number, or none is said", () => {
  test.for<readonly [bigint, number, bigint | undefined]>([
    [1_699n, -2, 1_699n],
    [169n, -1, 1_690n],
    [16n, 0, 1_600n],
    [16n, 2, 160_000n],
    [16_990n, -3, 1_699n],
    [-16_990n, -3, -1_699n],
    [16_991n, -3, undefined],
    [16_999_999n, -6, undefined],
    [0n, -9, 0n],
  ])("%s times ten to the %s", ([coefficient, exponent, units]) => {
    expect(inUnits({ coefficient, exponent }, 2)).toBe(units);
  });
});
