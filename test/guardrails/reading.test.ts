import { expect, test } from "vitest";
import { governedActions } from "../../functions/governed-actions.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import { comparisonHolds, holds, readRules } from "../../guardrails/reading.ts";
import type { Operator } from "../../guardrails/policy.ts";
import { policyOf } from "../fixtures/policy.ts";

const quoting = policyOf("quoting");

/** Answers one below, at and one above the limit of 15 %. */
test.for<[Operator, boolean[]]>([
  ["lessThan", [true, false, false]],
  ["lessThanInclusive", [true, true, false]],
  ["greaterThan", [false, false, true]],
  ["greaterThanInclusive", [false, true, true]],
  ["equal", [false, true, false]],
  ["notEqual", [true, false, true]],
])("`%s` turns where its name says, for a constant and for a parameter", ([operator, answers]) => {
  for (const value of [150_000, { param: "auto_max" }]) {
    const read = (given: number) => comparisonHolds(quoting, { fact: "effectiveDiscount", operator, value }, given);
    expect([149_999, 150_000, 150_001].map(read)).toEqual(answers);
  }
});

test("lists are sets; all, any and not mean what they say; an absent fact satisfies nothing", () => {
  const facts = { protectedTerms: "data", belowFloorPrice: true };
  const among = { fact: "protectedTerms", operator: "in", value: ["liability", "data"] } as const;
  const other = { fact: "protectedTerms", operator: "notIn", value: ["liability", "data"] } as const;
  const absent = { fact: "listPrice", operator: "greaterThan", value: 0 } as const;
  const conditions = [among, other, absent, { all: [among, other] }, { any: [among, other] }, { not: other }];
  expect(conditions.map((condition) => holds(quoting, condition, facts))).toEqual([
    true,
    false,
    false,
    false,
    true,
    true,
  ]);
});

test("reading the rules one by one gives what the live evaluation decides, over every choice of a policy", async () => {
  for (const policy of Object.keys(governedActions).map((id) => policyOf(id))) {
    for (const facts of requestsOf(policy.facts)) {
      const decision = await evaluate(policy, facts);
      const decided = { decision: decision.kind, rules: decision.rules.map(({ id }) => id).toSorted() };
      expect(readRules(policy, facts)).toEqual(decided);
    }
  }
});

type FactTypes = typeof quoting.facts;
type Given = boolean | number | string | readonly string[];

/** Every combination of truth values and choices; numbers run through a few values. */
function requestsOf(types: FactTypes): { [name: string]: Given }[] {
  const [first, ...rest] = types;
  if (first === undefined) return [{}];
  const inner = requestsOf(rest);
  return valuesOf(first).flatMap((value) => inner.map((facts) => ({ ...facts, [first.name]: value })));
}

function valuesOf(type: FactTypes[number]): readonly Given[] {
  if (type.kind === "boolean") return [true, false];
  if (type.kind === "choice") return type.values.slice(0, 2);
  if (type.kind === "text") return ["one"];
  if (type.kind === "set") return [[], type.values.toSorted()];
  if (type.kind === "number") return [type.min, type.max];
  return type.kind === "ppm" ? [150_000, 250_001] : [5_000_000, 50_000_001];
}
