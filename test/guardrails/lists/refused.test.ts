import { describe, expect, test } from "vitest";
import { loadFacts } from "../../../guardrails/load/facts.ts";
import { formatProblem } from "../../../guardrails/problem.ts";
import { factsFile, loaded } from "./written.ts";

const rule = "rules:\n  - { id: r, effect: block, when: { fact: made, operator: equal, value: 1 }, reason: No }\n";
const made = (text: string) => `derive:\n  made: ${text}\n${rule}`;

describe("what is made of a list", () => {
  test.for([
    ["a list that is none", "{ count: line }", "unknown list `line`; did you mean `lines`?"],
    ["a fact that is no list", "{ count: listPrice }", "`listPrice` is no list; use one of `lines`, `spares`"],
    ["two operations", "{ count: lines, any: lines }", "`made` says `count`, `any`; keep one of them"],
    ["an `any` of nothing", "{ any: lines }", "`any` says which records; write `any: lines`"],
    ["a sum of nothing", "{ sum: lines }", "a sum says of which field"],
    ["a sum of a word", "{ sum: lines, of: family }", "`family` is no number"],
    ["a sum of days", "{ sum: lines, of: starts }", "`starts` is no number"],
    ["a sum of what no record has", "{ sum: lines, of: prices }", "`prices` is no field; did you mean `price`?"],
    ["a field of a count", "{ count: lines, of: price }", "`of` belongs to a sum; remove it"],
    [
      "a fact of the request in a condition",
      "{ count: lines, where: { fact: listPrice, operator: equal, value: 1.00 USD } }",
      "unknown fact `listPrice`",
    ],
    [
      "a value of another unit",
      "{ count: lines, where: { fact: discount, operator: greaterThan, value: 20 } }",
      "a bare number says no unit: `discount` is a percentage",
    ],
    [
      "a shared condition",
      "{ count: lines, where: { condition: large } }",
      "a condition on a record reads its fields alone; write it out here",
    ],
    ["an empty group", "{ count: lines, where: { all: [] } }", "`all` needs a list with at least one condition"],
    ["arithmetic with a list", "{ add: [lines, 1] }", "`lines` is no number"],
  ] as const)("%s is refused", ([, text, message]) => {
    const read = loaded(made(text));
    expect("policy" in read ? "" : read.join("\n")).toContain(message);
  });

  test("a rule that reads a list itself is told what to do", () => {
    const sections =
      "rules:\n  - { id: r, effect: block, when: { fact: lines, operator: equal, value: 1 }, reason: No }\n";
    expect(loaded(sections)).toEqual([
      expect.stringContaining("`lines` is a list; derive a fact of it: `count`, `sum`, `any` or `all`"),
    ]);
  });

  test.for([
    ["spares", 1],
    ["lines", 0],
  ] as const)("an `all` over `%s` warns where it may hold of no record", ([list, warnings]) => {
    const where = "{ fact: price, operator: greaterThan, value: 1.00 USD }";
    const sections = made(`{ all: ${list}, where: ${where} }`).replace("value: 1 }", "value: true }");
    const read = loaded(sections);
    expect("policy" in read ? read.warnings.length : read).toBe(warnings);
  });
});

describe("a list in a facts file", () => {
  const refused = (from: string, to: string): string => {
    expect(factsFile).toContain(from);
    const read = loadFacts("basket.facts.yaml", factsFile.replace(from, to));
    return read.kind === "refused" ? read.problems.map(formatProblem).join("\n") : "";
  };
  test.for([
    ["no length", "    length: 1..50\n", "", "a list says how many records it holds; write `length: 1..50`, up to 200"],
    ["too long a list", "1..50", "1..201", "`1..201` is not a number of records"],
    ["a length the wrong way round", "1..50", "50..1", "`50..1` is not a number of records"],
    ["a list of lists", "choice: [hardware, software, service]", "list: {}", "a field is no list"],
    ["a text as a field", "number: 0..500 }\n      bought", "text: 20 }\n      bought", "a field is no text"],
    [
      "a field that may be left out",
      "Seats of the line, ",
      "Seats of the line, optional: true, ",
      "a field has no `optional`",
    ],
    ["a field that is nothing", "family: {", "fam-ily: {", "`fam-ily` is not a fact's name"],
    ["a length of what is no list", "List price, ", "List price, length: 1..2, ", "only a list has a `length`"],
  ] as const)("%s is refused", ([, from, to, message]) => {
    expect(refused(from, to)).toContain(message);
  });
});
