import { expect, test } from "vitest";
import { compilePolicy } from "../../guardrails/compile.ts";
import type { FactType } from "../../guardrails/fact-types.ts";
import type { Condition, Policy } from "../../guardrails/policy.ts";
import { testOf } from "../../guardrails/ternary.ts";
import { policyOf } from "../fixtures/policy.ts";

const partners = Array.from({ length: 499 }, (_, at) => `partner-${at}`);
const plain = { adjustable: false } as const;
const facts: readonly FactType[] = [
  { name: "size", title: "size", ...plain, kind: "number", min: 0, max: 10_000 },
  { name: "partner", title: "partner", ...plain, kind: "choice", values: partners },
  { name: "urgent", title: "urgent", ...plain, kind: "boolean" },
];

/** Limits and a partner of its own for every rule, and values between limits that only some rules tell apart. */
function conditionAt(at: number): Condition {
  const size = { fact: "size", operator: at % 2 === 0 ? "greaterThan" : "lessThanInclusive", value: 4 * at } as const;
  const hole = 4 * ((at * 7) % 1_500);
  const other = { fact: "size", operator: "notIn", value: [hole, hole + 2] } as const;
  const partner = {
    fact: "partner",
    operator: at % 3 === 0 ? "notEqual" : "equal",
    value: partners[at % 499]!,
  } as const;
  const urgent = { fact: "urgent", operator: "equal", value: at % 5 === 0 } as const;
  return { all: [size, other, at % 4 === 0 ? { any: [partner, urgent] } : partner, { not: { not: size } }] };
}

const rules = Array.from(
  { length: 1_500 },
  (_, at) => ({ id: `rule-${at}`, effect: "block", reason: "holds", when: conditionAt(at) }) as const,
);
const policy: Policy = { ...policyOf("quoting"), facts, params: [], rules };
const closures = rules.map(({ id, when }) => ({ id, holds: testOf(when, []) }));

test("1,500 rules with limits of their own are found as each rule's own condition says, on every limit and beside it", () => {
  const { match } = compilePolicy(policy);
  for (let size = 36; size <= 6_100; size += 36) {
    for (const at of [size - 1, size, size + 1]) {
      const known = { size: at, partner: partners[Math.abs(at * 3) % 499]!, urgent: at % 2 === 0 };
      const expected = closures.flatMap(({ id, holds }) => (holds(known) === true ? [id] : []));
      expect(match(known)).toEqual({ matching: expected, unknown: [] });
    }
  }
});
