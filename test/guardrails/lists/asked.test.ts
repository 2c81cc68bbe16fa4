import { describe, expect, test } from "vitest";
import { nearestChange } from "../../../guardrails/analyse/counterfactual.ts";
import { diffPolicies } from "../../../guardrails/analyse/diff.ts";
import { lint } from "../../../guardrails/analyse/lint.ts";
import { prove } from "../../../guardrails/analyse/prove.ts";
import { evaluate } from "../../../guardrails/evaluate.ts";
import { sceneOf } from "../../../guardrails/scene.ts";
import { basket, line, policyWith } from "./written.ts";

const rules = (most: string) => `derive:
  deep: { count: lines, where: { fact: discount, operator: greaterThan, value: 20% } }
  deepest: { any: lines, where: { fact: discount, operator: greaterThan, value: 40% } }
  total: { sum: lines, of: price }
  soft: { sum: lines, of: price, where: { fact: family, operator: equal, value: software } }
rules:
  - { id: deepest, effect: block, when: { fact: deepest, operator: equal, value: true }, reason: Deepest }
  - { id: deep, effect: escalate, when: { fact: deep, operator: greaterThan, value: ${most} }, reason: Deep }
  - { id: over, effect: block, when: { fact: soft, operator: greaterThan, value: { fact: total } }, reason: Never }
  - { id: fine, effect: execute, when: { fact: deep, operator: lessThanInclusive, value: ${most} }, reason: Fine }
`;
const invariant = (text: string) => `${rules("1")}invariants:\n  - ${text}\n`;

describe("what is made of lists is analysed", () => {
  test.for([
    [
      "a line over 40 % is one over 20 % too",
      "{ id: i, when: { all: [{ fact: deepest, operator: equal, value: true }, { fact: deep, operator: equal, value: 0 }] }, always: execute }",
    ],
    [
      "no part is over the whole",
      "{ id: i, when: { fact: soft, operator: greaterThan, value: { fact: total } }, always: execute }",
    ],
    ["two lines over 20 % do not go", "{ id: i, when: { fact: deep, operator: equal, value: 2 }, never: execute }"],
    [
      "fifty lines come to 5 million at most",
      "{ id: i, when: { fact: total, operator: greaterThan, value: 5000000.00 USD }, always: execute }",
    ],
  ] as const)("%s: proved", ([, text]) => {
    expect(prove(policyWith(invariant(text)))).toEqual([{ invariant: "i", kind: "proved" }]);
  });

  test("a counterexample is a list, decided again by both evaluators", async () => {
    const policy = policyWith(
      invariant(
        "{ id: i, when: { all: [{ fact: soft, operator: equal, value: 123.45 USD }, { fact: total, operator: equal, value: 200.00 USD }, { fact: deep, operator: equal, value: 1 }] }, never: execute }",
      ),
    );
    const [proof] = prove(policy);
    if (proof?.kind !== "counterexample") throw new Error("there is one");
    const lines = proof.facts["lines"] as readonly {
      readonly family: string;
      readonly price: number;
      readonly discount: number;
    }[];
    const sum = (some: typeof lines) => some.reduce((all, { price }) => all + price, 0);
    expect([
      sum(lines),
      sum(lines.filter(({ family }) => family === "software")),
      lines.filter(({ discount }) => discount > 200_000).length,
      (await evaluate(policy, proof.facts)).kind,
    ]).toEqual([200_00, 123_45, 1, "execute"]);
  });

  test("a rule that no list reaches is told", () => {
    const [one, other] = ["1", "49"].map((most) => lint(policyWith(rules(most)), { today: "2026-03-02" }));
    expect(one?.filter(({ kind }) => kind === "unreachable")).toMatchObject([{ about: ["over"] }]);
    expect(other?.filter(({ kind }) => kind === "undecided")).toEqual([]);
  });

  test("a difference is told in what is made of a list, whatever that is called, with a list that shows it", () => {
    const renamed = policyWith(rules("2").replaceAll("deep:", "steep:").replaceAll("fact: deep,", "fact: steep,"));
    const { changes, undecided } = diffPolicies(policyWith(rules("1")), renamed);
    expect([undecided, changes.map(({ direction, where }) => [direction, where])]).toEqual([
      [],
      [["loosening", expect.stringContaining("how many of lines where discount is over 20 % is 2") as string]],
    ]);
    expect(diffPolicies(policyWith(rules("1")), policyWith(rules("1"))).equal).toBe(true);
  });

  test("records whose fields are compared with one another are left open, by what is made of them", () => {
    const policy = policyWith(`derive:
  renewals: { count: lines, where: { fact: seats, operator: greaterThan, value: { fact: bought } } }
rules:
  - { id: r, effect: execute, when: { fact: renewals, operator: equal, value: 0 }, reason: R }
invariants:
  - { id: i, when: { fact: renewals, operator: equal, value: 3 }, never: execute }
  - { id: j, when: { fact: renewals, operator: equal, value: 0 }, never: execute }
`);
    expect(prove(policy)).toEqual([
      { invariant: "i", kind: "proved" },
      {
        invariant: "j",
        kind: "undecided",
        why: "invariant `j`: no numbers or records were found for which `how many of lines where seats is over bought` comes out as asked",
      },
    ]);
  });
});

test("the nearest change is of a fact that could be another, with the lists as they are", () => {
  const policy = policyWith(`derive:
  total: { sum: lines, of: price }
rules:
  - { id: fits, effect: execute, when: { fact: total, operator: lessThanInclusive, value: { fact: listPrice } }, reason: Fits }
`);
  const { checked } = sceneOf(policy, basket([line({ price: 1_000_01 })]), undefined);
  expect(nearestChange(policy, checked.known, "execute")?.changes).toMatchObject([
    { fact: "listPrice", from: 1_000_00, to: 1_000_01, bound: "at-least", through: 5_000_000_00 },
  ]);
});
