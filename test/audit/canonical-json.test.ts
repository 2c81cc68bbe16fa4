import fc from "fast-check";
import { expect, test, describe } from "vitest";
import { canonicalJson } from "../../audit/canonical-json.ts";
import type { Json } from "../../domain/json.ts";

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

test("writes every string and nesting as JSON does, members sorted", () => {
  const sorted = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(sorted);
    if (value === null || typeof value !== "object") return value;
    const names = Object.keys(value).sort();
    return Object.fromEntries(names.map((name) => [name, sorted(Reflect.get(value, name) as Json)]));
  };
  // Names that are no array indexes: JavaScript lists those first, whatever is asked.
  const name = fc.string({ unit: "grapheme" }).filter((text) => !/^\d+$/.test(text));
  const leaf = fc.oneof(fc.string({ unit: "binary" }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null));
  const { json } = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("json")), fc.dictionary(name, tie("json"))),
  }));
  fc.assert(
    fc.property(json, (value) => {
      expect(canonicalJson(value)).toBe(JSON.stringify(sorted(value)));
    }),
  );
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
