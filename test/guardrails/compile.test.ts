import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellOf } from "../../guardrails/cell.ts";
import { compilePolicy } from "../../guardrails/compile.ts";
import { matchingRules } from "../../guardrails/engine.ts";
import { readsOf } from "../../guardrails/policy.ts";
import type { Condition, Policy } from "../../guardrails/policy.ts";
import { testOf } from "../../guardrails/ternary.ts";
import type { Truth } from "../../guardrails/ternary.ts";
import { complete, facts, knownOf, leaving, moments, partial, policies } from "../fixtures/generated-policy.ts";
import { policyOf } from "../fixtures/policy.ts";

const quoting = policyOf("quoting");
const sorted = (ids: Iterable<string>) => [...ids].toSorted();

function withRules(whens: readonly Condition[]): Policy {
  const rules = whens.map((when, at) => ({ id: `rule-${at}`, effect: "block", reason: "holds", when }) as const);
  return { ...quoting, facts, params: [], rules };
}

const urgent: Condition = { fact: "urgent", operator: "equal", value: true };
const large: Condition = { fact: "size", operator: "greaterThan", value: 5 };

describe("the compiled form", () => {
  test("finds the rules that json-rules-engine finds, whatever the policy, the day and the facts", async () => {
    await fc.assert(
      fc.asyncProperty(policies(12), moments, complete, async (policy, at, given) => {
        const known = knownOf(policy, given);
        const cell = cellOf(policy, known, at);
        const { matching, unknown } = compilePolicy(cell).match(known);
        const byEngine = await matchingRules(cell.rules, known, cell.params);
        expect({ matching: sorted(matching), unknown }).toEqual({ matching: sorted(byEngine), unknown: [] });
      }),
      { numRuns: 500 },
    );
  });

  test("finds the rules that json-rules-engine finds for certain, whatever is missing", async () => {
    await fc.assert(
      fc.asyncProperty(policies(12), moments, partial, async (policy, at, [all, missing]) => {
        const known = knownOf(policy, leaving(all, missing));
        const cell = cellOf(policy, known, at);
        const byEngine = await matchingRules(cell.rules, known, cell.params);
        expect(sorted(compilePolicy(cell).match(known).matching)).toEqual(sorted(byEngine));
      }),
      { numRuns: 500 },
    );
  });

  test("leaves nothing open of a rule that reads known facts and settled parameters alone", () => {
    fc.assert(
      fc.property(policies(12), moments, partial, (policy, at, [all, missing]) => {
        const known = knownOf(policy, leaving(all, missing));
        const cell = cellOf(policy, known, at);
        const unsettled = cell.params.filter((param) => param.unsettled === true).map(({ name }) => name);
        const certain = cell.rules.filter(({ when }) => {
          const reads = readsOf(when);
          return ![...reads.facts, ...reads.params].some((name) => [...missing, ...unsettled].includes(name));
        });
        const { unknown } = compilePolicy(cell).match(known);
        expect(certain.filter(({ id }) => unknown.includes(id))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("gives a definite answer only when it stands for whatever the missing facts turn out to be", () => {
    const completions = fc.array(complete, { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(policies(12), moments, partial, completions, (policy, at, [all, missing], others) => {
        const given = leaving(all, missing);
        const known = knownOf(policy, given);
        const { matching, unknown } = compilePolicy(cellOf(policy, known, at)).match(known);
        for (const other of [all, ...others]) {
          const completed = knownOf(policy, { ...other, ...given });
          const full = compilePolicy(cellOf(policy, completed, at)).match(completed);
          expect(full.unknown).toEqual([]);
          expect(full.matching).toEqual(expect.arrayContaining([...matching]));
          expect([...matching, ...unknown]).toEqual(expect.arrayContaining([...full.matching]));
        }
      }),
      { numRuns: 500 },
    );
  });

  test("says the same of each rule in whatever order the rules and the overrides stand", () => {
    const shuffled = policies(12).chain((policy) =>
      fc.tuple(
        fc.constant(policy),
        fc.shuffledSubarray([...policy.rules], { minLength: policy.rules.length }),
        fc.shuffledSubarray([...policy.overrides], { minLength: policy.overrides.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, moments, partial, ([policy, rules, overrides], at, [all, missing]) => {
        const known = knownOf(policy, leaving(all, missing));
        const [one, other] = [policy, { ...policy, rules, overrides }].map((each) =>
          compilePolicy(cellOf(each, known, at)).match(known),
        );
        expect(sorted(one?.matching ?? [])).toEqual(sorted(other?.matching ?? []));
        expect(sorted(one?.unknown ?? [])).toEqual(sorted(other?.unknown ?? []));
      }),
      { numRuns: 300 },
    );
  });

  test("answers from its index as the closure of each rule's own condition does", () => {
    fc.assert(
      fc.property(policies(80), moments, partial, (policy, at, [all, missing]) => {
        const known = knownOf(policy, leaving(all, missing));
        const cell = cellOf(policy, known, at);
        const truths = cell.rules.map(({ id, when }) => ({ id, truth: testOf(when, cell.params)(known) }));
        const having = (truth: Truth) => truths.filter((each) => each.truth === truth).map(({ id }) => id);
        expect(compilePolicy(cell).match(known)).toEqual({ matching: having(true), unknown: having("unknown") });
      }),
      { numRuns: 200 },
    );
  });

  test("lists every match in file order over several blocks and words", () => {
    const policy = withRules(Array.from({ length: 2_100 }, () => ({ all: [urgent, large] })));
    const ids = policy.rules.map(({ id }) => id);
    expect(compilePolicy(policy).match({ urgent: true, size: 6 })).toEqual({ matching: ids, unknown: [] });
    expect(compilePolicy(policy).match({ urgent: true })).toEqual({ matching: [], unknown: ids });
    expect(compilePolicy(policy).match({ urgent: false })).toEqual({ matching: [], unknown: [] });
  });

  test("is made once per policy", () => {
    expect(compilePolicy(quoting)).toBe(compilePolicy(quoting));
    expect(compilePolicy({ ...quoting })).not.toBe(compilePolicy(quoting));
  });
});

const threeValued: readonly { name: string; when: Condition; says: "matching" | "unknown" | "neither" }[] = [
  { name: "a comparison of a missing fact is unknown", when: large, says: "unknown" },
  { name: "and so is its contrary", when: { not: large }, says: "unknown" },
  { name: "`any` holds by one known part", when: { any: [large, urgent] }, says: "matching" },
  { name: "`all` fails by one known part", when: { all: [large, { not: urgent }] }, says: "neither" },
  { name: "`all` with a missing part is unknown", when: { all: [large, urgent] }, says: "unknown" },
  { name: "`not any` is `all not`", when: { not: { any: [large, urgent] } }, says: "neither" },
  { name: "`not all` is `any not`", when: { not: { all: [large, urgent] } }, says: "unknown" },
];

test.for(threeValued)("with `urgent` true and `size` missing, $name", ({ when, says }) => {
  const { matching, unknown } = compilePolicy(withRules([when])).match({ urgent: true });
  expect({ matching, unknown }).toEqual({
    matching: says === "matching" ? ["rule-0"] : [],
    unknown: says === "unknown" ? ["rule-0"] : [],
  });
});

const limits = [0, 1, 2, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, Number.MIN_SAFE_INTEGER];
test("numbers beside each other and at the ends of the safe range are told apart", () => {
  for (const limit of limits) {
    const policy = withRules([
      { fact: "size", operator: "lessThan", value: limit },
      { fact: "size", operator: "equal", value: limit },
      { fact: "size", operator: "greaterThan", value: limit },
      { fact: "size", operator: "in", value: limits },
    ]);
    for (const size of limits) {
      const expected = ["rule-0", "rule-1", "rule-2"][1 + Math.sign(size - limit)];
      expect(compilePolicy(policy).match({ size })).toEqual({ matching: [expected, "rule-3"], unknown: [] });
    }
  }
});

const unsound: readonly { name: string; when: unknown; says: string }[] = [
  {
    name: "an unknown operator",
    when: { fact: "size", operator: "over", value: 1 },
    says: 'unexpected value `"over"`',
  },
  {
    name: "an undeclared parameter",
    when: { fact: "size", operator: "lessThan", value: { param: "gone" } },
    says: "parameter `gone` is not declared",
  },
  {
    name: "an undeclared fact",
    when: { fact: "gone", operator: "equal", value: 1 },
    says: "a rule reads a fact that is not declared",
  },
  {
    name: "an undeclared fact beside others",
    when: { any: [urgent, { fact: "gone", operator: "equal", value: 1 }] },
    says: "a rule reads a fact that is not declared",
  },
  {
    name: "an order against a list",
    when: { fact: "size", operator: "lessThan", value: [1] },
    says: "an order compares with a number",
  },
  {
    name: "one value against a list",
    when: { fact: "size", operator: "notEqual", value: [1] },
    says: "`equal` and `notEqual` compare with one value",
  },
  {
    name: "`in` a text, which would find parts of it",
    when: { fact: "tier", operator: "in", value: "goldish" },
    says: "`in` and `notIn` compare with a list",
  },
  { name: "`any` of nothing, which the engine takes for true", when: { any: [] }, says: "a group holds no condition" },
  { name: "`all` of nothing", when: { all: [] }, says: "a group holds no condition" },
  { name: "no condition", when: {}, says: "unexpected value" },
];

test.for(unsound)("refuses to compile $name", ({ when, says }) => {
  expect(() => compilePolicy(withRules([when as Condition]))).toThrow(says);
});
