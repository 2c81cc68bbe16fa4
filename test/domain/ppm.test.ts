import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exactSharePpm, formatPpm, Ppm, sharePpm } from "../../domain/ppm.ts";

describe("a share of a price", () => {
  test.for([
    ["nothing is 0", 0, 100, 0],
    ["less than nothing is 0", -5, 100, 0],
    ["15 % of 100.00 is exactly 150000", 15_00, 100_00, 150_000],
    ["a third rounds up, to the stricter side", 1, 3, 333_334],
    ["any part at all is at least one millionth", 1, 9_000_000_000_000, 1],
    ["more than the whole is over a million", 3, 2, 1_500_000],
  ] as const)("%s", ([, part, whole, ppm]) => {
    expect(sharePpm(part, whole)).toBe(ppm);
  });

  test.for([
    [1, 0],
    [1, -1],
    [0.5, 1],
    [1, 0.5],
    [NaN, 1],
    [2 ** 53, 1],
  ] as const)("%d of %d is not defined", ([part, whole]) => {
    expect(() => sharePpm(part, whole)).toThrow(`share of \`${part}\` in \`${whole}\` is not defined over positive`);
  });

  test("of amounts however large has a whole, and is a number that is exact", () => {
    for (const whole of [0n, -1n]) expect(() => exactSharePpm(1n, whole)).toThrow(`in \`${whole}\` is not defined`);
    const [most, million] = [BigInt(Number.MAX_SAFE_INTEGER), 1_000_000n];
    expect(exactSharePpm(most, million)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => exactSharePpm(most + 1n, million)).toThrow(`share of \`${most + 1n}\` is out of range`);
  });

  test.for([-1, 1_000_001, 0.5])("%d is no share in parts per million", (ppm) => {
    expect([Ppm.safeParse(ppm).success, Ppm.safeParse(0).success, Ppm.safeParse(1_000_000).success]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("is within a limit exactly when the cross-multiplied amounts are", () => {
    const limits = fc.oneof(fc.constantFrom(150_000, 250_000), fc.integer({ min: 0, max: 1_000_000 }));
    const amounts = fc.tuple(fc.integer({ min: 1, max: 9_000_000_000_000 }), limits, fc.integer({ min: -2, max: 2 }));
    fc.assert(
      fc.property(amounts, ([whole, limit, step]) => {
        const part = Number((BigInt(whole) * BigInt(limit)) / 1_000_000n) + step;
        const within = BigInt(part) * 1_000_000n <= BigInt(limit) * BigInt(whole);
        expect(sharePpm(part, whole) <= limit).toBe(within);
      }),
      { numRuns: 1000 },
    );
  });
});

test.for([
  [0, "0 %"],
  [1, "0.0001 %"],
  [150_000, "15 %"],
  [150_001, "15.0001 %"],
  [155_000, "15.5 %"],
  [1_000_000, "100 %"],
  [-5_000, "-0.5 %"],
] as const)("%i parts per million read %s", ([ppm, text]) => {
  expect(formatPpm(ppm)).toBe(text);
});
