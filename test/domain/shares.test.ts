import fc from "fast-check";
import { expect, test } from "vitest";
import { sharesOf, shareTexts } from "../../domain/shares.ts";

test.for<readonly [readonly number[], readonly string[]]>([
  [
    [1, 1, 1],
    ["33.4 %", "33.3 %", "33.3 %"],
  ],
  [
    [2, 1],
    ["66.7 %", "33.3 %"],
  ],
  [
    [0, 0, 7],
    ["0 %", "0 %", "100 %"],
  ],
  [
    [1, 0, 9_999],
    ["under 0.1 %", "0 %", "100 %"],
  ],
  [
    [0, 0],
    ["0 %", "0 %"],
  ],
  [[], []],
])("%j are %j", ([counts, texts]) => {
  expect(shareTexts(counts)).toEqual(texts);
});

test("shares add up, none is a whole unit off its exact share, and equal counts differ by one at most", () => {
  const counts = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(counts, fc.constantFrom(100, 1_000, 1_000_000), (given, units) => {
      const whole = given.reduce((sum, count) => sum + count, 0);
      const shares = sharesOf(given, units);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(whole === 0 ? 0 : units);
      for (const [at, count] of given.entries()) {
        const off = BigInt(shares[at] ?? 0) * BigInt(whole) - BigInt(count) * BigInt(units);
        expect(whole === 0 || (off < 0n ? -off : off) < BigInt(whole)).toBe(true);
        expect(count === 0 && shares[at] !== 0).toBe(false);
      }
    }),
  );
});
