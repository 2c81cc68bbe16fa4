import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePolicy } from "../../guardrails/compile.ts";
import type { DerivedFact } from "../../guardrails/derived.ts";
import { derive } from "../../guardrails/derive.ts";
import { engineMatches, matchingRules } from "../../guardrails/engine.ts";
import { cellOf } from "../../guardrails/cell.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { holds } from "../../guardrails/reading.ts";
import { mayMatch, READ_ANYWAY, rulesToRead } from "../../guardrails/set-aside.ts";
import { requestsOf, rulesOf } from "../bench/rule-set.ts";
import { knownOf, leaving, moments, partial, policies } from "../fixtures/generated-policy.ts";

const share: DerivedFact = {
  name: "discountAmount",
  title: "discount in money",
  adjustable: false,
  kind: "minor",
  min: 0,
  max: 100_000_000,
  currency: "USD",
  derive: { kind: "share", of: { fact: "listPrice" }, share: { fact: "discount" }, round: "up" },
};

/** A thousand rules, every second of which asks something of a derived fact too. */
const generated = rulesOf(1_000);
const large: Policy = {
  ...generated,
  derived: [share],
  rules: generated.rules.map((rule, at) => {
    const over = { fact: "discountAmount", operator: "greaterThan", value: (at % 40) * 500_000 } as const;
    return at % 2 === 0 ? rule : { ...rule, when: { all: [rule.when, over] } };
  }),
};
const requests = requestsOf(60);

describe("no rule that matches is set aside", () => {
  test("of any policy and any request, facts left out and overrides in force included, by a reading of each rule", () => {
    let aside = 0;
    fc.assert(
      fc.property(policies(16), partial, moments, (policy, [all, missing], at) => {
        const known = knownOf(policy, leaving(all, missing));
        const cell = cellOf(policy, known, at);
        const may = mayMatch(cell, known);
        const matching = new Set(compilePolicy(cell).match(known).matching);
        for (const [position, rule] of cell.rules.entries()) {
          if (may[position] === true) continue;
          aside += 1;
          expect([rule.id, matching.has(rule.id)]).toEqual([rule.id, false]);
          expect([rule.id, holds(cell, rule.when, known)]).toEqual([rule.id, false]);
        }
      }),
      { numRuns: 600 },
    );
    expect(aside).toBeGreaterThan(200);
  });

  test("an unknown fact rules nothing out", () => {
    expect(mayMatch(large, {}).every(Boolean)).toBe(true);
  });
});

describe("1,000 rules", () => {
  test("the engine says of those it reads what it says of all, derived facts included", async () => {
    for (const known of requests.slice(0, 4)) {
      const all = await matchingRules(large.rules, known, [], large.derived);
      expect(await engineMatches(large, known)).toEqual(all);
      expect(all.size).toBeGreaterThan(0);
    }
  });

  test("at most a fifth of them is read for a request", () => {
    for (const known of requests) {
      expect(rulesToRead(large, derive(large, known)).length).toBeLessThan(200);
    }
  });

  test("what the compiled form made of derived facts reaches the engine's choice no more than its verdict", async () => {
    const [known = {}] = requests;
    expect(await engineMatches(large, { ...known, discountAmount: 0 })).toEqual(await engineMatches(large, known));
  });

  test("every rule is read where it was set aside, over 600 requests", () => {
    const unseen = new Set(large.rules.map(({ id }) => id));
    for (const known of requestsOf(600)) {
      const may = mayMatch(large, known);
      const read = new Set(rulesToRead(large, known));
      const anyway = large.rules.filter((rule, at) => may[at] === false && read.has(rule));
      expect(anyway).toHaveLength(READ_ANYWAY);
      for (const { id } of anyway) unseen.delete(id);
    }
    expect([...unseen]).toEqual([]);
  });
});

test("a policy of few rules is read whole", async () => {
  const small = rulesOf(READ_ANYWAY);
  for (const known of requests) expect(rulesToRead(small, known)).toEqual(small.rules);
});
