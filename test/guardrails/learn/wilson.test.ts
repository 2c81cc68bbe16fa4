import fc from "fast-check";
import { expect, test } from "vitest";
import { median, wilsonInterval, wilsonLower } from "../../../guardrails/learn/wilson.ts";

test.for([
  [30, 30, 0.8865],
  [29, 29, 0.883],
  [28, 28, 0.8794],
  [30, 31, 0.8381],
  [95, 100, 0.8882],
  [0, 30, 0],
  [0, 0, 0],
] as const)("%i of %i is at least %f", ([successes, trials, lower]) => {
  expect(wilsonLower(successes, trials)).toBeCloseTo(lower, 4);
});

test("it is under the share itself, and more of the same makes one surer", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 500 }), (successes, failures) => {
      const trials = successes + failures;
      const lower = wilsonLower(successes, trials);
      expect(lower).toBeLessThan(successes / trials);
      expect(wilsonLower(successes * 2, trials * 2)).toBeGreaterThan(lower);
    }),
  );
});

test("the median of an even count is the lower of the two", () => {
  expect([median([]), median([7]), median([30, 10]), median([9, 30, 10])]).toEqual([0, 7, 10, 10]);
});

test("both ends: 28 of 30 is 78.7 % to 98.2 %, and nothing tried is anything", () => {
  const { lower, upper } = wilsonInterval(28, 30);
  expect([lower, upper].map((end) => end.toFixed(4))).toEqual(["0.7868", "0.9815"]);
  expect(wilsonInterval(0, 0)).toEqual({ lower: 0, upper: 1 });
});
