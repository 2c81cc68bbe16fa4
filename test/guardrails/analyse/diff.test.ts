import { startOfDay } from "../../../guardrails/cell.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diffPolicies } from "../../../guardrails/analyse/diff.ts";
import { evaluate } from "../../../guardrails/evaluate.ts";
import { comparisonsOf } from "../../../guardrails/policy.ts";
import type { Comparison, Condition, Policy } from "../../../guardrails/policy.ts";
import { complete, leaving, moments, optionalNames, policies } from "../../fixtures/generated-policy.ts";
import { policyFile, policyOf } from "../../fixtures/policy.ts";

const quoting = policyOf("quoting");
const edited = (from: string, to: string) => policyOf("quoting", policyFile("quoting.yaml").replace(from, to));

describe("quoting", () => {
  test("a limit moved from 15 % to 18 % loosens exactly what lies between", () => {
    const { equal, changes } = diffPolicies(quoting, edited("percent: 15%", "percent: 18%"));
    expect(equal).toBe(false);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({
      direction: "loosening",
      where: expect.stringMatching(/^effectiveDiscount is over 15 % and at most 18 %; /),
      from: { verdict: "escalate", rules: ["manager-band"] },
      to: { verdict: "execute", answeredBy: null },
      witness: { effectiveDiscount: 150_001 },
    });
    const [back] = diffPolicies(edited("percent: 15%", "percent: 18%"), quoting).changes;
    expect(back?.direction).toBe("tightening");
  });

  test("the same rules in another order, other words and other names are proved equal", () => {
    const rules = quoting.rules
      .toReversed()
      .map((rule) => ({ ...rule, id: `${rule.id}-2`, when: { not: { not: rule.when } } }));
    expect(diffPolicies(quoting, { ...quoting, rules }).equal).toBe(true);
  });

  test("the same limit written as a number is proved equal", () => {
    const written = JSON.stringify(quoting.rules).replaceAll('{"param":"auto_max"}', "150000");
    const rules = JSON.parse(written) as Policy["rules"];
    expect(written).not.toBe(JSON.stringify(quoting.rules));
    expect(diffPolicies(quoting, { ...quoting, rules }).equal).toBe(true);
  });

  test("an escalation that others answer is told as such", () => {
    const rules = quoting.rules.map((rule) =>
      rule.id === "large-quote" ? { ...rule, route: "partner-manager" } : rule,
    );
    const { changes } = diffPolicies(quoting, { ...quoting, rules } as Policy);
    expect(changes.map(({ direction }) => direction)).toEqual(["other-route"]);
    expect(changes[0]).toMatchObject({
      where: expect.stringContaining("listPrice is over 500,000.00 USD"),
      from: { answeredBy: { route: "regional-director" } },
      to: { answeredBy: { route: "partner-manager" } },
    });
  });

  test("another default is told by the requests that no rule covers", () => {
    const open = { ...quoting, rules: quoting.rules.filter(({ id }) => id !== "within-mandate") };
    const { changes } = diffPolicies(open, { ...open, default: "block" });
    expect(changes[0]).toMatchObject({
      direction: "tightening",
      from: { rules: [] },
      to: { verdict: "block", rules: [] },
    });
  });

  test("facts of one side alone come first, and are never equal", () => {
    const facts = quoting.facts.filter(({ name }) => name !== "protectedTerms");
    const rules = quoting.rules.filter(({ id }) => id === "over-ceiling");
    const [all, fewer] = [
      { ...quoting, rules },
      { ...quoting, rules, facts },
    ];
    expect(diffPolicies(all, fewer)).toMatchObject({
      equal: false,
      facts: ["`protectedTerms` is a fact of the first alone"],
      changes: [],
    });
    expect(diffPolicies(fewer, all).facts).toEqual(["`protectedTerms` is a fact of the second alone"]);
  });

  test("what is beside the rules is named", () => {
    const longer = { ...quoting, mode: "assisted" as const, limits: [] };
    expect(diffPolicies(quoting, longer)).toMatchObject({
      equal: false,
      changes: [],
      beside: expect.arrayContaining(["the mode"]),
    });
  });

  test("a cap that a parameter holds is beside the rules, its value and what overrides set it to included", () => {
    const cap = { param: "one_tier_up" };
    const limit = { id: "year", sum: "listPrice", per: [], window: "calendar-year", cap, warnAtPpm: null } as const;
    const params: Policy["params"] = [
      { name: "one_tier_up", kind: "minor", value: 1, currency: "USD", allowed: null, protected: false },
    ];
    const counting: Policy = {
      ...quoting,
      rules: quoting.rules.filter(({ id }) => id === "partner-suspended"),
      params,
      limits: [{ ...limit, over: "escalate", route: "partner-manager" }],
    };
    const larger = { ...counting, params: params.map((param) => ({ ...param, value: 2 })) };
    const [from, until] = ["2026-01-01", "2026-07-01"];
    const scope = { partnerStanding: ["active"] };
    const later = { id: "h1", for: scope, from, until, set: { one_tier_up: 2 }, reason: "" };
    expect(diffPolicies(counting, larger)).toMatchObject({ equal: false, beside: ["limits over time"], changes: [] });
    expect(diffPolicies(counting, { ...counting, overrides: [later] })).toMatchObject({
      equal: false,
      beside: ["limits over time"],
    });
    expect(diffPolicies(counting, { ...counting }).equal).toBe(true);
  });

  test("an override changes its scope on its days", () => {
    const wide = {
      id: "wide",
      for: { partnerStanding: ["active"] },
      from: "2026-01-01",
      until: "2026-07-01",
      set: { auto_max: 180_000 },
      reason: "",
    };
    const { changes } = diffPolicies(quoting, { ...quoting, overrides: [wide] });
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ direction: "loosening", overrides: ["wide"], day: "2026-01-01" });
  });
});

/** The policy with one number of one rule by one more. */
function nudged(policy: Policy, pick: number): Policy {
  const isNumber = ({ value }: Comparison) => typeof value === "number";
  const places = policy.rules.flatMap(({ when }) => comparisonsOf(when)).filter(isNumber);
  const place = places[pick % Math.max(1, places.length)];
  const change = (condition: Condition): Condition => {
    if ("all" in condition) return { all: condition.all.map(change) };
    if ("any" in condition) return { any: condition.any.map(change) };
    if ("not" in condition) return { not: change(condition.not) };
    return condition === place ? { ...condition, value: (place.value as number) + 1 } : condition;
  };
  return { ...policy, rules: policy.rules.map((rule) => ({ ...rule, when: change(rule.when) })) };
}

const requests = fc.tuple(complete, fc.subarray([...optionalNames])).map(([given, left]) => leaving(given, left));
const asked = fc.array(fc.tuple(requests, moments), { minLength: 25, maxLength: 25 });

async function told(policy: Policy, facts: object, at: string | null) {
  const decision = await evaluate(policy, facts as never, at === null ? {} : { at });
  const answeredBy = decision.kind === "escalate" ? { route: decision.route.id, quorum: decision.route.quorum } : null;
  return { verdict: decision.kind, answeredBy };
}

/** What is wrong with a diff: a change whose request says otherwise, or a request that refutes that there is none. */
async function wrongIn(
  a: Policy,
  b: Policy,
  list: readonly (readonly [object, string])[],
): Promise<readonly unknown[]> {
  const { changes, undecided } = diffPolicies(a, b);
  const wrong: unknown[] = [];
  for (const change of changes) {
    const { witness, from, to, day } = change;
    const at = (policy: Policy) => (day === null ? null : startOfDay(day, policy.timezone));
    const claimed = [from, to].map(({ verdict, answeredBy }) => JSON.stringify({ verdict, answeredBy }));
    const found = [await told(a, witness, at(a)), await told(b, witness, at(b))].map((one) => JSON.stringify(one));
    if (found.join() !== claimed.join() || found[0] === found[1]) wrong.push(change);
  }
  if (changes.length > 0 || undecided.length > 0) return wrong;
  for (const [facts, at] of list) {
    const [ours, theirs] = [await told(a, facts, at), await told(b, facts, at)];
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) wrong.push(facts);
  }
  return wrong;
}

test("of a policy with one number changed: each difference is one, and no request refutes an equality", async () => {
  await fc.assert(
    fc.asyncProperty(policies(5), fc.nat(), asked, async (policy, pick, list) => {
      expect(await wrongIn(policy, nudged(policy, pick), list)).toEqual([]);
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

test("the same of two policies that have nothing to do with each other", async () => {
  await fc.assert(
    fc.asyncProperty(policies(3), policies(3), asked, async (a, b, list) => {
      expect(await wrongIn(a, { ...b, timezone: a.timezone }, list)).toEqual([]);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test("a policy is equal to itself, whatever it holds", () => {
  fc.assert(
    fc.property(policies(6), (policy) => {
      const copy = JSON.parse(JSON.stringify(policy)) as Policy;
      expect(diffPolicies(policy, { ...copy, rules: copy.rules.toReversed() }).changes).toEqual([]);
    }),
    { numRuns: 60, endOnFailure: true },
  );
});
