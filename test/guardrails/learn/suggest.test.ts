import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../guardrails/evaluate.ts";
import type { Answered } from "../../../domain/answered.ts";
import { suggest } from "../../../guardrails/learn/suggest.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { quoteFacts } from "../../../functions/quoting/fixture.ts";
import { policyFile, policyOf } from "../../fixtures/policy.ts";
import { answered, approvals } from "./answered.ts";

const quoting = policyOf("quoting");
const id = "quoting.manager-band.auto_max";

function quotingWith(from: string, to: string): Policy {
  const text = policyFile("quoting.yaml");
  if (!text.includes(from)) throw new Error(`no \`${from}\` in the policy`);
  return policyOf("quoting", text.replace(from, to));
}

/** What is suggested, in short: kind and value, or what is lacking. */
function told(history: readonly Answered[], policy = quoting): readonly unknown[] {
  const { suggestions, held } = suggest(policy, history);
  return [...suggestions.map(({ kind, to }) => [kind, to]), ...held.map(({ lacking }) => lacking)];
}

describe("a wider limit is suggested from the evidence that people left, and not below it", () => {
  const enough = approvals(30, 180_000);
  const open18 = [["open", 180_000]];
  test.for<readonly [string, readonly Answered[], readonly unknown[]]>([
    ["30 approvals by three people", enough, open18],
    ["29 approvals", approvals(29, 180_000), [["29 of 30 requests"]]],
    [
      "two approvers",
      enough.map((item, n) => ({ ...item, people: [n % 2 === 0 ? "dana" : "lee"] })),
      [["2 of 3 approvers"]],
    ],
    ["a median of exactly 20 s", enough.map((item) => ({ ...item, seconds: 20 })), open18],
    [
      "a median of 19 s",
      enough.map((item) => ({ ...item, seconds: 19 })),
      [["answered in 19 s (median), 20 s is a review"]],
    ],
    [
      "half of them in no time, by the lower median",
      enough.map((item, n) => ({ ...item, seconds: n < 15 ? 0 : 60 })),
      [["answered in 0 s (median), 20 s is a review"]],
    ],
    [
      "one of 31 denied by silence",
      [...enough, answered(31, 160_000, { end: "expired", people: [], seconds: null })],
      [["approval is at least 83.8 %, 88.0 % is needed"]],
    ],
    [
      "one rejection at the bottom of the band",
      [...enough, answered(31, 150_001, { end: "rejected" })],
      [["people rejected requests that every wider value would execute"]],
    ],
    [
      "one rejection one millionth over the highest approval",
      [...enough, answered(31, 180_001, { end: "rejected" })],
      open18,
    ],
    [
      "one rejection at the highest approval: the band ends before it",
      [...enough, answered(31, 179_500), answered(32, 180_000, { end: "rejected" })],
      [["open", 179_500]],
    ],
    [
      "a rejection of what the policy executes already",
      [...enough, answered(31, 140_000, { end: "rejected" })],
      [["people rejected requests that every wider value would execute"]],
    ],
    ["the end of what is allowed", approvals(30, 200_000), [["open", 200_000]]],
    ["over what is allowed: the highest value inside", [...enough, answered(31, 200_001)], open18],
    [
      "nothing but what is over what is allowed",
      approvals(30, 240_000).filter(({ facts }) => Number(facts["effectiveDiscount"]) > 200_000),
      [],
    ],
    ["no history", [], []],
    [
      "an approval that was reversed: the same deal, asked again for no more, was rejected",
      [
        ...enough.filter(({ facts }) => Number(facts["effectiveDiscount"]) < 180_000),
        answered(31, 170_000, { caseId: "c" }),
        answered(32, 170_000, { caseId: "d" }),
        answered(59, 170_000, {
          caseId: "c",
          end: "rejected",
          facts: quoteFacts({ effectiveDiscount: 170_000, belowFloorPrice: true }),
        }),
      ],
      [["1 were rejected when asked again"]],
    ],
  ])("%s", ([, history, expected]) => {
    expect(told(history)).toEqual(expected);
  });

  test("requests that other rules ask about are no evidence", () => {
    const large = approvals(30, 180_000).map((item) => ({ ...item, facts: { ...item.facts, listPrice: 60_000_000 } }));
    expect(told(large)).toEqual([
      [
        "0 of 30 requests",
        "0 of 3 approvers",
        "approval is at least 0.0 %, 88.0 % is needed",
        "answered in 0 s (median), 20 s is a review",
      ],
    ]);
  });

  test("a protected parameter is never suggested", () => {
    const policy = quotingWith(
      "auto_max: { percent: 15%, allowed: 5%..20% }",
      "auto_max: { percent: 15%, allowed: 5%..20%, protected: true }",
    );
    expect(told(approvals(30, 180_000), policy)).toEqual([]);
  });

  test("nor one without bounds", () => {
    const policy = quotingWith("auto_max: { percent: 15%, allowed: 5%..20% }", "auto_max: { percent: 15% }");
    expect(told(approvals(30, 180_000), policy)).toEqual([]);
  });

  test("nor one of a rule that blocks", () => {
    const policy = quotingWith(
      "manager_max: { percent: 25%, protected: true }",
      "manager_max: { percent: 25%, allowed: 20%..30% }",
    );
    const over = approvals(30, 280_000).map((item, n) => ({
      ...item,
      facts: { ...item.facts, effectiveDiscount: 260_000 + n },
    }));
    expect(suggest(policy, over).suggestions).toEqual([]);
  });

  test("the suggestion carries its evidence", () => {
    const [suggestion] = suggest(quoting, approvals(30, 180_000)).suggestions;
    expect(suggestion).toMatchObject({
      id,
      kind: "open",
      policyId: "quoting",
      ruleId: "manager-band",
      param: "auto_max",
      from: 150_000,
      to: 180_000,
      evidence: { asked: 30, approved: 30, expired: 0, approvers: ["dana", "kim", "lee"], medianSeconds: 30 },
    });
    expect(suggestion?.kind === "open" && suggestion.evidence.decisionIds).toHaveLength(5);
  });
});

describe("a stricter limit is suggested on one reversal", () => {
  const executed = (n: number, ppm: number) =>
    answered(n, ppm, { caseId: "c", end: "executed", people: [], seconds: null });
  const rejected = (n: number, ppm: number) => answered(n, ppm, { caseId: "c", end: "rejected" });
  test.for<readonly [string, readonly Answered[], readonly unknown[]]>([
    [
      "executed, then rejected at the same discount: just under it",
      [executed(1, 140_000), rejected(2, 140_000)],
      [["tighten", 139_999]],
    ],
    ["rejected at a smaller one", [executed(1, 140_000), rejected(2, 139_999)], [["tighten", 139_999]]],
    ["rejected at a larger one: another question", [executed(1, 140_000), rejected(2, 140_001)], []],
    ["rejected before it executed: people let it pass later", [rejected(1, 140_000), executed(2, 140_000)], []],
    ["of another deal", [executed(1, 140_000), { ...rejected(2, 140_000), caseId: "d" }], []],
    [
      "two reversals: the stricter",
      [executed(1, 140_000), executed(2, 120_000), rejected(3, 110_000)],
      [["tighten", 119_999]],
    ],
    [
      "under what is allowed",
      [executed(1, 50_000), rejected(2, 50_000)],
      [["a reversed request calls for a value outside `allowed`"]],
    ],
    ["at the end of what is allowed", [executed(1, 50_001), rejected(2, 50_001)], [["tighten", 50_000]]],
  ])("%s", ([, history, expected]) => {
    expect(told(history)).toEqual(expected);
  });

  test("it comes before any opening", () => {
    const history = [...approvals(30, 180_000), executed(40, 140_000), rejected(41, 140_000)];
    expect(told(history)).toEqual([["tighten", 139_999]]);
  });
});

describe("an override's requests are no evidence for the base value", () => {
  test("what an override already executes is not counted", () => {
    const policy: Policy = {
      ...quoting,
      overrides: [
        {
          id: "spring",
          for: { partnerStanding: ["active"] },
          from: "2026-01-01",
          until: "2027-01-01",
          set: { auto_max: 190_000 },
          reason: "spring",
        },
      ],
    };
    expect(suggest(policy, approvals(30, 180_000)).suggestions).toEqual([]);
  });
});

const history = fc
  .array(
    fc.record({
      ppm: fc.oneof(fc.integer({ min: 150_001, max: 250_000 }), fc.integer({ min: 150_001, max: 160_000 })),
      end: fc.oneof(
        { weight: 60, arbitrary: fc.constant("approved" as const) },
        { weight: 1, arbitrary: fc.constant("rejected" as const) },
      ),
      price: fc.oneof(
        { weight: 9, arbitrary: fc.constant(10_000_000) },
        { weight: 1, arbitrary: fc.constant(60_000_000) },
      ),
    }),
    { minLength: 30, maxLength: 90 },
  )
  .map((list) =>
    list.map(({ ppm, end, price }, n) =>
      answered(n, ppm, { end, facts: quoteFacts({ effectiveDiscount: ppm, listPrice: price }) }),
    ),
  );

test("whatever was observed: a suggested value executes what people approved up to it and nothing that they rejected", async () => {
  let suggested = 0;
  await fc.assert(
    fc.asyncProperty(history, async (items) => {
      const [suggestion] = suggest(quoting, items).suggestions;
      if (suggestion === undefined) return;
      suggested += 1;
      const { to } = suggestion;
      const policy = {
        ...quoting,
        params: quoting.params.map((param) => (param.name === "auto_max" ? { ...param, value: to } : param)),
      };
      for (const { facts, at, end } of items) {
        const executes = (await evaluate(policy, facts, { at })).kind === "execute";
        const isInBand = Number(facts["effectiveDiscount"]) <= to && Number(facts["listPrice"]) <= 50_000_000;
        expect(executes).toBe(end === "approved" && isInBand);
      }
    }),
    { numRuns: 60 },
  );
  expect(suggested).toBeGreaterThan(5);
});
