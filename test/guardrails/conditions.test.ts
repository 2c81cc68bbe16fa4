import fc from "fast-check";
import { expect, test } from "vitest";
import { assertNever } from "../../domain/assert-never.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import type { Scalar, Value } from "../../guardrails/fact-types.ts";
import { writeDate } from "../../guardrails/literals.ts";
import { equalityOperators, orderOperators, setOperators } from "../../guardrails/policy.ts";
import type { Comparison, Condition, Policy } from "../../guardrails/policy.ts";
import { policyOf } from "../fixtures/policy.ts";

type Given = { readonly [name: string]: Value };

const limit = 5;
/** 2026-06-01, as days since 1970-01-01. */
const FIRST = 20_605;
const template = policyOf("quoting");

/** A policy over a small number, a word and a switch, whose only rule executes when the condition holds. */
function policyWith(when: Condition): Policy {
  return {
    ...template,
    facts: [
      { name: "size", title: "size", adjustable: true, kind: "number", min: 0, max: 9 },
      { name: "term", title: "term", adjustable: false, kind: "choice", values: ["a", "ab", "b"] },
      { name: "urgent", title: "urgent", adjustable: false, kind: "boolean" },
      { name: "day", title: "day", adjustable: false, kind: "date", min: FIRST, max: FIRST + 9 },
      { name: "tags", title: "tags", adjustable: false, kind: "set", values: ["a", "ab", "b"] },
      { name: "note", title: "note", adjustable: false, kind: "text", maxLength: 8 },
    ],
    params: [
      { name: "limit", kind: "number", value: limit, allowed: null, protected: false },
      { name: "last", kind: "date", value: FIRST + limit, allowed: null, protected: false },
    ],
    rules: [{ id: "only", effect: "execute", when, reason: "holds" }],
  };
}

const facts: fc.Arbitrary<Given> = fc.record({
  size: fc.integer({ min: 0, max: 9 }),
  term: fc.constantFrom("a", "ab", "b"),
  urgent: fc.boolean(),
  day: fc.integer({ min: FIRST, max: FIRST + 9 }).map(writeDate),
  tags: fc.shuffledSubarray(["a", "ab", "b"]),
  note: fc.oneof(fc.constantFrom("", "a", "Ab", "ba", "b\nb"), fc.string({ maxLength: 8 })),
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
const day = fc.integer({ min: FIRST, max: FIRST + 9 });
const againstParam = fc
  .tuple(fc.constantFrom(...orderOperators), fc.constantFrom(["size", "limit"], ["day", "last"]))
  .map(([operator, [fact = "", param = ""]]): Comparison => ({ fact, operator, value: { param } }));

/** Patterns that mean the same to RE2 and to JavaScript. */
const pattern = fc
  .constantFrom("a", "^a", "b$", "^[ab]+$", "a|^$", "^.b", "[^ab]", "b{2}")
  .map((value): Comparison => ({ fact: "note", operator: "matches", value }));

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    comparison("size", size, [...equalityOperators, ...orderOperators]),
    comparison("term", fc.constantFrom("a", "ab", "b"), equalityOperators),
    comparison("urgent", fc.boolean(), ["equal", "notEqual"]),
    comparison("day", day, [...equalityOperators, ...orderOperators]),
    comparison("tags", fc.constantFrom("a", "ab", "b"), setOperators),
    comparison("note", fc.constantFrom("", "a", "ab"), equalityOperators),
    pattern,
    againstParam,
    fc.record({ all: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie("condition") }),
  ),
}));

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function compares(known: Given, { fact, operator, value }: Comparison): boolean {
  const given = known[fact];
  const left = fact === "day" ? Date.parse(text(given)) / 86_400_000 : given;
  const isParam = typeof value === "object" && "param" in value;
  const right = isParam ? { limit, last: FIRST + limit }[value.param] : value;
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
    case "contains":
      return Array.isArray(left) && left.some((member) => member === right);
    case "doesNotContain":
      return Array.isArray(left) && left.every((member) => member !== right);
    case "matches":
      return typeof right === "string" && new RegExp(right).test(text(left));
    default:
      return assertNever(operator);
  }
}

/** What a condition means, in plain code. */
function holds(known: Given, when: Condition): boolean {
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
  expect(
    await evaluate(policyWith(when), {
      size: 4,
      term: "a",
      urgent: true,
      day: "2026-06-01",
      tags: [],
      note: "",
    }),
  ).toEqual({
    kind: "execute",
    rules: [{ id: "only", effect: "execute", reason: "holds", values: { urgent: true, size: 4, limit: 5 } }],
  });
});
