import { evaluate, unaryTest } from "feelin";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runCases } from "../../../guardrails/cases.ts";
import { decideCompiled } from "../../../guardrails/decide-compiled.ts";
import { importDmn } from "../../../guardrails/import/dmn.ts";
import { draftFiles, draftPolicy } from "../../../guardrails/import/draft.ts";
import { loadCases } from "../../../guardrails/load/cases.ts";
import { loadFacts } from "../../../guardrails/load/facts.ts";
import { loadPolicy } from "../../../guardrails/load/policy.ts";
import { dmnFile, type Table } from "./dmn-file.ts";

const at = "2026-03-02T09:00:00.000Z";

function imported(text: string) {
  const result = importDmn("matrix.dmn", text);
  if (result.kind === "refused")
    throw new Error(result.problems.map(({ line, message }) => `${line}: ${message}`).join("; "));
  return { draft: result.draft, policy: draftPolicy("matrix", result.draft) };
}

const discounts: Table = {
  hitPolicy: "FIRST",
  inputs: [
    { variable: "discount", label: "Discount (%)" },
    { variable: "order value", label: "Order value (USD)" },
    { variable: "Tier", allowed: '"silver", "gold", "registered"' },
    { variable: "valid until" },
    { variable: "first_order" },
  ],
  rules: [
    ["> 25", "-", "-", "-", "-", '"block"'],
    ["[0..12.5)", "<= 50000", 'not("registered")', "-", "false", '"auto"'],
    ["-", "-", '"gold","silver"', '[date("2026-01-01")..date("2026-07-01"))', "", '"Regional Director"'],
    ["-", "-", "-", "-", "-", '"ask: deal desk"'],
  ],
};

describe("a decision table of DMN", () => {
  test("is a rule per row, loads as it is written, and passes its cases", async () => {
    const { draft, policy } = imported(dmnFile(discounts));
    const files = draftFiles("matrix", draft, "matrix.dmn");
    const facts = loadFacts("matrix.facts.yaml", files.facts);
    if (facts.kind === "refused") throw new Error("the facts load");
    const loaded = loadPolicy("matrix.yaml", files.policy, { matrix: facts.facts });
    expect(loaded).toMatchObject({ kind: "loaded", policy });
    expect(policy.facts.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "discount ppm",
      "orderValue minor",
      "tier choice",
      "validUntil date",
      "firstOrder boolean",
    ]);
    const cases = loadCases("matrix.test.yaml", files.cases, policy);
    if (cases.kind === "refused") throw new Error("the cases load");
    expect((await runCases(policy, cases.cases)).map(({ passed }) => passed)).toEqual(cases.cases.map(() => true));
  });

  test("of which the first row counts is decided by the first", () => {
    const { policy } = imported(dmnFile(discounts));
    const request = {
      discount: 100_000,
      orderValue: 1_000_00,
      tier: "gold",
      validUntil: "2026-03-01",
      firstOrder: false,
    };
    const decided = (changed: object) => {
      const { verdict, rules } = decideCompiled(policy, { ...request, ...changed }, at);
      return `${verdict} ${rules.join()}`;
    };
    expect(decided({})).toBe("execute rule-2");
    expect(decided({ discount: 125_000 })).toBe("escalate rule-3");
    expect(decided({ discount: 250_001 })).toBe("block rule-1,rule-3");
    expect(decided({ discount: 125_000, validUntil: "2026-07-01" })).toBe("escalate rule-4");
  });

  test("says what no rule holds of where it has an output for that", () => {
    const table = { ...discounts, hitPolicy: "UNIQUE", rules: [["<= 10", "-", "-", "-", "-", '"auto"']] };
    expect(imported(dmnFile(table)).policy.default).toBe("escalate");
    expect(imported(dmnFile({ ...table, otherwise: '"declined"' })).policy.default).toBe("block");
    const asked = imported(dmnFile({ ...table, otherwise: '"deal desk"' })).policy;
    expect(asked.rules.map(({ id, effect }) => `${id} ${effect}`)).toEqual(["rule-1 execute", "otherwise escalate"]);
  });
});

const over = (rows: readonly (readonly string[])[], more: Partial<Table> = {}) =>
  dmnFile({ inputs: [{ variable: "amount" }, { variable: "tier" }], rules: rows, ...more });
const sound = over([["< 5", "-", '"auto"']]);

test.for([
  [
    "a hit policy of several answers",
    over([["< 5", "-", '"auto"']], { hitPolicy: "COLLECT" }),
    4,
    "COLLECT gives several",
  ],
  [
    "rows that overlap under UNIQUE",
    over([
      ["< 5", "-", '"auto"'],
      ["[4..9]", "-", '"auto"'],
    ]),
    9,
    "UNIQUE lets one hold",
  ],
  [
    "rows that differ under ANY",
    over(
      [
        ["< 5", "-", '"auto"'],
        [">= 4", "-", '"block"'],
      ],
      { hitPolicy: "ANY" },
    ),
    9,
    "ANY lets that not be",
  ],
  [
    "a row that no request reaches",
    over(
      [
        ["-", "-", '"auto"'],
        ["> 4", "-", '"block"'],
      ],
      { hitPolicy: "FIRST" },
    ),
    8,
    "the rule holds of every request",
  ],
  [
    "a row behind one that holds of all",
    over(
      [
        ["> 4", "-", '"block"'],
        ["-", "-", '"auto"'],
        ["3", "-", '"block"'],
      ],
      { hitPolicy: "FIRST" },
    ),
    10,
    "no request reaches this rule: that of line 9",
  ],
  [
    "a priority without its list",
    over([["< 5", "-", '"auto"']], { hitPolicy: "PRIORITY" }),
    8,
    "goes by the output's list",
  ],
  ["a function", over([["< abs(5)", "-", '"auto"']]), 8, "`abs` is no constant"],
  ["a comparison with another input", over([["< limit", "-", '"auto"']]), 8, "`limit` is no constant"],
  ["a time", over([['date and time("2026-01-01T00:00:00")', "-", '"auto"']]), 8, "cannot be translated"],
  ["a word without quotes", over([["-", "gold", '"auto"']]), 8, "`gold` is no constant"],
  ["half a unit", over([["< 5.5", "-", '"auto"']]), 8, "`5.5` is no value of this column in whole units"],
  ["a range of nothing whole", over([["(4..5)", "-", '"auto"']]), 8, "no whole unit is within"],
  [
    "a column of two kinds",
    over([
      ["< 5", "-", '"auto"'],
      ['"many"', "-", '"block"'],
    ]),
    5,
    "are not of one kind: number, text",
  ],
  [
    "an output that nobody knows",
    over([["< 5", "-", '"Low"']], { outputLabel: "Risk" }),
    8,
    "says nothing of who may do it",
  ],
  ["an output that is no text", over([["< 5", "-", "true"]]), 8, "says nothing of who may do it"],
  [
    "an input that is worked out",
    over([["< 5", "-", '"auto"']], { inputs: [{ variable: "a - b" }, { variable: "tier" }] }),
    5,
    "is no name of an input",
  ],
  [
    "two inputs of one name",
    over([["< 5", "1", '"auto"']], { inputs: [{ variable: "a b" }, { variable: "aB" }] }),
    6,
    "two inputs are called `aB`",
  ],
  ["several outputs", sound.replace("<output ", '<output id="p"/><output '), 7, "has 2 outputs"],
  ["several decisions", sound.replace("</definitions>", '<decision id="x"/></definitions>'), 11, "several decisions"],
  [
    "a decision that needs another",
    sound.replace(
      "<decisionTable ",
      '<informationRequirement><requiredDecision href="#x"/></informationRequirement><decisionTable ',
    ),
    4,
    "needs another one",
  ],
  ["another language", sound.replace("<inputExpression ", '<inputExpression expressionLanguage="juel" '), 5, "in FEEL"],
  [
    "a row too short",
    sound.replace('<inputEntry id="r0c1"><text>-</text></inputEntry>', ""),
    8,
    "the rule has 1 inputs",
  ],
  ["no XML", sound.replace("</decision>", ""), 9, "this is no DMN file"],
  [
    "a document type",
    sound.replace("<definitions", '<!DOCTYPE definitions [<!ENTITY e "5">]>\n<definitions'),
    2,
    "a document type",
  ],
  ["no DMN", "<a/>", 1, "holds no decision of DMN"],
] as const)("%s is refused by line", ([, text, line, said]) => {
  const result = importDmn("matrix.dmn", text);
  const problems = result.kind === "refused" ? result.problems : [];
  expect(problems.map((problem) => [problem.line, problem.message])).toContainEqual([
    line,
    expect.stringContaining(said),
  ]);
});

const amountTest = fc.oneof(
  fc.integer({ min: -1, max: 6 }).map(String),
  fc
    .tuple(fc.constantFrom("<", "<=", ">", ">="), fc.integer({ min: 0, max: 5 }))
    .map(([sign, value]) => `${sign} ${value}`),
  fc
    .tuple(
      fc.constantFrom("[", "(", "]"),
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 4, max: 6 }),
      fc.constantFrom("]", ")", "["),
    )
    .map(([open, low, high, close]) => `${open}${low}..${high}${close}`),
);
const listed = (one: fc.Arbitrary<string>) => {
  const list = fc.array(one, { minLength: 1, maxLength: 3 }).map((tests) => tests.join(", "));
  return fc.oneof(
    fc.constant("-"),
    list,
    list.map((tests) => `not(${tests})`),
  );
};
const row = fc.tuple(
  listed(amountTest),
  listed(fc.constantFrom('"gold"', '"silver"', '"2"')),
  fc.constantFrom("-", "true", "false", "not(true)"),
  fc.constantFrom("-", 'date("2026-03-01")', '< date("2026-03-02")', '[date("2026-02-28")..date("2026-03-02")]'),
  fc.constantFrom('"auto"', '"block"', '"deal desk"', '"director"'),
);
const request = fc.record({
  amount: fc.integer({ min: -2, max: 7 }),
  tier: fc.constantFrom("gold", "silver", "2", "none"),
  urgent: fc.boolean(),
  day: fc.constantFrom("2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"),
});
const priorities = ['"director"', '"auto"', '"block"', '"deal desk"'];

const inputs = ["amount", "tier", "urgent", "day"] as const;

/** Whether a row holds of a request, as another reader of FEEL has it. */
function holdsInFeel(cells: readonly string[], given: { readonly [name: string]: unknown }): boolean {
  return inputs.every((name, index) => {
    const cell = cells[index] ?? "-";
    const value = name === "day" ? evaluate(`date("${String(given[name])}")`).value : given[name];
    return cell === "-" || unaryTest(cell, { "?": value }).value === true;
  });
}

/** The output of the rows that hold, by the hit policy; undefined where none holds. */
function outputByHitPolicy(hitPolicy: string, rows: readonly (readonly string[])[]): string | undefined {
  const outputs = rows.map((cells) => cells.at(-1) ?? "");
  if (hitPolicy === "UNIQUE" && rows.length > 1) return `${rows.length} rows`;
  if (hitPolicy === "ANY" && new Set(outputs).size > 1) return `${outputs.join()} at once`;
  return hitPolicy === "PRIORITY" ? priorities.find((output) => outputs.includes(output)) : outputs[0];
}

const expectedOf = (output: string | undefined) => {
  const word = output?.slice(1, -1);
  if (word === "auto") return "execute";
  return word === "block" ? "block" : `escalate ${word === undefined ? "" : word.replace(" ", "-")}`;
};

test("any table of the subset decides as FEEL and its hit policy say", () => {
  const seen = new Map<string, number>();
  const tables = fc.record({
    hitPolicy: fc.constantFrom("FIRST", "FIRST", "PRIORITY", "ANY", "UNIQUE"),
    rules: fc.array(row, { minLength: 1, maxLength: 6 }),
  });
  fc.assert(
    fc.property(tables, fc.array(request, { minLength: 10, maxLength: 20 }), ({ hitPolicy, rules }, requests) => {
      const variables = inputs.map((variable) => ({ variable }));
      const result = importDmn("any.dmn", dmnFile({ hitPolicy, inputs: variables, outputs: priorities.join(), rules }));
      if (result.kind === "refused") {
        const known = /every request|no request reaches|no whole unit|and UNIQUE lets|and ANY lets/;
        const strange = result.problems.filter(({ message }) => !known.test(message));
        if (strange.length > 0) throw new Error(strange.map(({ message }) => message).join("; "));
        return;
      }
      const policy = draftPolicy("any", result.draft);
      for (const given of requests) {
        const facts = Object.fromEntries(
          Object.entries(given).filter(([name]) => policy.facts.some((fact) => fact.name === name)),
        );
        const { verdict, rules: ids } = decideCompiled(policy, facts, at);
        const roles = result.draft.rules.filter(({ id, effect }) => ids.includes(id) && effect === "escalate");
        const said =
          verdict === "escalate" ? `escalate ${[...new Set(roles.map(({ role }) => role))].join()}` : verdict;
        const wanted = expectedOf(
          outputByHitPolicy(
            hitPolicy,
            rules.filter((cells) => holdsInFeel(cells, given)),
          ),
        );
        expect([given, said]).toEqual([given, wanted]);
        seen.set(`${hitPolicy} ${verdict}`, (seen.get(`${hitPolicy} ${verdict}`) ?? 0) + 1);
      }
    }),
    { numRuns: 100 },
  );
  for (const hitPolicy of ["FIRST", "PRIORITY"])
    for (const verdict of ["execute", "escalate", "block"])
      expect(seen.get(`${hitPolicy} ${verdict}`)).toBeGreaterThan(5);
});
