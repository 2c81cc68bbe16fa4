import fc from "fast-check";
import { expect, test } from "vitest";
import type { FactType } from "../../guardrails/fact-types.ts";
import { observedOf } from "../../guardrails/observed.ts";

const plain = { title: "t", adjustable: false } as const;
const size: FactType = { name: "size", ...plain, kind: "number", min: 0, max: 100 };
const tags: FactType = { name: "tags", ...plain, kind: "set", values: ["x", "y"] };

test("what is left out and what does not fit is counted apart", () => {
  const facts = [{ size: 3 }, {}, { size: 101 }, { size: "3" }, { size: 3 }];
  expect(
    observedOf(
      size,
      facts.map((one) => ({ facts: one })),
    ),
  ).toEqual({
    requests: 5,
    known: 2,
    missing: 1,
    unfitting: 2,
    quantiles: { min: 3, p25: 3, median: 3, p75: 3, p95: 3, max: 3 },
    distinct: 1,
    frequent: [{ value: 3, count: 2 }],
  });
  expect(observedOf(size, []).quantiles).toBeNull();
});

test("a set counts each member", () => {
  const facts = [{ tags: ["x", "y"] }, { tags: [] }, { tags: ["y"] }];
  const { known, frequent, quantiles } = observedOf(
    tags,
    facts.map((one) => ({ facts: one })),
  );
  expect([known, quantiles, frequent]).toEqual([
    3,
    null,
    [
      { value: "y", count: 2 },
      { value: "x", count: 1 },
    ],
  ]);
});

test("at a quantile at least so many are at or under it, and under the value before it fewer are", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 100 }), { minLength: 1, maxLength: 60 }), (values) => {
      const { quantiles } = observedOf(
        size,
        values.map((value) => ({ facts: { size: value } })),
      );
      const share = (most: number) => values.filter((value) => value <= most).length * 100;
      for (const [name, percent] of [
        ["p25", 25],
        ["median", 50],
        ["p75", 75],
        ["p95", 95],
        ["max", 100],
      ] as const) {
        const at = quantiles![name];
        expect(values).toContain(at);
        expect(share(at)).toBeGreaterThanOrEqual(values.length * percent);
        expect(share(at - 1)).toBeLessThan(values.length * percent);
      }
      expect(quantiles!.min).toBe(Math.min(...values));
    }),
  );
});
