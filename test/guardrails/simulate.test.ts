import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LimitReading } from "../../domain/decision-details.ts";
import type { Limit, Override, Policy } from "../../guardrails/policy.ts";
import type { PastDecision } from "../../guardrails/simulate/past-decision.ts";
import { simulate } from "../../guardrails/simulate/simulate.ts";
import { pastQuote } from "../fixtures/past-decision.ts";
import { smallQuoting as quoting, smallWith as quotingWith } from "../fixtures/small-quoting.ts";

const wider = quotingWith("auto_max", 180_000);
const narrower = quotingWith("auto_max", 120_000);

const at = (discountPpm: number) => ({ effectiveDiscount: discountPpm });
const asked = (state: NonNullable<PastDecision["escalation"]>["state"], escalationId = "esc_1") => ({
  escalation: { escalationId, state },
});
const flat = ({ matrix }: ReturnType<typeof simulate>) =>
  Object.entries(matrix).flatMap(([from, row]) =>
    Object.entries(row).flatMap(([to, count]) => (count === 0 ? [] : [`${from} > ${to}: ${count}`])),
  );

describe("a candidate over the past", () => {
  test("changes nothing when it is the policy that decided", () => {
    const history = [120_000, 150_000, 150_001, 250_000, 250_001].map((ppm) => pastQuote(`dec_${ppm}`, at(ppm)));
    const simulation = simulate(quoting, history);
    expect(flat(simulation)).toEqual(["execute > execute: 2", "escalate > escalate: 2", "block > block: 1"]);
    expect(simulation).toMatchObject({
      replayed: 5,
      loosening: { count: 0, sharePpm: 0 },
      tightening: { count: 0, sharePpm: 0 },
      unchanged: { count: 5, sharePpm: 1_000_000 },
      flips: [],
      money: [],
    });
  });

  test("flips exactly what lies between the old limit and the new", () => {
    const history = [150_000, 150_001, 180_000, 180_001].map((ppm) => pastQuote(`dec_${ppm}`, at(ppm)));
    const { loosening, tightening, flips, money } = simulate(wider, history);
    expect({ loosening, tightening, money, flips }).toEqual({
      loosening: { count: 2, sharePpm: 500_000 },
      tightening: { count: 0, sharePpm: 0 },
      money: [{ fact: "listPrice", currency: "USD", toExecuteMinor: 20_000_000, fromExecuteMinor: 0 }],
      flips: [150_001, 180_000].map((ppm) => ({
        decisionId: `dec_${ppm}`,
        caseId: `acme:quoting:crm-deal-dec_${ppm}`,
        at: "2026-03-02T09:00:00.000Z",
        from: "escalate",
        to: "execute",
        change: "loosening",
        subject: null,
        money: [{ fact: "listPrice", minor: 10_000_000, currency: "USD" }],
        rulesBefore: ["manager-band"],
        rulesAfter: ["within-mandate"],
        limitsOver: [],
      })),
    });
  });

  test("tightens the other way, and counts that money as no longer executed", () => {
    const { tightening, money } = simulate(narrower, [pastQuote("dec_1", at(130_000))]);
    expect({ tightening, money }).toEqual({
      tightening: { count: 1, sharePpm: 1_000_000 },
      money: [{ fact: "listPrice", currency: "USD", toExecuteMinor: 0, fromExecuteMinor: 10_000_000 }],
    });
  });

  test("lists the longest way of a loosening first, then the larger amount", () => {
    const candidate: Policy = { ...wider, rules: wider.rules.filter(({ effect }) => effect !== "block") };
    const history = [
      pastQuote("dec_far", { ...at(100_000), listPrice: 1 }, { verdict: "block", byRules: "block" }),
      pastQuote("dec_small", { ...at(160_000), listPrice: 1_000_00 }),
      pastQuote("dec_large", { ...at(160_000), listPrice: 400_000_00 }),
      pastQuote("dec_blocked", { ...at(100_000), belowFloorPrice: true }),
      pastQuote("dec_suspended", { ...at(100_000), partnerStanding: "suspended" }),
    ];
    const flips = simulate(candidate, history).flips.map(({ decisionId, from, to }) => `${decisionId} ${from} > ${to}`);
    expect(flips).toEqual([
      "dec_far block > execute",
      "dec_large escalate > execute",
      "dec_blocked block > escalate",
      "dec_suspended block > escalate",
      "dec_small escalate > execute",
    ]);
  });

  test("decides each request as of its own day", () => {
    const override: Override = {
      id: "march",
      for: { partnerStanding: ["active"] },
      from: "2026-03-01",
      until: "2026-04-01",
      set: { auto_max: 200_000 },
      reason: "",
    };
    const days = ["2026-02-28T23:59:59.999Z", "2026-03-01T00:00:00Z", "2026-03-31T23:59:59Z", "2026-04-01T00:00:00Z"];
    const history = days.map((day) => pastQuote(day, at(190_000), { at: day }));
    const { flips } = simulate({ ...quoting, overrides: [override] }, history);
    expect(flips.map(({ decisionId }) => decisionId)).toEqual([days[1], days[2]]);
  });

  test("names whom its flips are about", () => {
    const history = [
      pastQuote("dec_1", at(160_000)),
      pastQuote("dec_2", at(161_000)),
      pastQuote("dec_3", { ...at(100_000), partnerStanding: "suspended" }),
    ];
    const { subjects } = simulate({ ...wider, subject: "partnerStanding" }, history);
    expect(subjects).toEqual({ fact: "partnerStanding", touched: ["active"] });
  });

  test("keeps compliance's word: what compliance stopped is not loosened", () => {
    const review = { review: "escalate", verdict: "escalate", byRules: "escalate" } as const;
    expect(simulate(quoting, [pastQuote("dec_1", at(100_000), review)]).flips).toEqual([]);
    expect(simulate(wider, [pastQuote("dec_1", at(160_000), review)]).flips).toEqual([]);
  });

  test("is compared with what the rules said where people decided everything", () => {
    const held = { mode: "assisted", verdict: "escalate", byRules: "execute" } as const;
    const { heldByMode, flips } = simulate(quoting, [pastQuote("dec_1", at(100_000), { ...held, ...asked("open") })]);
    expect({ heldByMode, flips }).toEqual({ heldByMode: 1, flips: [] });
  });
});

describe("what people said", () => {
  test.for([
    ["rejected, and it would execute", wider, "rejected", ["esc_1 rejected > execute"]],
    ["approved, and it would execute", wider, "approved", []],
    ["approved, and it would be blocked", quotingWith("manager_max", 155_000), "approved", ["esc_1 approved > block"]],
    ["rejected, and it would be blocked", quotingWith("manager_max", 155_000), "rejected", []],
    [
      "approved and done since, and it would be blocked",
      quotingWith("manager_max", 155_000),
      "executed",
      ["esc_1 approved > block"],
    ],
    ["denied by silence, and it would execute", wider, "expired", []],
  ] as const)("%s", ([, candidate, state, expected]) => {
    const { contradictions } = simulate(candidate, [pastQuote("dec_1", at(160_000), asked(state))]);
    expect(contradictions.map(({ escalationId, person, to }) => `${escalationId} ${person} > ${to}`)).toEqual(expected);
  });

  test("every open escalation whose verdict would change is named", () => {
    const history = [
      pastQuote("dec_1", at(160_000), asked("open", "esc_1")),
      pastQuote("dec_2", at(200_000), asked("open", "esc_2")),
      pastQuote("dec_3", at(160_000), asked("approved", "esc_3")),
    ];
    expect(simulate(wider, history).pending).toEqual([{ escalationId: "esc_1", decisionId: "dec_1", to: "execute" }]);
  });
});

describe("limits", () => {
  const limit: Limit = {
    id: "quarter",
    sum: "listPrice",
    per: ["partnerStanding"],
    window: "calendar-quarter",
    cap: 50_000_000,
    warnAtPpm: null,
    over: "escalate",
    route: "partner-manager",
  };
  const reading: LimitReading = {
    id: "quarter",
    account: "f".repeat(64),
    window: { from: "2026-01-01T00:00:00Z", until: "2026-04-01T00:00:00Z" },
    used: 30_000_000,
    reserved: 5_000_000,
    asked: 10_000_000,
    cap: 50_000_000,
    admitted: true,
    warned: false,
  };
  const over = (cap: Limit["cap"], changes: Partial<LimitReading> = {}, last: Partial<Limit> = {}) => {
    const candidate = { ...quoting, limits: [{ ...limit, cap, ...last }] };
    const { limits, flips } = simulate(candidate, [pastQuote("dec_1", {}, { limits: [{ ...reading, ...changes }] })]);
    return { counts: limits[0], flips: flips.map(({ to, limitsOver }) => `${to} for ${limitsOver.join()}`) };
  };
  const none = { id: "quarter", within: 0, over: 0, overBefore: 0, unread: 0 };

  test.for([
    ["used, reserved and asked come to exactly the cap", 45_000_000, { counts: { ...none, within: 1 }, flips: [] }],
    ["one unit less of cap", 44_999_999, { counts: { ...none, over: 1 }, flips: ["escalate for quarter"] }],
  ] as const)("%s", ([, cap, expected]) => {
    expect(over(cap)).toEqual(expected);
  });

  test("a cap may be a parameter, as it stood that day", () => {
    expect(over({ param: "one_tier_up" }).counts).toEqual({ ...none, within: 1 });
    expect(over({ param: "one_tier_up" }, { used: 40_000_000 }).counts).toEqual({ ...none, over: 1 });
  });

  test("a limit that may block does", () => {
    expect(over(1, {}, { over: "block" }).flips).toEqual(["block for quarter"]);
  });

  test.for([
    ["a reading of another limit", { id: "other" }, {}],
    ["a reading of another sum", {}, { sum: null }],
    ["a reading of another window", {}, { window: "ever" }],
  ] as const)("%s answers nothing and is counted", ([, changes, last]) => {
    expect(over(1, changes, last)).toEqual({ counts: { ...none, unread: 1 }, flips: [] });
  });

  test("a larger cap lets through what the limit stopped", () => {
    const stopped = { verdict: "escalate", byRules: "escalate" } as const;
    const limits = [{ ...reading, used: 45_000_000, admitted: false }];
    const candidate = { ...quoting, limits: [{ ...limit, cap: 60_000_000 }] };
    const { limits: counts, flips } = simulate(candidate, [pastQuote("dec_1", {}, { limits, ...stopped })]);
    expect({ counts, to: flips.map(({ to }) => to) }).toEqual({
      counts: [{ ...none, within: 1, overBefore: 1 }],
      to: ["execute"],
    });
  });
});

describe("what cannot be replayed", () => {
  const without = (name: string, facts: PastDecision["facts"]) =>
    Object.fromEntries(Object.entries(facts).filter(([key]) => key !== name));

  test.for([
    [
      "a fact that the candidate does not declare",
      { ...pastQuote("dec_1"), facts: { ...pastQuote("dec_1").facts, margin: 1 } },
      ["the candidate does not declare `margin`"],
    ],
    [
      "a fact that was not asked for then",
      { ...pastQuote("dec_1"), facts: without("protectedTerms", pastQuote("dec_1").facts) },
      ["the record does not hold `protectedTerms` as the candidate declares it"],
    ],
    [
      "a fact that was not known, and is gone",
      { ...pastQuote("dec_1"), missing: ["margin"] },
      ["the candidate does not declare `margin`"],
    ],
  ] as const)("%s is counted and in no other count", ([, past, expected]) => {
    const { unreplayable, replayed } = simulate(quoting, [past]);
    expect({ replayed, why: unreplayable.map(({ why }) => why) }).toEqual({ replayed: 0, why: expected });
    expect(unreplayable.map(({ decisionIds }) => decisionIds)).toEqual([["dec_1"]]);
  });

  test("a fact that was not known then is not known now, and the decision is replayed", () => {
    const facts = without("protectedTerms", pastQuote("dec_1").facts);
    const past = {
      ...pastQuote("dec_1"),
      facts,
      missing: ["protectedTerms"],
      verdict: "escalate",
      byRules: "escalate",
    } as const;
    expect(flat(simulate(quoting, [past]))).toEqual(["escalate > escalate: 1"]);
  });

  test("a block that was certain without a fact is replayed if it still is, and else counted", () => {
    const facts = without("protectedTerms", pastQuote("dec_1", at(260_000)).facts);
    const past = { ...pastQuote("dec_1", at(260_000)), facts };
    expect(flat(simulate(quoting, [past]))).toEqual(["block > block: 1"]);
    expect(simulate(quotingWith("manager_max", 270_000), [past])).toMatchObject({
      replayed: 0,
      unreplayable: [{ why: "the record does not hold `protectedTerms` as the candidate declares it" }],
    });
  });

  test("decisions of other policies are counted beside", () => {
    const other = pastQuote("dec_1", {}, { policy: { id: "write-back", version: "v1" } });
    expect(simulate(quoting, [other])).toMatchObject({ replayed: 0, ofOtherPolicies: 1 });
  });
});

test("every decision is in exactly one count", () => {
  const history = fc.array(
    fc.tuple(fc.integer({ min: 100_000, max: 300_000 }), fc.constantFrom({}, { margin: 1 }), fc.boolean()),
  );
  fc.assert(
    fc.property(history, fc.integer({ min: 100_000, max: 250_000 }), (rows, limit) => {
      const past = rows.map(([ppm, odd, other], index) => ({
        ...pastQuote(`dec_${index}`, at(ppm)),
        ...(other ? { policy: { id: "write-back", version: "v1" } } : {}),
        facts: { ...pastQuote("", at(ppm)).facts, ...odd },
      }));
      const simulation = simulate(quotingWith("auto_max", limit), past);
      const { loosening, tightening, unchanged, replayed, unreplayable, ofOtherPolicies, flips } = simulation;
      const inMatrix = Object.values(simulation.matrix).flatMap((row) => Object.values(row));
      expect({
        replayed: inMatrix.reduce((sum, count) => sum + count, 0),
        flips: loosening.count + tightening.count,
        parts: loosening.count + tightening.count + unchanged.count,
        all: replayed + unreplayable.flatMap(({ decisionIds }) => decisionIds).length + ofOtherPolicies,
      }).toEqual({ replayed, flips: flips.length, parts: replayed, all: past.length });
    }),
    { numRuns: 50 },
  );
});
