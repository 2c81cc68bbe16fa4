import { describe, expect, test } from "vitest";
import { probeBoundaries } from "../../guardrails/boundaries.ts";
import { live } from "../../guardrails/cases.ts";
import type { Decide } from "../../guardrails/cases.ts";
import type { Decision } from "../../domain/decision.ts";
import { policyOf } from "../fixtures/policy.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";

const quoting = policyOf("quoting");
const clean = { ...quoteFacts({ customer: "example.com" }) } as { readonly [name: string]: boolean | number | string };

test("every number of every rule is tried one below, at and one above", async () => {
  const { requests, boundaries, failures } = await probeBoundaries(quoting, [{ facts: clean }]);
  const at = (rule: string, limit: number) => boundaries.find((one) => one.rule === rule && one.limit === limit);
  expect({ requests, limits: boundaries.length, failures }).toEqual({ requests: 15, limits: 11, failures: [] });
  expect(at("manager-band", 150_000)).toEqual({
    rule: "manager-band",
    fact: "effectiveDiscount",
    limit: 150_000,
    turns: true,
    steps: [
      { value: 149_999, verdict: "execute" },
      { value: 150_000, verdict: "execute" },
      { value: 150_001, verdict: "escalate" },
    ],
  });
});

test("a limit that no surroundings let decide is said not to turn", async () => {
  const { boundaries } = await probeBoundaries(quoting, [{ facts: { ...clean, belowFloorPrice: true } }]);
  const unturned = boundaries.filter(({ turns }) => !turns).map(({ rule, limit }) => [rule, limit]);
  expect(unturned).toEqual([
    ["deep-line", 250_000],
    ["given-away-line", 250_000],
    ["within-mandate", 150_000],
    ["within-mandate", 250_000],
    ["within-mandate", 50_000_000],
  ]);
});

test("surroundings that lack a fact are passed over, and without any nothing turns", async () => {
  const { listPrice: _left, ...partial } = clean;
  const { requests, boundaries } = await probeBoundaries(quoting, [{ facts: partial }]);
  expect([requests, boundaries.some(({ turns }) => turns)]).toEqual([0, false]);
});

test("a value that the fact cannot take is not tried", async () => {
  const zero = policyOf("quoting");
  const rules = zero.rules.map((rule) =>
    rule.id === "large-quote"
      ? { ...rule, when: { fact: "listPrice", operator: "lessThanInclusive", value: 1 } as const }
      : rule,
  );
  const { boundaries } = await probeBoundaries({ ...zero, rules }, [{ facts: clean }]);
  const steps = boundaries.find(({ rule }) => rule === "large-quote")?.steps.map(({ value }) => value);
  expect(steps).toEqual([1, 2]);
});

test("every way that overrides set a number is tried, in the surroundings it holds in", async () => {
  const override = { id: "h1", for: { partnerStanding: ["active"] }, set: { auto_max: 180_000 }, reason: "H1" };
  const policy = { ...quoting, overrides: [{ ...override, from: "2026-01-01", until: "2026-07-01" }] };
  const samples = [{ facts: clean }, { facts: clean, at: "2026-03-01T00:00:00Z" }];
  const { boundaries, failures } = await probeBoundaries(policy, samples);
  const band = boundaries.filter(({ rule, turns }) => rule === "manager-band" && turns).map(({ limit }) => limit);
  expect({ band, failures }).toEqual({ band: [150_000, 250_000, 180_000, 250_000], failures: [] });
});

describe("an evaluation that is wrong fails", () => {
  const failuresOf = async (decide: Decide) => (await probeBoundaries(quoting, [{ facts: clean }], decide)).failures;
  const shifted: Decide = (policy, facts) =>
    live(policy, { ...facts, effectiveDiscount: Number(facts["effectiveDiscount"]) - 1 });
  const loosest: Decide = async (policy, facts) => {
    const { rules } = await live(policy, facts);
    const asks = rules.some(({ effect }) => effect === "escalate");
    const ask = { missing: [], route: policy.defaultRoute, reason: "" };
    return asks ? { kind: "escalate", rules, ...ask } : { kind: "execute", rules };
  };
  const forgiving: Decide = async (policy, facts) => {
    const decision = await live(policy, facts);
    const isLarge = decision.rules.some(({ id }) => id === "large-quote");
    return isLarge ? { kind: "execute", rules: decision.rules } : decision;
  };
  const forgetful: Decide = async (policy, facts) => {
    const decision = await live(policy, facts);
    return { ...decision, rules: [] } satisfies Decision;
  };

  test("by one millionth", async () => {
    expect(await failuresOf(shifted)).toContain(
      "effectiveDiscount at 15.0001 %: decided execute by [within-mandate], the rules say escalate by [manager-band]",
    );
  });

  test("by letting a rule be outranked by a looser one", async () => {
    expect(await failuresOf(loosest)).toContain(
      "effectiveDiscount at 25.0001 %: decided execute, looser than `over-ceiling`, which says block",
    );
  });

  test("by loosening beyond a limit", async () => {
    const inBand = { facts: { ...clean, effectiveDiscount: 180_000 } };
    const { failures } = await probeBoundaries(quoting, [inBand], forgiving);
    expect(failures).toContain(
      "listPrice at 500,000.01 USD: decided execute, looser than one unit below, though `large-quote` limits it",
    );
  });

  test("by forgetting why", async () => {
    expect(await failuresOf(forgetful)).toContain(
      "effectiveDiscount at 15 %: decided execute by [], the rules say execute by [within-mandate]",
    );
  });
});

test("of a large policy both evaluators are asked a share of the requests, evenly, and all are held against the rules", async () => {
  let asked = 0;
  const counted: Decide = (...request) => {
    asked += 1;
    return live(...request);
  };
  const { requests, byBoth, failures } = await probeBoundaries(quoting, [{ facts: clean }], counted, 80);
  expect({ requests, byBoth, asked, failures }).toEqual({ requests: 15, byBoth: 3, asked: 3, failures: [] });
});
