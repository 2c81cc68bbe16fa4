import fc from "fast-check";
import { expect, test } from "vitest";
import { leversOf, openingSign, valueThatAsks, valueThatSpares } from "../../../guardrails/learn/lever.ts";
import { orderOperators } from "../../../guardrails/policy.ts";
import type { Condition, Policy } from "../../../guardrails/policy.ts";
import { testOf } from "../../../guardrails/ternary.ts";
import { policyOf } from "../../fixtures/policy.ts";

const quoting = policyOf("quoting");

/** The quoting policy whose one escalating rule has this condition. */
function withRule(when: Condition): Policy {
  const rules = quoting.rules.filter(({ id }) => id === "manager-band").map((rule) => ({ ...rule, when }));
  return { ...quoting, rules };
}

test("for any operator: the spared value is the strictest that does not ask, the asking one the loosest that does", () => {
  fc.assert(
    fc.property(fc.constantFrom(...orderOperators), fc.integer({ min: 0, max: 1_000 }), (operator, given) => {
      const when = { fact: "effectiveDiscount", operator, value: { param: "auto_max" } } as const;
      const [lever] = leversOf(withRule(when));
      if (lever === undefined) throw new Error("no lever");
      const asks = (value: number) => {
        const params = quoting.params.map((param) => (param.name === "auto_max" ? { ...param, value } : param));
        return testOf(when, params)({ effectiveDiscount: given });
      };
      const [spares, least] = [valueThatSpares(lever, given), valueThatAsks(lever, given)];
      expect([asks(spares), asks(least), spares - least]).toEqual([false, true, openingSign(lever)]);
    }),
  );
});

const bound = { fact: "effectiveDiscount", operator: "greaterThan", value: { param: "auto_max" } } as const;
const other = { fact: "belowFloorPrice", operator: "equal", value: false } as const;

test.for<readonly [string, Condition, number]>([
  ["the whole condition", bound, 1],
  ["one of several that must hold", { all: [other, { all: [bound] }] }, 1],
  ["the same parameter twice in a rule counts once", { all: [bound, bound] }, 1],
  ["one of several that may hold: moving it alone spares nothing for sure", { any: [bound, other] }, 0],
  ["under `not`", { not: bound }, 0],
])("%s", ([, when, count]) => {
  expect(leversOf(withRule(when))).toHaveLength(count);
});

test("a candidate rule has no lever", () => {
  const policy = withRule(bound);
  const rules = policy.rules.map((rule) => ({ ...rule, state: "candidate" as const }));
  expect(leversOf({ ...policy, rules })).toEqual([]);
});
