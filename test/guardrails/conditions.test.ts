import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate } from "../../guardrails/evaluate.ts";
import type { Scalar } from "../../guardrails/fact-types.ts";
import { equalityOperators, orderOperators } from "../../guardrails/policy.ts";
import type { Comparison, Condition, Policy } from "../../guardrails/policy.ts";
import { policyOf } from "../fixtures/policy.ts";

type Known = { readonly [name: string]: Scalar };

const limit = 5;
const template = policyOf("quoting");

/** A policy over a small number, a word and a switch, whose only rule executes when the condition holds. */
function policyWith(when: Condition): Policy {
  return {
    ...template,
    facts: [
      { name: "size", title: "size", adjustable: true, kind: "number", min: 0, max: 9 },
      { name: "term", title: "term", adjustable: false, kind: "choice", values: ["a", "ab", "b"] },
      { name: "urgent", title: "urgent", adjustable: false, kind: "boolean" },
    ],
    params: [{ name: "limit", kind: "ppm", value: limit, allowed: null, protected: false }],
    rules: [{ id: "only", effect: "execute", when, reason: "holds" }],
  };
}

const facts: fc.Arbitrary<Known> = fc.record({
  size: fc.integer({ min: 0, max: 9 }),
  term: fc.constantFrom("a", "ab", "b"),
  urgent: fc.boolean(),
});

function comparison(fact: string, value: fc.Arbitrary<Scalar>, operators: readonly Comparison["operator"][]) {
  return fc.constantFrom(...operators).chain((operator): fc.Arbitrary<Comparison> => {
    const list = operator === "in" || operator === "notIn";
    return fc.record({
      fact: fc.constant(fact),
      operator: fc.constant(operator),
      value: list ? fc.uniqueArray(value, { minLength: 1, maxLength: 3 }) : value,
    });
  });
}

const size = fc.integer({ min: 0, max: 9 });
const againstLimit = fc
  .constantFrom(...orderOperators)
  .map((operator): Comparison => ({ fact: "size", operator, value: { param: "limit" } }));

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    comparison("size", size, [...equalityOperators, ...orderOperators]),
    comparison("term", fc.constantFrom("a", "ab", "b"), equalityOperators),
    comparison("urgent", fc.boolean(), ["equal", "notEqual"]),
    againstLimit,
    fc.record({ all: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie("condition") }),
  ),
}));

function compares(known: Known, { fact, operator, value }: Comparison): boolean {
  const left = known[fact];
  const right = typeof value === "object" && "param" in value ? limit : value;
  switch (operator) {
    case "equal":
      return left === right;
    case "notEqual":
      return left !== right;
    case "in":
      return [right].flat().some((item) => item === left);
    case "notIn":
      return [right].flat().every((item) => item !== left);
    case "lessThan":
      return Number(left) < Number(right);
    case "lessThanInclusive":
      return Number(left) <= Number(right);
    case "greaterThan":
      return Number(left) > Number(right);
    case "greaterThanInclusive":
      return Number(left) >= Number(right);
    default:
      throw new Error(`\`${operator}\` is not generated here`);
  }
}

/** What a condition means, in plain code. */
function holds(known: Known, when: Condition): boolean {
  if ("all" in when) return when.all.every((inner) => holds(known, inner));
  if ("any" in when) return when.any.some((inner) => holds(known, inner));
  return "not" in when ? !holds(known, when.not) : compares(known, when);
}

test("any condition the language can say holds exactly when its words do", async () => {
  await fc.assert(
    fc.asyncProperty(condition, facts, async (when, known) => {
      const decision = await evaluate(policyWith(when), known);
      expect(decision.kind === "execute").toBe(holds(known, when));
    }),
    { numRuns: 1000 },
  );
});

test("a matched rule shows exactly the facts and parameters its condition reads", async () => {
  const when: Condition = {
    any: [
      { not: { fact: "urgent", operator: "equal", value: true } },
      { fact: "size", operator: "lessThan", value: { param: "limit" } },
    ],
  };
  expect(await evaluate(policyWith(when), { size: 4, term: "a", urgent: true })).toEqual({
    kind: "execute",
    rules: [{ id: "only", effect: "execute", reason: "holds", values: { urgent: true, size: 4, limit: 5 } }],
  });
});
