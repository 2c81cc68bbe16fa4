import { expect, test, describe } from "vitest";
import { canonicalJson } from "../../audit/canonical-json.ts";

describe("canonical JSON is RFC 8785", () => {
  test.for([
    [
      "members are sorted by UTF-16 code units",
      { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6 },
      '{"\\r":2,"1":4,"\u0080":6,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
    ],
    ["nothing is spaced", { b: [1, { a: null }], a: true }, '{"a":true,"b":[1,{"a":null}]}'],
    ["minus zero is zero", -0, "0"],
    ["controls are escaped the short way", '\u0008\t\n\f\r\u0001"\\/', '"\\b\\t\\n\\f\\r\\u0001\\"\\\\/"'],
  ] as const)("%s", ([, value, text]) => expect(canonicalJson(value as never)).toBe(text));
});

describe("what could mean two things is refused, with its place", () => {
  test.for([
    ["a lone surrogate", { a: ["\ud800"] }, "$.a[0]"],
    ["a float", { price: 0.1 }, "$.price"],
    ["an unsafe integer", [2 ** 53], "$[0]"],
    ["NaN", Number.NaN, "$"],
    ["undefined", { a: undefined }, "$.a"],
    ["a date", { at: new Date(0) }, "$.at"],
    ["a function", [() => 1], "$[0]"],
    ["a bigint", { n: 1n }, "$.n"],
  ] as const)("%s", ([, value, place]) => expect(() => canonicalJson(value as never)).toThrow(place));
});
