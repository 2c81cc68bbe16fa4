import { describe, expect, test } from "vitest";
import { digestible, hasWholeNumbers, isKeepable, keepable, type Json } from "../../domain/json.ts";

const most = Number.MAX_SAFE_INTEGER;

test.for<readonly [unknown, boolean]>([
  [most, true],
  [most + 1, false],
  [0.5, false],
  ["0.5", true],
  [null, true],
  [true, true],
  [{ a: [1, { b: 2 }] }, true],
  [{ a: [1, { b: 2.5 }] }, false],
])("the numbers of %j are whole: %s", ([value, whole]) => expect(hasWholeNumbers(value)).toBe(whole));

test.for([
  ["Zoë 🦊", true],
  ["a\0", false],
  ["a\uD800", false],
] as const)("PostgreSQL keeps %j as it is: %s", ([text, keeps]) => {
  expect(isKeepable(text)).toBe(keeps);
  expect(keepable(text) === text).toBe(keeps);
});

describe("what cannot be kept is put in other words, wherever it stands", () => {
  const given: Json = { "k\0": ["v\0\0", { deep: "x\uDC00" }, 1.5, null, true, most + 1, most], flat: 2.5 };

  test("characters", () => {
    expect(keepable(given)).toEqual({
      "k\uFFFD": ["v\uFFFD\uFFFD", { deep: "x\uFFFD" }, 1.5, null, true, most + 1, most],
      flat: 2.5,
    });
  });

  test("and numbers, so that it has a digest", () => {
    expect(digestible(given)).toEqual({
      "k\uFFFD": ["v\uFFFD\uFFFD", { deep: "x\uFFFD" }, "1.5", null, true, String(most + 1), most],
      flat: "2.5",
    });
  });
});
