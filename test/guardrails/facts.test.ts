import { describe, expect, test } from "vitest";
import { loadFacts } from "../../guardrails/load/facts.ts";
import { formatProblem } from "../../guardrails/problem.ts";

const every = `facts:
  share: { title: Share, adjustable: true, percent: 0%..100% }
  worth: { title: Worth, money: 0.00 EUR..50000.00 EUR }
  days: { title: Days asked, number: -5..60 }
  rare: { title: Rare, boolean: true }
  state: { title: State, choice: [good, worn, "no"] }
  papers: { title: Papers, optional: true, set: [signed, insured] }
  due: { title: Due, date: true }
  asked: { title: Asked, date-time: true }
  open: { title: Open, duration: 0h..72h }
  reader: { title: Reader, text: 64 }
`;

const asJsonSchema = JSON.stringify(
  {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      share: { type: "integer", minimum: 0, maximum: 1_000_000, unit: "ppm", title: "Share", adjustable: true },
      worth: { type: "integer", minimum: 0, maximum: 5_000_000, unit: "minor", currency: "EUR", title: "Worth" },
      days: { type: "integer", minimum: -5, maximum: 60, title: "Days asked" },
      rare: { type: "boolean", title: "Rare" },
      state: { type: "string", enum: ["good", "worn", "no"], title: "State" },
      papers: { type: "array", items: { type: "string", enum: ["signed", "insured"] }, title: "Papers" },
      due: { type: "string", format: "date", title: "Due" },
      asked: { type: "string", format: "date-time", title: "Asked" },
      open: { type: "integer", minimum: 0, maximum: 259_200_000, unit: "ms", title: "Open" },
      reader: { type: "string", maxLength: 64, title: "Reader" },
    },
    required: ["share", "worth", "days", "rare", "state", "due", "asked", "open", "reader"],
    additionalProperties: false,
  },
  null,
  "\t",
);

const problemsOf = (file: string, text: string) => {
  const loaded = loadFacts(file, text);
  return loaded.kind === "loaded" ? [] : loaded.problems.map(formatProblem);
};

describe("a facts file", () => {
  test("declares every kind there is, amounts in their smallest unit", () => {
    const loaded = loadFacts("loans.facts.yaml", every);
    expect(loaded).toMatchObject({
      facts: [
        { name: "share", title: "Share", adjustable: true, kind: "ppm", min: 0, max: 1_000_000 },
        { name: "worth", kind: "minor", min: 0, max: 5_000_000, currency: "EUR", adjustable: false },
        { name: "days", kind: "number", min: -5, max: 60 },
        { name: "rare", kind: "boolean" },
        { name: "state", kind: "choice", values: ["good", "worn", "no"] },
        { name: "papers", kind: "set", values: ["signed", "insured"], optional: true },
        { name: "due", kind: "date" },
        { name: "asked", kind: "date-time" },
        { name: "open", kind: "duration", min: 0, max: 259_200_000 },
        { name: "reader", kind: "text", maxLength: 64 },
      ],
    });
  });

  test("means the same in YAML and as JSON Schema", () => {
    expect(loadFacts("loans.facts.json", asJsonSchema)).toEqual(loadFacts("loans.facts.yaml", every));
  });
});

describe("a mistake is refused at its line and column, with what to write", () => {
  const fact = (declaration: string) => `facts:\n  days: ${declaration}\n`;
  test.for<[string, string, string]>([
    ["an unknown key", fact("{ title: Days, numbr: 0..60 }"), "2:24: unknown key `numbr`; did you mean `number`?"],
    ["no title", fact("{ number: 0..60 }"), "2:9: `title` is missing; write what the fact means"],
    ["no kind", fact("{ title: Days }"), "2:9: `days` does not say what it is; write one of `percent`"],
    ["two kinds", fact("{ title: Days, number: 0..60, text: 3 }"), "2:9: `days` says number and text; write one of"],
    ["one end", fact("{ title: Days, number: 60 }"), "2:32: `number` does not take `60`; write `number: 0..60`"],
    ["three ends", fact("{ title: Days, number: 0..1..2 }"), "2:32: `0..1..2` is not a range of this unit"],
    ["ends the wrong way", fact("{ title: Days, number: 60..0 }"), "2:32: `60..0` holds no two values"],
    ["a fraction", fact("{ title: Days, number: 0..0.5 }"), "2:32: `0..0.5` is not a range of this unit"],
    ["a bare percentage", fact("{ title: Days, percent: 0..100 }"), "2:33: `0..100` is not a range"],
    ["two currencies", fact("{ title: Days, money: 0.00 USD..9.00 EUR }"), "2:31: `0.00 USD..9.00 EUR` is not a range"],
    [
      "a currency nobody has",
      fact("{ title: Days, money: 0.00 UUU..9.00 UUU }"),
      "2:31: `UUU` is no currency of ISO 4217; write the code of a currency",
    ],
    [
      "no words",
      fact("{ title: Days, choice: [] }"),
      "2:32: `choice` does not take `[]`; write `choice: [good, worn]`",
    ],
    ["a word that is a number", fact("{ title: Days, set: [1] }"), "2:30: `set` does not take `1`; write `set: ["],
    ["a word twice", fact("{ title: Days, choice: [a, b, a] }"), "2:39: `a` is listed twice; keep one"],
    ["`boolean: false`", fact("{ title: Days, boolean: false }"), "2:33: `boolean` does not take `false`"],
    ["a text without an end", fact("{ title: Days, text: 1001 }"), "2:30: `text` does not take `1001`"],
    ["a name with a dash", "facts:\n  due-day: { title: Due, date: true }\n", "2:3: `due-day` is not a fact's name"],
    [
      "a name that objects have",
      "facts:\n  toString: { title: T, text: 9 }\n",
      "2:3: `toString` cannot be a fact's name",
    ],
    [
      "a fact twice",
      "facts:\n  a: { title: A, date: true }\n  a: { title: A, date: true }\n",
      "3:3: not readable as YAML",
    ],
    ["an alias", "facts:\n  a: &x { title: A, date: true }\n", "2:9: anchor `&x` is not part of the language"],
    ["no facts", "facts: {}\n", "1:1: the file declares no fact"],
    ["another section", "facts:\n  a: { title: A, date: true }\npolicy: x\n", "3:1: unknown key `policy`"],
    ["a list", "- 1\n", "1:1: expected named entries; write `facts`"],
  ])("%s", ([, text, expected]) => {
    const [first] = problemsOf("loans.facts.yaml", text);
    expect(first).toContain(`loans.facts.yaml:${expected}`);
  });

  const schema = (properties: object, more: object = {}) =>
    JSON.stringify({ type: "object", properties, additionalProperties: false, ...more }, null, 2);
  test.for<[string, string, string]>([
    ["no bounds", schema({ days: { type: "integer", title: "Days" } }), "4:13: `days` is declared with words"],
    ["a number", schema({ days: { type: "number", title: "Days" } }), "4:13: `days` is declared with words"],
    ["a pattern alone", schema({ id: { type: "string", pattern: "^a$", title: "Id" } }), "`id` is declared with words"],
    [
      "a pattern of a part",
      schema({ id: { type: "string", maxLength: 9, pattern: "^P-", title: "Id" } }),
      "`^P-` takes every text that only holds it; write `^(?:^P-)$`",
    ],
    [
      "an unknown normal form",
      schema({ id: { type: "string", maxLength: 9, normal: ["lower"], title: "Id" } }),
      "`id` is declared with words",
    ],
    ["no title", schema({ rare: { type: "boolean" } }), "4:13: `rare` is declared with words"],
    ["other facts allowed", schema({}, { additionalProperties: true }), "4:27: `additionalProperties` does not take"],
    ["a keyword", schema({ rare: { type: "boolean", title: "R" } }, { oneOf: [] }), "10:3: unknown key `oneOf`"],
    ["a required stranger", schema({ a: { type: "boolean", title: "A" } }, { required: ["b"] }), "unknown fact `b`"],
    [
      "a key twice",
      '{ "type": "object",\n  "type": "object", "properties": {}, "additionalProperties": false }',
      "2:3: not readable as YAML",
    ],
  ])("JSON Schema with %s", ([, text, expected]) => {
    const [first] = problemsOf("loans.facts.json", text);
    expect(first).toContain(expected);
  });
});
