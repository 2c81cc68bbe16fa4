import { describe, expect, test, vi } from "vitest";
import { evaluate, evaluateWith, liveMatchers } from "../../../guardrails/evaluate.ts";
import type { Disagreement } from "../../../guardrails/evaluate.ts";
import type { OverList } from "../../../guardrails/derived.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { readRules } from "../../../guardrails/reading.ts";
import { sceneOf } from "../../../guardrails/scene.ts";
import { basket, line, policyWith } from "./written.ts";

const sections = `params:
  line_max: { percent: 20%, allowed: 5%..30% }
derive:
  deep: { any: lines, where: { all: [{ fact: discount, operator: greaterThan, value: { param: line_max } }, { fact: family, operator: equal, value: hardware }] } }
  mild: { all: lines, where: { fact: discount, operator: lessThanInclusive, value: { param: line_max } } }
  early: { count: lines, where: { fact: starts, operator: lessThan, value: 2026-03-01 } }
  many: { count: lines }
  hardware: { sum: lines, of: price, where: { fact: family, operator: equal, value: hardware } }
  total: { sum: lines, of: price }
  unlisted: { subtract: [listPrice, total] }
rules:
  - { id: deep, effect: block, when: { fact: deep, operator: equal, value: true }, reason: Deep }
  - { id: mild, effect: execute, when: { fact: mild, operator: equal, value: true }, reason: Mild }
  - { id: early, effect: escalate, when: { fact: early, operator: greaterThan, value: 1 }, reason: "{early} start early" }
  - { id: many, effect: escalate, when: { fact: many, operator: greaterThanInclusive, value: 3 }, reason: "{many} lines" }
  - { id: dear, effect: escalate, when: { fact: hardware, operator: greaterThan, value: 500.00 USD }, reason: "{hardware}" }
  - { id: over, effect: block, when: { fact: unlisted, operator: lessThan, value: 0.00 USD }, reason: "{unlisted}" }
`;
const policy = policyWith(sections);
const late = { starts: "2026-04-01" };
const hardware = { ...late, family: "hardware" };

const cases: readonly (readonly [name: string, lines: readonly object[], rules: readonly string[]])[] = [
  ["one mild line", [line(late)], ["mild"]],
  ["a discount at the limit is within it", [line({ ...hardware, discount: 200_000 })], ["mild"]],
  ["a millionth over it on hardware is not", [line({ ...hardware, discount: 200_001 })], ["deep"]],
  ["nor on software, which is not hardware", [line({ ...late, discount: 200_001 })], []],
  ["the two parts of a condition must hold of one record", [line({ ...late, discount: 900_000 }), line(hardware)], []],
  ["one line of two is enough for any", [line(late), line({ ...hardware, discount: 300_000 })], ["deep"]],
  ["one early line", [line(), line(late)], ["mild"]],
  ["two early lines", [line(), line()], ["early", "mild"]],
  ["the day itself is not before it", [line({ starts: "2026-03-01" }), line({ starts: "2026-02-28" })], ["mild"]],
  ["three lines", [line(late), line(late), line(late)], ["many", "mild"]],
  [
    "prices that come to the limit",
    [line({ ...hardware, price: 250_00 }), line({ ...hardware, price: 250_00 })],
    ["mild"],
  ],
  ["a cent over it", [line({ ...hardware, price: 250_01 }), line({ ...hardware, price: 250_00 })], ["dear", "mild"]],
  ["what is not hardware is not added", [line({ ...late, price: 900_00 }), line(hardware)], ["mild"]],
  ["lines that come to all of the list price", [line({ ...late, price: 1_000_00 })], ["mild"]],
  ["a cent more than it lists at", [line({ ...late, price: 1_000_01 })], ["mild", "over"]],
];

describe("known answers in three readings", () => {
  test.for(cases)("%s", async ([, lines, rules]) => {
    const { cell, checked } = sceneOf(policy, basket(lines), undefined);
    const told = {
      engine: [...(await liveMatchers.engine(cell, checked.known))].toSorted(),
      compiled: liveMatchers.compiled(cell, checked.known).matching.toSorted(),
      read: readRules(cell, checked.known).rules,
    };
    expect(told).toEqual({ engine: rules, compiled: rules, read: rules });
  });

  test("a parameter that an override sets is the one that records are held to", async () => {
    const raised = { ...policy, params: policy.params.map((param) => ({ ...param, value: 250_000 })) };
    const lines = [line({ ...hardware, discount: 250_000 })];
    expect([await verdict(policy, lines), await verdict(raised, lines)]).toEqual(["block", "execute"]);
  });
});

const verdict = async (cell: Policy, lines: readonly object[]) => (await evaluate(cell, basket(lines))).kind;

describe("a list that may be left out", () => {
  const spare = policyWith(`derive:
  dear: { any: spares, where: { fact: price, operator: greaterThan, value: 100.00 USD } }
  total: { sum: lines, of: price }
rules:
  - { id: dear, effect: escalate, when: { fact: dear, operator: equal, value: true }, reason: Dear }
  - { id: cheap, effect: execute, when: { fact: total, operator: lessThan, value: 500.00 USD }, reason: Cheap }
`);
  test.for([
    ["is not known, so that what hangs on it asks", {}, "escalate", ["cheap"]],
    ["is none of anything where it is empty", { spares: [] }, "execute", ["cheap"]],
    ["is read where it is there", { spares: [{ price: 100_01 }] }, "escalate", ["cheap", "dear"]],
  ] as const)("%s", async ([, more, kind, rules]) => {
    const decision = await evaluate(spare, basket([line()], more));
    expect([decision.kind, decision.rules.map(({ id }) => id).toSorted()]).toEqual([kind, rules]);
  });
});

/** The policy with one derived fact made otherwise. */
function wrong(name: string, changed: Partial<OverList>): Policy {
  const derived = policy.derived?.map((type) => {
    return type.name === name ? { ...type, derive: { ...type.derive, ...changed } as OverList } : type;
  });
  return { ...policy, ...(derived && { derived }) };
}

test.for(
  (
    [
      [
        "an `any` read as `all`",
        wrong("deep", { kind: "all" }),
        [line(late), line({ ...hardware, discount: 300_000 })],
      ],
      ["an `all` read as `any`", wrong("mild", { kind: "any" }), [line(late), line({ ...late, discount: 300_000 })]],
      ["another field that is added up", wrong("hardware", { of: "seats" }), [line({ ...hardware, price: 500_01 })]],
    ] as const
  ).flatMap(([name, planted, lines]) =>
    (["engine", "compiled"] as const).map((side) => ({ name, planted, lines, side })),
  ),
)("$name by the $side form executes nothing and raises the alarm", async ({ planted, lines, side }) => {
  const matchers = {
    ...liveMatchers,
    [side]: (_: Policy, known: Parameters<typeof liveMatchers.engine>[1]) => liveMatchers[side](planted, known),
  };
  const onDisagreement = vi.fn<(detail: Disagreement) => void>();
  const decision = await evaluateWith(matchers)(policy, basket(lines), { onDisagreement });
  expect([decision.kind === "execute", onDisagreement.mock.calls.length]).toEqual([false, 1]);
});
