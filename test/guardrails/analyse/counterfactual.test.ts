import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestChange } from "../../../guardrails/analyse/counterfactual.ts";
import { verdictOf } from "../../../guardrails/analyse/verdict.ts";
import type { FactType, Value } from "../../../guardrails/fact-types.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import type { Known } from "../../../guardrails/ternary.ts";
import { complete, facts, knownOf, leaving, policies } from "../../fixtures/generated-policy.ts";
import { policyOf } from "../../fixtures/policy.ts";

const quoting = policyOf("quoting");
const verdicts = ["execute", "escalate", "block"] as const;

function quote(changed: Known): Known {
  const given = { effectiveDiscount: 172_000, listPrice: 10_000_000, belowFloorPrice: false, protectedTerms: "none" };
  const texts = quoting.facts.filter(({ kind }) => kind === "text").map(({ name }) => [name, "x"]);
  const numbers = quoting.facts.flatMap((type) =>
    "min" in type && type.optional !== true ? [[type.name, type.min]] : [],
  );
  return {
    ...Object.fromEntries([...texts, ...numbers]),
    partnerStanding: "active",
    sellers: "one",
    quoteHeldBy: "nobody",
    proposedAsRequested: true,
    ...given,
    ...changed,
  };
}

test("a discount of 17.2 % executes at 15 % and is blocked over 25 %", () => {
  const from = 172_000;
  const only = (to: number, bound: string, through: number) => ({
    changes: [{ fact: "effectiveDiscount", from, to, bound, through }],
  });
  expect(nearestChange(quoting, quote({}), "execute")).toEqual(only(150_000, "at-most", 0));
  expect(nearestChange(quoting, quote({}), "block")).toEqual(only(250_001, "at-least", 20_000_000));
  const large = quote({ effectiveDiscount: 260_000 });
  expect(nearestChange(quoting, large, "escalate")?.changes).toMatchObject([{ to: 250_000, through: 150_001 }]);
});

test("a request that has the verdict needs no change", () => {
  expect(nearestChange(quoting, quote({}), "escalate")).toEqual({ changes: [] });
});

test("what no adjustable fact can mend has no change", () => {
  expect(nearestChange(quoting, quote({ partnerStanding: "suspended" }), "execute")).toBeUndefined();
  expect(nearestChange(quoting, leaving(quote({}), ["partnerStanding"]), "execute")).toBeUndefined();
});

test("two facts change together where one alone does not do", () => {
  const both: Policy = {
    ...quoting,
    facts: quoting.facts.map((type) => (type.name === "listPrice" ? { ...type, adjustable: true } : type)),
  };
  const known = quote({ listPrice: 50_000_100 });
  expect(nearestChange(both, known, "execute")?.changes).toEqual([
    { fact: "effectiveDiscount", from: 172_000, to: 150_000, bound: "at-most", through: 0 },
    { fact: "listPrice", from: 50_000_100, to: 50_000_000, bound: "at-most", through: 1 },
  ]);
});

const size = facts.find(({ name }) => name === "size")!;

/** Every value of a small number, nearest first. */
function byDistance(type: FactType, from: number): readonly number[] {
  const { min, max } = type as FactType & { readonly min: number; readonly max: number };
  const values = Array.from({ length: max - min + 1 }, (_, at) => min + at);
  return values.toSorted((a, b) => Math.abs(a - from) - Math.abs(b - from));
}

test("the change of one number is the nearest of all values that give the verdict", () => {
  fc.assert(
    fc.property(policies(5), complete, fc.constantFrom(...verdicts), (policy, given, wanted) => {
      const one = {
        ...policy,
        overrides: [],
        facts: policy.facts.map((type) => ({ ...type, adjustable: type === size })),
      };
      const known = knownOf(one, given);
      const found = nearestChange(one, known, wanted);
      const from = known["size"] as number;
      const gives = (value: number) => verdictOf(one, { ...known, size: value }) === wanted;
      const nearest = byDistance(size, from).find(gives);
      const [change] = found?.changes ?? [];
      expect(found === undefined).toBe(nearest === undefined);
      if (nearest === undefined) return;
      expect(gives((change?.to ?? from) as number)).toBe(true);
      expect(Math.abs(((change?.to ?? from) as number) - from)).toBe(Math.abs(nearest - from));
    }),
    { numRuns: 300 },
  );
});

test("whatever is changed gives the verdict, in one fact if one alone can", () => {
  fc.assert(
    fc.property(policies(4), complete, fc.constantFrom(...verdicts), (policy, given, wanted) => {
      const free = { ...policy, overrides: [], facts: policy.facts.map((type) => ({ ...type, adjustable: true })) };
      const known = knownOf(free, given);
      const found = nearestChange(free, known, wanted);
      if (found === undefined) return;
      const to = Object.fromEntries(found.changes.map((change): [string, Value] => [change.fact, change.to]));
      expect(verdictOf(free, { ...known, ...to })).toBe(wanted);
      expect(found.changes.map(({ fact, from }) => [fact, from])).toEqual(
        found.changes.map(({ fact }) => [fact, known[fact]]),
      );
      const alone = found.changes.length < 2 ? [] : found.changes;
      const sufficient = alone.filter(
        ({ fact, from }) => verdictOf(free, { ...known, ...to, [fact]: from }) === wanted,
      );
      expect(sufficient).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
