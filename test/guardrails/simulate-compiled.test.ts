import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideCompiled } from "../../guardrails/decide-compiled.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import type { FactType } from "../../guardrails/fact-types.ts";
import type { Override, Policy } from "../../guardrails/policy.ts";
import { facts, leaving, partial, policies } from "../fixtures/generated-policy.ts";
import { policyOf } from "../fixtures/policy.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";

const AT = "2026-03-02T09:00:00Z";

/** Some facts made optional, some rules made candidates, and overrides by tier, one of them of another day. */
const varied = fc
  .tuple(
    policies(10),
    fc.subarray(facts.map(({ name }) => name)),
    fc.subarray(Array.from({ length: 10 }, (_, at) => `rule-${at}`)),
    fc.tuple(fc.nat(12), fc.nat(12)),
  )
  .map(([policy, optional, candidates, [most, cap]]): Policy => {
    const made = (id: string, from: string, set: Override["set"], tier: string): Override => ({
      id,
      for: { tier: [tier] },
      from,
      until: "2027-01-01",
      set,
      reason: "",
    });
    return {
      ...policy,
      facts: facts.map((type): FactType => (optional.includes(type.name) ? { ...type, optional: true } : type)),
      rules: policy.rules.map((rule) => (candidates.includes(rule.id) ? { ...rule, state: "candidate" } : rule)),
      overrides: [
        made("gold-now", "2026-01-01", { most }, "gold"),
        made("silver-now", "2026-01-01", { most, cap }, "silver"),
        made("nine-later", "2026-06-01", { most: 0 }, "9"),
      ],
    };
  });

const oddities = fc.constantFrom({}, {}, {}, { stranger: 1 }, { size: "9" }, { tier: "bronze" }, { urgent: null });

async function live(policy: Policy, given: Parameters<typeof evaluate>[1], at: string) {
  const { kind, rules } = await evaluate(policy, given, { at });
  return { verdict: kind, rules: rules.map(({ id }) => id) };
}

describe("the compiled form alone", () => {
  test("says the verdict and the rules of a live decision, whatever is missing, optional, wrong or overridden", async () => {
    await fc.assert(
      fc.asyncProperty(varied, partial, oddities, async (policy, [known, removed], odd) => {
        const given = { ...leaving(known, removed), ...odd };
        expect(decideCompiled(policy, given, AT)).toEqual(await live(policy, given, AT));
      }),
      { numRuns: 800 },
    );
  });

  test.for([
    ["a request within the mandate", {}],
    ["one beyond it", { effectiveDiscount: 150_001 }],
    ["one over the ceiling", { effectiveDiscount: 250_001, listPrice: 50_000_001 }],
  ] as const)("agrees on %s", async ([, changes]) => {
    const given = quoteFacts(changes);
    expect(decideCompiled(policyOf("quoting"), given, AT)).toEqual(await live(policyOf("quoting"), given, AT));
  });

  test("escalates on a fault, as a live decision does", async () => {
    const broken = { ...policyOf("quoting"), params: [] };
    expect(decideCompiled(broken, quoteFacts(), AT)).toEqual(await live(broken, quoteFacts(), AT));
    expect(decideCompiled(broken, quoteFacts(), AT)).toEqual({ verdict: "escalate", rules: [] });
  });
});
