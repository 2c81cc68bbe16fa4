import fc from "fast-check";
import { expect, test } from "vitest";
import { derive } from "../../guardrails/derive.ts";
import { readAlong } from "../../guardrails/reading-along.ts";
import { holds, readRules } from "../../guardrails/reading.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { requestsOf, rulesOf } from "../bench/rule-set.ts";
import { policyOf } from "../fixtures/policy.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";

const generated: Policy = rulesOf(200);
const numbers = generated.facts.flatMap((type) => ("min" in type ? [type] : []));

test("rules read along one fact say what rules say that are read request by request", () => {
  const surroundings = requestsOf(200);
  const moved = fc.constantFrom(...numbers).chain(({ name, min, max }) => {
    const near = fc.oneof(
      fc.integer({ min, max }),
      fc.constantFrom(min, max),
      fc.nat(40).map((at) => at * 10_000),
    );
    return fc.record({ name: fc.constant(name), values: fc.array(near, { minLength: 1, maxLength: 6 }) });
  });
  fc.assert(
    fc.property(fc.nat(surroundings.length - 1), moved, (at, { name, values }) => {
      const around = surroundings[at] ?? {};
      const along = readAlong(generated, around, name);
      for (const value of values) {
        const facts = { ...around, [name]: value };
        expect(along.at(value)).toEqual(readRules(generated, facts));
      }
      for (const rule of generated.rules) {
        const answers = values.map((value) => holds(generated, rule.when, { ...around, [name]: value }));
        expect(along.turns(rule, values)).toBe(new Set(answers).size > 1);
      }
    }),
  );
});

test("what is derived of the fact that moves, moves with it", () => {
  const policy: Policy = {
    ...policyOf("quoting"),
    derived: [
      {
        name: "doubled",
        title: "twice the list price",
        adjustable: false,
        kind: "minor",
        currency: "USD",
        min: 0,
        max: 18_000_000_000_000,
        derive: { kind: "add", of: [{ fact: "listPrice" }, { fact: "listPrice" }] },
      },
    ],
    rules: [
      { id: "over", effect: "block", reason: "over", when: { fact: "doubled", operator: "greaterThan", value: 100 } },
    ],
  };
  const around = derive(policy, { ...quoteFacts() } as never);
  const along = readAlong(policy, around, "listPrice");
  expect([50, 51].map((value) => along.at(value).decision)).toEqual([policy.default, "block"]);
});

test("a candidate turns where it is written to, and counts in no verdict", () => {
  const when = { fact: "listPrice", operator: "greaterThan", value: 100 } as const;
  const rule = { id: "watched", effect: "block", reason: "watched", when, state: "candidate" } as const;
  const policy: Policy = { ...policyOf("quoting"), rules: [rule] };
  const along = readAlong(policy, { listPrice: 0 }, "listPrice");
  expect([along.turns(rule, [100, 101]), along.at(101)]).toEqual([true, { decision: policy.default, rules: [] }]);
});
