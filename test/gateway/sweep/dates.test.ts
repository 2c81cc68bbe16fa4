import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { datesKeyOf, isNear } from "../../../gateway/sweep/dates.ts";
import { DAY_MS, daysAfter, warranties } from "../../fixtures/dated.ts";

const AT = "2026-03-02T02:00:00.000Z";
const msAfter = (ms: number) => new Date(Date.parse(AT) + ms).toISOString();
const planOf = (firstMs: number, endsByMs: number, others: readonly number[] = []) => ({
  state: "",
  anchors: Object.fromEntries([firstMs, ...others].map((ms, index) => [`anchor-${index}`, msAfter(ms)])),
  deadlines: { answer: msAfter(0) },
  correlations: {},
  endsBy: msAfter(endsByMs),
});

describe("a case is opened for its dates", () => {
  test.for<[string, number, number, boolean]>([
    ["on the seventh day before the first of them", 7 * DAY_MS, 90 * DAY_MS, true],
    ["not a millisecond sooner", 7 * DAY_MS + 1, 90 * DAY_MS, false],
    ["when the first of them is over and the last moment is not", -60 * DAY_MS, 1, true],
    ["not when the last moment has come", -60 * DAY_MS, 0, false],
  ])("%s", ([, firstMs, endsByMs, isDue]) => expect(isNear(planOf(firstMs, endsByMs), AT)).toBe(isDue));

  test("never without any", () => expect(isNear({ ...planOf(0, DAY_MS), anchors: {} }, AT)).toBe(false));

  test("exactly while the earliest is at most seven days off and the last moment is ahead, in whatever order they are", () => {
    const ms = fc.integer({ min: -400 * DAY_MS, max: 400 * DAY_MS });
    fc.assert(
      fc.property(ms, fc.array(ms, { maxLength: 4 }), ms, (first, others, endsBy) => {
        const isDue = Math.min(first, ...others) <= 7 * DAY_MS && endsBy > 0;
        expect(isNear(planOf(first, endsBy, others), AT)).toBe(isDue);
      }),
    );
  });

  test("on one of the days of a daily sweep, whenever the dates begin", () => {
    fc.assert(
      fc.property(fc.integer({ min: 8 * DAY_MS, max: 400 * DAY_MS }), (firstMs) => {
        const plan = planOf(firstMs, firstMs + 37 * DAY_MS);
        const due = Array.from({ length: 450 }, (_, day) => day).filter((day) => isNear(plan, daysAfter(AT, day)));
        const [first = Number.NaN] = due;
        expect(firstMs - first * DAY_MS).toBeLessThanOrEqual(7 * DAY_MS);
        expect(firstMs - first * DAY_MS).toBeGreaterThan(6 * DAY_MS);
      }),
      { numRuns: 50 },
    );
  });
});

test("the same dates of an object have one name, and no others have it", () => {
  const keys = [
    datesKeyOf(warranties, "w-1", planOf(0, DAY_MS)),
    datesKeyOf(warranties, "w-1", planOf(1, DAY_MS)),
    datesKeyOf(warranties, "w-2", planOf(0, DAY_MS)),
    datesKeyOf({ ...warranties, id: "others" }, "w-1", planOf(0, DAY_MS)),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  expect(datesKeyOf(warranties, "w-1", { ...planOf(0, 2 * DAY_MS), deadlines: {} })).toBe(keys[0]);
  expect(keys[0]).toMatch(/^warranties\/crm-warranty-w-1\/[0-9a-f]{64}$/);
});
