import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCanonicalText } from "../../../proof/bundle/canonical-text.ts";
import { canonicalJson } from "../../../audit/canonical-json.ts";
import type { Json } from "../../../domain/json.ts";

const parsed = (text: string) => JSON.parse(text) as Json;

/** What the strict writer says. */
function isWritten(text: string): boolean {
  try {
    return canonicalJson(parsed(text)) === text;
  } catch {
    return false;
  }
}

describe("whether a text is canonical JSON", () => {
  test("is what writing it again tells, of any JSON in any form", () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const form = fc.constantFrom<(value: unknown) => string>(
      (one) => JSON.stringify(one),
      (one) => JSON.stringify(one, null, 1),
      (one) => JSON.stringify(one).replaceAll("!", String.raw`\u0021`),
    );
    fc.assert(
      fc.property(value, form, (given, write) => {
        const text = write(given);
        expect(isCanonicalText(text, parsed(text))).toBe(isWritten(text));
      }),
      { numRuns: 1_000 },
    );
  });

  test("is true of whatever was written strictly", () => {
    const key = fc.oneof(fc.nat(200).map(String), fc.string({ unit: "grapheme" }));
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        fc.string({ unit: "grapheme" }),
        fc.maxSafeInteger(),
        fc.constant(null),
        tie("object"),
        fc.array(tie("any")),
      ),
      object: fc.dictionary(key, tie("any")),
    })).any;
    fc.assert(
      fc.property(value, (given) => {
        const text = canonicalJson(given as Json);
        expect(isCanonicalText(text, parsed(text))).toBe(true);
      }),
    );
  });

  test.for([
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    "[1.5]",
    "[1e2]",
    "[-0]",
    '["\\ud800"]',
    '{"\\ud800":1}',
    '["\\u0061"]',
    "[9007199254740993]",
    '{"10":1,"9":1} ',
    '{"9":1,"10":1}',
  ])("is false of %s", (text) => expect(isCanonicalText(text, parsed(text))).toBe(false));

  test("is true where members are numbers, which JavaScript orders by itself", () => {
    expect(isCanonicalText('{"10":1,"9":1}', parsed('{"10":1,"9":1}'))).toBe(true);
  });
});
