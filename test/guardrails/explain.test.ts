import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LimitReading } from "../../domain/decision-details.ts";
import type { Verdict } from "../../domain/decision.ts";
import type { JsonObject } from "../../domain/json.ts";
import { decideCompiled } from "../../guardrails/decide-compiled.ts";
import { explain } from "../../guardrails/explain/explain.ts";
import type { TakenDecision } from "../../guardrails/explain/taken-decision.ts";
import type { Override, Policy, PolicyRule } from "../../guardrails/policy.ts";
import { complete, facts as generatedFacts, policies } from "../fixtures/generated-policy.ts";
import { policyOf } from "../fixtures/policy.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import { smallFacts, smallQuoting as quoting } from "../fixtures/small-quoting.ts";
import { taken } from "../fixtures/taken-decision.ts";

async function told(changes: JsonObject, policy = quoting, changed: Partial<TakenDecision> = {}) {
  return explain(policy, await taken(policy, smallFacts(changes), changed));
}

const within = (discount: string) =>
  `execute, rule within-mandate: effectiveDiscount ${discount} is at most auto_max 15 % (base), ` +
  "listPrice 100,000.00 USD is at most one_tier_up 500,000.00 USD (base), belowFloorPrice is false, " +
  "protectedTerms is none and partnerStanding is active. " +
  "People would be asked: 15 % < effectiveDiscount ≤ 25 %. Would be blocked: effectiveDiscount > 25 %.";
const band = (discount: string) =>
  `escalate, rule manager-band: effectiveDiscount ${discount} is over auto_max 15 % (base) and is at most ` +
  "manager_max 25 % (base). To execute: effectiveDiscount ≤ 15 %. Would be blocked: effectiveDiscount > 25 %.";
const inTheWay = (rule: string) =>
  `To execute: no change of one or two adjustable facts was found that is enough; in the way: rule ${rule}.`;

describe("the quoting policy, at its limits and beside them", () => {
  test.for([
    ["12 %", { effectiveDiscount: 120_000 }, within("12 %")],
    ["15 %", { effectiveDiscount: 150_000 }, within("15 %")],
    ["15.0001 %", { effectiveDiscount: 150_001 }, band("15.0001 %")],
    ["25 %", { effectiveDiscount: 250_000 }, band("25 %")],
    [
      "25.0001 %",
      { effectiveDiscount: 250_001 },
      "block, rule over-ceiling: effectiveDiscount 25.0001 % is over manager_max 25 % (base). " +
        "To execute: effectiveDiscount ≤ 15 %. To ask people instead: 15 % < effectiveDiscount ≤ 25 %.",
    ],
    [
      "a suspended partner",
      { partnerStanding: "suspended" },
      `block, rule partner-suspended: partnerStanding is suspended. ${inTheWay("partner-suspended (partnerStanding is suspended)")} ` +
        "To ask people instead: no change of one or two adjustable facts was found that is enough; in the way: rule partner-suspended (partnerStanding is suspended).",
    ],
    [
      "a large quote",
      { listPrice: 50_000_001 },
      "escalate, rule large-quote: listPrice 500,000.01 USD is over one_tier_up 500,000.00 USD (base). " +
        `${inTheWay("large-quote (listPrice is 500,000.01 USD)")} Would be blocked: effectiveDiscount > 25 %.`,
    ],
    [
      "two rules at once",
      { effectiveDiscount: 172_000, protectedTerms: "liability" },
      "escalate, rule manager-band: effectiveDiscount 17.2 % is over auto_max 15 % (base) and is at most manager_max 25 % " +
        "(base); rule protected-terms: protectedTerms liability is not none. " +
        `${inTheWay("protected-terms (protectedTerms is liability)")} Would be blocked: effectiveDiscount > 25 %.`,
    ],
    [
      "a fact that is not known",
      { listPrice: null },
      "escalate, not known: `listPrice`. To execute: no change of one or two adjustable facts was found that is enough; in the way: `listPrice` not known. " +
        "Would be blocked: effectiveDiscount > 25 %.",
    ],
  ] as const)("%s", async ([, changes, sentence]) => {
    expect((await told(changes)).sentence).toBe(sentence);
  });
});

test.for([
  [
    150_000,
    "execute",
    "People would be asked: 15 % < effectiveDiscount ≤ 25 %. Would be blocked: effectiveDiscount > 25 %.",
  ],
  [150_001, "escalate", "To execute: effectiveDiscount ≤ 15 %. Would be blocked: effectiveDiscount > 25 %."],
  [
    250_001,
    "block",
    "To execute: effectiveDiscount ≤ 15 % and worstLineDiscount ≤ 25 %. To ask people instead: effectiveDiscount ≤ 25 %.",
  ],
] as const)(
  "the shipped policy at %d ppm says %s and how it could have been otherwise",
  async ([ppm, verdict, ways]) => {
    const shipped = policyOf("quoting");
    const { sentence, agrees } = explain(shipped, await taken(shipped, quoteFacts({ effectiveDiscount: ppm })));
    expect([sentence.startsWith(`${verdict}, rule `), sentence.endsWith(ways), agrees]).toEqual([true, true, true]);
  },
);

describe("where a parameter came from", () => {
  const override = (id: string, changes: Partial<Override> = {}): Override => ({
    id,
    for: { protectedTerms: ["none"] },
    from: "2026-01-01",
    until: "2026-07-01",
    set: { auto_max: 180_000 },
    reason: "",
    ...changes,
  });
  const origin = async (overrides: readonly Override[], changes: JsonObject = {}) => {
    const { params } = await told(changes, { ...quoting, overrides });
    return params.find(({ name }) => name === "auto_max");
  };

  test("the override that set it", async () => {
    expect(await origin([override("h1")])).toEqual({ name: "auto_max", shown: "18 %", source: "h1", passedOver: [] });
  });

  test.for([
    ["another scope", { for: { partnerStanding: ["unknown"] } }, "partnerStanding active"],
    ["before its first day", { from: "2026-03-03" }, "starts 2026-03-03"],
    ["from the day it ends", { until: "2026-03-02" }, "ended 2026-03-02"],
  ] as const)("base, and why an override did not set it: %s", async ([, changes, why]) => {
    expect(await origin([override("h1", changes)])).toEqual({
      name: "auto_max",
      shown: "15 %",
      source: "base",
      passedOver: [{ override: "h1", why }],
    });
  });

  test("a more specific override goes before another", async () => {
    const specific = { for: { protectedTerms: ["none"], partnerStanding: ["active"] }, set: { auto_max: 160_000 } };
    expect(await origin([override("h1"), override("key", specific)])).toEqual({
      name: "auto_max",
      shown: "16 %",
      source: "key",
      passedOver: [{ override: "h1", why: "key is more specific" }],
    });
  });

  test("nobody can say while the scope is not known", async () => {
    expect(await origin([override("h1")], { protectedTerms: null })).toEqual({
      name: "auto_max",
      shown: null,
      source: "base",
      passedOver: [{ override: "h1", why: "protectedTerms is not known" }],
    });
  });

  test("the sentence tells it where the rule reads it", async () => {
    const policy = { ...quoting, overrides: [override("h1", { for: { partnerStanding: ["unknown"] } })] };
    const { sentence } = await told({ effectiveDiscount: 172_000 }, policy);
    expect(sentence).toContain("is over auto_max 15 % (base; h1 does not apply: partnerStanding active) and");
    const wider = await told({ effectiveDiscount: 185_000 }, { ...quoting, overrides: [override("h1")] });
    expect(wider.sentence).toContain("effectiveDiscount 18.5 % is over auto_max 18 % (override h1) and");
    expect(wider.sentence).toContain("To execute: effectiveDiscount ≤ 18 %.");
  });
});

describe("the rules", () => {
  test("each that matches is a tree with what was read and what each node says", async () => {
    const { rules } = await told({ effectiveDiscount: 172_000 });
    expect(rules).toEqual([
      {
        id: "manager-band",
        effect: "escalate",
        state: "active",
        matches: "true",
        deciding: true,
        reason: "Effective discount 17.2 % is over 15 %, up to 25 %: a manager's decision",
        tree: [
          { depth: 0, text: "all of", truth: "true", read: null },
          { depth: 1, text: "effectiveDiscount is over 15 % (auto_max)", truth: "true", read: "17.2 %" },
          { depth: 1, text: "effectiveDiscount is at most 25 % (manager_max)", truth: "true", read: "17.2 %" },
        ],
      },
    ]);
  });

  test("what decides comes first, then what matches, then what hangs on unknown facts", async () => {
    const extra: readonly PolicyRule[] = [
      {
        id: "either",
        effect: "execute",
        reason: "",
        when: {
          any: [
            { fact: "listPrice", operator: "greaterThan", value: 1 },
            { not: { fact: "belowFloorPrice", operator: "equal", value: true } },
          ],
        },
      },
      {
        id: "tried",
        state: "candidate",
        effect: "block",
        reason: "",
        when: { fact: "belowFloorPrice", operator: "equal", value: false },
      },
    ];
    const policy: Policy = { ...quoting, rules: [...quoting.rules, ...extra] };
    const { rules } = await told({ effectiveDiscount: 172_000, listPrice: null }, policy);
    expect(rules.map(({ id, matches, deciding, state }) => `${id} ${matches} ${deciding} ${state}`)).toEqual([
      "manager-band true true active",
      "tried true false candidate",
      "either true false active",
      "large-quote unknown false active",
    ]);
    expect(rules.find(({ id }) => id === "either")?.tree).toEqual([
      { depth: 0, text: "any of", truth: "true", read: null },
      { depth: 1, text: "listPrice is over 0.01 USD", truth: "unknown", read: null },
      { depth: 1, text: "not", truth: "true", read: null },
      { depth: 2, text: "belowFloorPrice is true", truth: "false", read: "false" },
    ]);
  });

  test("a rule that holds by what is not so says that", async () => {
    const when = {
      not: {
        any: [
          { fact: "effectiveDiscount", operator: "lessThan", value: 200_000 },
          { fact: "partnerStanding", operator: "in", value: ["unknown"] },
        ],
      },
    } as const;
    const policy: Policy = { ...quoting, rules: [{ id: "odd", effect: "block", reason: "", when }] };
    const { sentence } = await told({ effectiveDiscount: 200_000 }, policy);
    expect(sentence).toContain(
      "block, rule odd: effectiveDiscount 20 % is at least 20 % and partnerStanding active is none of unknown.",
    );
  });

  test("rules asked again that are not the recorded ones are told", async () => {
    expect((await told({ effectiveDiscount: 172_000 })).agrees).toBe(true);
    expect((await told({ effectiveDiscount: 172_000 }, quoting, { rules: [] })).agrees).toBe(false);
  });
});

describe("what stands beside the rules", () => {
  const compliance = {
    id: "compliance-review",
    effect: "escalate",
    reason: "compliance asks for a person: tone",
    values: {},
  } as const;

  test("compliance is told in its words, and stays in the way", async () => {
    const changed = { verdict: "escalate", reason: compliance.reason, rules: [compliance] } as const;
    const { sentence } = await told({}, quoting, changed);
    expect(sentence).toBe(
      "escalate, compliance-review: compliance asks for a person: tone. " +
        "To execute: in the way: compliance-review (compliance asks for a person: tone). Would be blocked: effectiveDiscount > 25 %.",
    );
  });

  test("a change of the request does not lift it", async () => {
    const decided = await taken(quoting, smallFacts({ effectiveDiscount: 172_000 }));
    const { sentence } = explain(quoting, { ...decided, rules: [...decided.rules, compliance] });
    expect(sentence).toContain(
      "To execute: effectiveDiscount ≤ 15 %; still in the way: compliance-review (compliance asks for a person: tone).",
    );
  });

  test("the mode is told as the reason, and stays in the way", async () => {
    const reason = "people decide while `quoting` is assisted; the rules alone would execute";
    const { sentence } = await told({}, quoting, { verdict: "escalate", mode: "assisted", reason });
    expect(sentence).toBe(
      `escalate, ${reason}. To execute: in the way: the mode, in which people decide everything. ` +
        "Would be blocked: effectiveDiscount > 25 %.",
    );
  });

  test("a request that no rule covers", async () => {
    const policy: Policy = { ...quoting, rules: quoting.rules.filter(({ effect }) => effect === "block") };
    expect((await told({}, policy)).sentence).toBe(
      "escalate, no rule of `quoting` covers this. To execute: no change of one or two adjustable facts was found that is enough; in the way: no rule would " +
        "execute it. Would be blocked: effectiveDiscount > 25 %.",
    );
  });

  test("a fault keeps its own words", async () => {
    const reason = "runtime_error:evaluator_disagreement; something";
    expect((await told({}, quoting, { verdict: "escalate", rules: [], reason })).sentence).toContain(
      `escalate, ${reason}.`,
    );
  });

  test("limits are told as they were read, and stand in the way when they were passed", async () => {
    const reading: LimitReading = {
      id: "quarter",
      account: "f".repeat(64),
      window: null,
      used: 30_000_000,
      reserved: 500_000,
      asked: 10_000_000,
      cap: 40_000_000,
      admitted: false,
      warned: false,
    };
    const policy: Policy = {
      ...quoting,
      limits: [
        {
          id: "quarter",
          sum: "listPrice",
          per: [],
          window: "ever",
          cap: 40_000_000,
          warnAtPpm: null,
          over: "escalate",
          route: "partner-manager",
        },
      ],
    };
    const rule = { id: "quarter", effect: "escalate", reason: "over the cap", values: {} } as const;
    const { limits, sentence } = await told({}, policy, { verdict: "escalate", rules: [rule], limits: [reading] });
    expect(limits).toEqual([
      {
        ...reading,
        text: "300,000.00 USD used, 5,000.00 USD reserved and 100,000.00 USD asked come to 405,000.00 USD, over 400,000.00 USD",
      },
    ]);
    expect(sentence).toContain(
      "escalate, limit quarter: over the cap. To execute: in the way: limit quarter (room for 95,000.00 USD).",
    );
  });
});

describe("the nearest change", () => {
  const adjustable: Policy["facts"] = generatedFacts.map((type) => ({ ...type, adjustable: true }));
  const nearer = (from: number, to: number) => (to > from ? to - 1 : to + 1);

  test("applied, gives the wanted verdict, and one unit less of it does not", async () => {
    let [tried, seen] = [0, 0];
    await fc.assert(
      fc.asyncProperty(policies(8), complete, async (drawn, known) => {
        tried += 1;
        const policy = { ...drawn, facts: adjustable };
        const given: JsonObject = { ...known };
        const decision = await taken(policy, given);
        for (const { verdict, changes } of explain(policy, decision).ways) {
          if (changes === null) continue;
          const apply = (values: readonly (readonly [string, JsonObject[string]])[]): Verdict =>
            decideCompiled(policy, { ...given, ...Object.fromEntries(values) }, decision.at).verdict;
          const full = changes.map(({ fact, to }) => [fact, to] as const);
          expect(apply(full)).toBe(verdict);
          for (const { fact, from, to } of changes) {
            if (typeof from !== "number" || typeof to !== "number") continue;
            seen += 1;
            expect(apply([...full, [fact, nearer(from, to)]])).not.toBe(verdict);
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(seen * 3).toBeGreaterThan(tried);
  });

  test.for([
    [150_001, "execute", 150_000],
    [150_001, "block", 250_001],
    [150_000, "escalate", 150_001],
    [250_001, "escalate", 250_000],
  ] as const)("of a discount of %d ppm to %s is %d ppm", async ([from, verdict, to]) => {
    const { ways } = await told({ effectiveDiscount: from });
    expect(ways.find((way) => way.verdict === verdict)?.changes?.map((change) => change.to)).toEqual([to]);
  });

  test.for([
    ["greaterThan", 150_000, "effectiveDiscount > 15 %"],
    ["greaterThanInclusive", 150_001, "effectiveDiscount ≥ 15.0001 %"],
  ] as const)("is told by the limit that the policy writes: %s", async ([operator, value, text]) => {
    const rules: readonly PolicyRule[] = [
      {
        id: "asks",
        effect: "escalate",
        route: "partner-manager",
        reason: "",
        when: { fact: "effectiveDiscount", operator, value },
      },
      {
        id: "acts",
        effect: "execute",
        reason: "",
        when: { fact: "effectiveDiscount", operator: "lessThanInclusive", value: 150_000 },
      },
    ];
    const { ways } = await told({}, { ...quoting, rules });
    expect(ways.flatMap(({ changes }) => changes?.map((change) => change.text) ?? [])).toEqual([text]);
  });

  test("never touches a fact that the requester cannot adjust", async () => {
    const { ways } = await told({ effectiveDiscount: 172_000, partnerStanding: "suspended" });
    expect(ways).toEqual([
      { verdict: "execute", changes: null, obstacles: ["rule partner-suspended (partnerStanding is suspended)"] },
      { verdict: "escalate", changes: null, obstacles: ["rule partner-suspended (partnerStanding is suspended)"] },
    ]);
  });
});
