import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { derivedTexts } from "../../../guardrails/derived-sentences.ts";
import { checkFacts, faultsOf } from "../../../guardrails/check-facts.ts";
import { factTypesOf, shownFact } from "../../../guardrails/fact-types.ts";
import { loadCases } from "../../../guardrails/load/cases.ts";
import { observedOf } from "../../../guardrails/observed.ts";
import { policyDocument } from "../../../guardrails/policy.ts";
import { policyFromDocument } from "../../../guardrails/policy-document.ts";
import { loadRequest, typedFact } from "../../../guardrails/request.ts";
import { policySchema } from "../../../guardrails/schema.ts";
import { tryRequest } from "../../../guardrails/trial.ts";
import { factsText, policyText } from "../../../guardrails/written-policy.ts";
import { loadPolicy } from "../../../guardrails/load/policy.ts";
import { basket, facts, factsOf, fileOf, line, policyWith } from "./written.ts";

const sections = `params:
  line_max: { percent: 20%, allowed: 5%..30% }
derive:
  deep:
    title: deep hardware lines
    count: lines
    where: { all: [{ fact: discount, operator: greaterThan, value: { param: line_max } }, { fact: family, operator: equal, value: hardware }] }
  renewing: { any: lines, where: { fact: renewed, operator: equal, value: true } }
  total: { sum: lines, of: price }
rules:
  - { id: deep, effect: block, when: { fact: deep, operator: greaterThan, value: 0 }, reason: "{deep} lines" }
  - { id: renewing, effect: escalate, when: { fact: renewing, operator: equal, value: true }, reason: A renewal }
  - { id: fits, effect: execute, when: { fact: total, operator: lessThanInclusive, value: { fact: listPrice } }, reason: "{total}" }
`;
const policy = policyWith(sections);
const { seats: _seats, ...withoutSeats } = line();
const deep = line({ family: "hardware", discount: 250_000 });

test("a policy reads out what it makes of lists", () => {
  expect(policy.derived?.flatMap((derived) => derivedTexts(policy, derived))).toEqual([
    "deep (deep hardware lines): how many of lines where discount is over 20 % (line_max) and family is hardware; a whole number from 0 to 50",
    "renewing: any of lines where renewed is true; `true` or `false`",
    "total: price of lines together; an amount from 0.00 USD to 5000000.00 USD",
  ]);
});

test("an explanation says how many records it was, and which", async () => {
  const { explanation } = await tryRequest(
    { policy, version: "v" },
    basket([line(), deep, deep]),
    "2026-03-02T09:00:00Z",
  );
  expect(explanation.sentence).toContain(
    "deep 2 (how many of lines where discount is over 20 % (line_max) and family is hardware: 2 of 3, records 2, 3) is over 0",
  );
  expect(explanation.agrees).toBe(true);
});

test("a list reads as its records, one after the other", () => {
  expect(shownFact(facts, "spares", [{ price: 10_00 }, { price: 99 }])).toBe("2: price 10.00 USD; price 0.99 USD");
  expect(shownFact(facts, "spares", [])).toBe("none");
});

describe("what a request brings", () => {
  const wrong: readonly (readonly [name: string, lines: unknown, faults: readonly string[]])[] = [
    [
      "a field that cannot be so",
      [line(), line({ discount: 1_000_001 })],
      ["`lines/1/discount`: expected a percentage from 0% to 100% as text, or whole parts per million"],
    ],
    ["a misspelt field", [{ ...line(), discont: 1 }], ["`lines/0/discont`: no such field: did you mean `discount`?"]],
    ["a field that is missing", [withoutSeats], ["`lines/0/seats`: is missing: expected a whole number from 0 to 500"]],
    ["too few records", [], ["`lines`: 0 records; expected a list of 1 to 50 records"]],
    ["too many", Array.from({ length: 51 }, () => line()), ["`lines`: 51 records; expected a list of 1 to 50 records"]],
    ["no list", { 0: line() }, ["`lines`: expected a list of 1 to 50 records"]],
    ["no record", [line(), null], ["`lines/1`: expected a record of `family`"]],
    ["a record that is a list", [[1]], ["`lines/0`: expected a record of `family`"]],
  ];
  test.for(wrong)("%s is told at its place, and lets nothing execute", async ([, lines, faults]) => {
    const brought = basket(lines as never);
    const checked = checkFacts(policy, brought);
    expect([checked.missing, faultsOf(checked).slice(1)]).toEqual([
      ["lines"],
      faults.map((fault) => expect.stringContaining(fault) as string),
    ]);
    const { decision } = await tryRequest({ policy, version: "v" }, brought, "2026-03-02T09:00:00Z");
    expect(decision).toMatchObject({ kind: "escalate", missing: ["lines"] });
  });

  test("from a file and on a line of its own, amounts have their units", () => {
    const written = { ...deep, discount: "25%", price: "100.00 USD" };
    const text = JSON.stringify({ lines: [written], listPrice: "10.00 USD" });
    expect(loadRequest("r.json", text, policy)).toEqual({ kind: "loaded", facts: { lines: [deep], listPrice: 10_00 } });
    expect(typedFact(`lines=${JSON.stringify([written])}`, policy)).toEqual({
      kind: "fact",
      name: "lines",
      value: [deep],
    });
    expect(typedFact("lines=2", policy)).toMatchObject({
      kind: "refused",
      fix: expect.stringContaining("as JSON") as string,
    });
    const bad = JSON.stringify({ lines: [{ ...written, price: "1 EUR" }] });
    expect(loadRequest("r.json", bad, policy)).toMatchObject({
      problems: [{ message: expect.stringContaining("`lines/0/price`") as string }],
    });
  });

  test("a history tells how many records there were", () => {
    const history = [1, 1, 3].map((length) => ({ facts: basket(Array.from({ length }, () => line())) }));
    const type = facts.find(({ name }) => name === "lines")!;
    expect(observedOf(type, history)).toMatchObject({
      known: 3,
      quantiles: { min: 1, median: 1, max: 3 },
      distinct: 2,
    });
  });
});

test("a version holds all of it, and gives the policy back", () => {
  expect(policyFromDocument(JSON.stringify(policyDocument(policy)))).toEqual(policy);
});

test.for([
  ["a list that is none", '"list":"lines"', '"list":"listPrice"'],
  ["a field that no record has", '"of":"price"', '"of":"cost"'],
  ["a condition on a fact that no record has", '"fact":"renewed"', '"fact":"listPrice"'],
] as const)("a document with %s is refused", ([, from, to]) => {
  const document = JSON.stringify(policyDocument(policy));
  expect(() => policyFromDocument(document.replaceAll(from, to))).toThrow("is not declared");
});

test("written back as files it is the same policy over the same facts", () => {
  expect(factsOf(factsText(facts))).toEqual(facts);
  expect(loadPolicy("basket.yaml", policyText(policy), { basket: facts })).toMatchObject({ kind: "loaded", policy });
});

describe("editors", () => {
  const schema = z.fromJSONSchema(policySchema("basket", facts) as never);
  const takes = (text: string) => schema.safeParse(parse(fileOf(text))).success;
  test("take what the loader takes", () => expect(takes(sections)).toBe(true));
  test.for([
    ["a list that is none", "count: lines", "count: line"],
    ["a field that no record has", "{ fact: renewed,", "{ fact: renewal,"],
    ["a fact of the request in the place of a field", "{ fact: family,", "{ fact: listPrice,"],
    ["a sum of what does not add up", "of: price", "of: family"],
    ["an `any` of nothing", ", where: { fact: renewed, operator: equal, value: true }", ""],
  ] as const)("%s is marked", ([, from, to]) => {
    expect(sections).toContain(from);
    expect(takes(sections.replace(from, to))).toBe(false);
  });
});

test("a function of ours declares a list by its schema", () => {
  const Line = z.strictObject({ price: z.int().min(0).max(9).meta({ title: "price" }) });
  const schema = z.strictObject({ lines: z.array(Line).min(1).max(3).meta({ title: "lines" }) });
  expect(factTypesOf(z.toJSONSchema(schema, { io: "input" }))).toEqual([
    {
      name: "lines",
      title: "lines",
      adjustable: false,
      kind: "list",
      fields: [{ name: "price", title: "price", adjustable: false, kind: "number", min: 0, max: 9 }],
      minLength: 1,
      maxLength: 3,
    },
  ]);
});

describe("cases", () => {
  const cases = (lines: string) => `policy: basket
base:
  lines: ${lines}
  listPrice: 10.00 USD
cases:
  - name: it is asked about
    expect: { decision: escalate, rules: [] }
`;
  const entry =
    "{ family: hardware, discount: 25%, price: 20.00 USD, seats: 3, bought: 0, starts: 2026-01-01, renewed: false }";
  test("write records as rules compare them", () => {
    expect(loadCases("basket.test.yaml", cases(`[${entry}]`), policy)).toMatchObject({
      base: { lines: [{ family: "hardware", discount: 250_000, price: 20_00, starts: "2026-01-01" }] },
    });
  });
  test.for([
    ["a field without a value", `[${entry.replace("seats: 3, ", "")}]`, "`seats` is missing"],
    ["a bare number", `[${entry.replace("25%", "25")}]`, "a bare number says no unit"],
    ["a field that is none", `[${entry.replace("seats", "seat")}]`, "unknown fact `seat`"],
    ["no record at all", "[]", "`lines` is a list of 1 to 50 records"],
  ] as const)("%s is a mistake", ([, lines, message]) => {
    const read = loadCases("basket.test.yaml", cases(lines), policy);
    expect(read.kind === "refused" && read.problems.map((problem) => problem.message).join()).toContain(message);
  });
});
