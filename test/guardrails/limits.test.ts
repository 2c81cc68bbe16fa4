import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Decision } from "../../domain/decision.ts";
import { stricter } from "../../domain/decision.ts";
import { cellOf } from "../../guardrails/cell.ts";
import { judge } from "../../guardrails/evaluate.ts";
import { applyLimits, applyUncounted, applyUnread, asksOf, readingOf } from "../../guardrails/limits.ts";
import type { Limit, Policy } from "../../guardrails/policy.ts";
import type { Known } from "../../guardrails/ternary.ts";
import { quarterLimit, withLimits } from "../fixtures/limits.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";

const at = "2026-05-14T09:30:00.000Z";
const quarter = { from: "2026-04-01T00:00:00.000Z", until: "2026-07-01T00:00:00.000Z" };
const known = quoteFacts() as Known;
const empty = { window: quarter, deposited: 0, used: 0, reserved: 0 };

const readingWith = (policy: Policy, state: { used: number; reserved: number }) => {
  const [ask] = asksOf(policy, known, at).asks;
  if (ask === undefined) throw new Error("nothing is asked");
  return readingOf(ask, "account", { ...empty, ...state });
};

describe("what a request asks of a limit", () => {
  test("is the summed fact, for the account of the `per` facts, in the window it is decided in", () => {
    const policy = withLimits(quarterLimit());
    expect(asksOf(policy, known, at)).toEqual({
      asks: [
        {
          limit: quarterLimit(),
          account: { partner: "partner-7" },
          unit: { unit: "minor", currency: "USD" },
          window: quarter,
          asked: 1_200_000,
          cap: 60_000_000,
        },
      ],
      uncounted: [],
    });
  });

  test("is one, when requests are counted", () => {
    const limit = quarterLimit({ sum: null, per: ["requester", "partner"], window: "calendar-day", cap: 20 });
    expect(asksOf(withLimits(limit), known, at).asks).toMatchObject([
      { account: { requester: "seller@northwind.example", partner: "partner-7" }, asked: 1, cap: 20 },
    ]);
  });

  test("is the same account for all, without `per`, and has no window for `ever`", () => {
    const limit = quarterLimit({ per: [], window: "ever" });
    expect(asksOf(withLimits(limit), known, at).asks).toMatchObject([{ account: {}, window: null }]);
  });

  test("is counted over the days before the decision, where its window rolls", () => {
    const window = { from: "2026-02-13T09:30:00.000Z", until: at, days: 90 };
    expect(asksOf(withLimits(quarterLimit({ window: "90d" })), known, at).asks).toMatchObject([{ window }]);
  });

  describe("whose account a request may leave out", () => {
    const { partner: _, ...nobodys } = known;
    const optional = (policy: Policy): Policy => ({
      ...policy,
      facts: policy.facts.map((type) => (type.name === "partner" ? { ...type, optional: true as const } : type)),
    });
    const limit = quarterLimit({ unknown: "passes" });

    test("is nothing, and nobody is asked, where the limit lets that pass", () => {
      expect(asksOf(optional(withLimits(limit)), nobodys, at)).toEqual({ asks: [], uncounted: [] });
      expect(asksOf(optional(withLimits(limit)), known, at).asks).toHaveLength(1);
    });

    test("is uncounted where the limit does not, or where the fact is one that every request has", () => {
      expect(asksOf(optional(withLimits(quarterLimit())), nobodys, at).uncounted).toHaveLength(1);
      expect(asksOf(withLimits(limit), nobodys, at).uncounted).toHaveLength(1);
    });

    test("is uncounted where the amount is not known either way", () => {
      const { discountAmount: _amount, ...unsaid } = known;
      expect(asksOf(optional(withLimits(limit)), unsaid, at).uncounted).toHaveLength(1);
    });
  });

  test("is counted in the policy's time zone", () => {
    const policy = { ...withLimits(quarterLimit()), timezone: "America/New_York" };
    expect(asksOf(policy, known, "2026-04-01T03:59:59Z").asks[0]?.window?.until).toBe("2026-04-01T04:00:00.000Z");
  });

  test("goes by the cap as overrides set it", () => {
    const param = { kind: "minor", name: "cap", value: 100, currency: "USD", allowed: null, protected: false } as const;
    const base: Policy = { ...withLimits(quarterLimit({ cap: { param: "cap" } })), params: [param] };
    const override = { id: "h1", for: { partner: ["partner-7"] }, from: "2026-01-01", until: "2026-07-01", reason: "" };
    const policy = { ...base, overrides: [{ ...override, set: { cap: 500 } }] };
    const capFor = (facts: Known) => asksOf(cellOf(policy, facts, at), facts, at);
    expect(capFor(known).asks[0]?.cap).toBe(500);
    expect(capFor({ ...known, partner: "p" }).asks[0]?.cap).toBe(100);
    const { partner: _, ...without } = known;
    expect(capFor(without)).toMatchObject({ asks: [], uncounted: [{ missing: ["partner", "cap"] }] });
  });

  test.for([
    ["the summed fact", "discountAmount"],
    ["a fact of the account", "partner"],
  ] as const)("is nothing when %s is not known, and then nothing executes", async ([, name]) => {
    const { [name]: _, ...facts } = quoteFacts();
    const policy = withLimits(quarterLimit());
    const judged = await judge(policy, facts, { at });
    const asked = asksOf(judged.cell, judged.known, at);
    expect(asked).toEqual({ asks: [], uncounted: [{ limit: quarterLimit(), missing: [name] }] });
    expect(judged.decision.kind).toBe("escalate");
    expect(applyUncounted(judged.decision, asked.uncounted, policy)).toBe(judged.decision);
    const executes: Decision = { kind: "execute", rules: [] };
    expect(applyUncounted(executes, asked.uncounted, policy)).toMatchObject({
      kind: "escalate",
      rules: [{ id: "quarter-discount", effect: "escalate" }],
      route: { id: "regional-director" },
      reason: `not known: \`${name}\`, which limit \`quarter-discount\` counts by`,
    });
  });

  test("is nothing for an amount that would give room back", () => {
    expect(asksOf(withLimits(quarterLimit()), { ...known, discountAmount: -1 }, at).asks).toEqual([]);
  });
});

describe("a limit admits up to its cap, reserved amounts counted", () => {
  test.for([
    ["an empty account", 0, 0, true, false],
    ["the last minor unit of room", 50_000_000, 8_800_000, true, true],
    ["one minor unit too many", 50_000_000, 8_800_001, false, false],
    ["one minor unit under the warning", 46_799_999, 0, true, false],
    ["exactly the share that warns", 46_800_000, 0, true, true],
    ["an account past its cap", 60_000_001, 0, false, false],
  ] as const)("%s", ([, used, reserved, admitted, warned]) => {
    const reading = readingWith(withLimits(quarterLimit()), { used, reserved });
    const cap = 60_000_000;
    const whole = { id: "quarter-discount", account: "account", window: quarter, asked: 1_200_000, cap };
    expect(reading).toEqual({ ...whole, used, reserved, admitted, warned });
  });

  test("without a share to warn at, nothing warns", () => {
    expect(readingWith(withLimits(quarterLimit({ warnAtPpm: null })), { used: 58_800_000, reserved: 0 }).warned).toBe(
      false,
    );
  });
});

describe("a limit that does not admit is one more rule", () => {
  const executes: Decision = {
    kind: "execute",
    rules: [{ id: "within", effect: "execute", reason: "fine", values: {} }],
  };
  const over = { used: 60_000_000, reserved: 0 };

  test("an execution asks the limit's route, and says what it comes to", () => {
    const policy = withLimits(quarterLimit());
    const decision = applyLimits(executes, [readingWith(policy, over)], policy);
    const reason =
      "discountAmount of this partner in the quarter comes to 612,000.00 USD with this one, over the cap of 600,000.00 USD";
    const values = { used: 60_000_000, reserved: 0, asked: 1_200_000, cap: 60_000_000 };
    expect(decision).toMatchObject({
      kind: "escalate",
      rules: [{ id: "quarter-discount", effect: "escalate", reason, values }, { id: "within" }],
      missing: [],
      route: { id: "regional-director" },
      reason,
    });
  });

  test.for([
    ["calendar-day", "in the day"],
    ["calendar-week", "in the week"],
    ["calendar-month", "in the month"],
    ["calendar-quarter", "in the quarter"],
    ["calendar-year", "in the year"],
    ["ever", "altogether"],
    ["30d", "in 30 days"],
  ] as const)("%s is said to be %s", ([window, words]) => {
    const policy = withLimits(quarterLimit({ per: [], window }));
    expect(applyLimits(executes, [readingWith(policy, over)], policy)).toMatchObject({
      reason: `discountAmount of all together ${words} comes to 612,000.00 USD with this one, over the cap of 600,000.00 USD`,
    });
  });

  test("a limit that the policy does not hold is a fault", () => {
    const policy = withLimits(quarterLimit());
    const reading = readingWith(policy, over);
    expect(() => applyLimits(executes, [reading], withLimits())).toThrow(
      "limit `quarter-discount` is not in policy `quoting`",
    );
  });

  test("a count says how many", () => {
    const policy = withLimits(quarterLimit({ sum: null, per: ["requester"], window: "calendar-day", cap: 9 }));
    expect(applyLimits(executes, [readingWith(policy, { used: 4, reserved: 5 })], policy)).toMatchObject({
      reason: "requests of this requester in the day come to 10 with this one, over the cap of 9",
    });
  });

  test("an escalation keeps what it asked for, and goes to the more senior route with the larger quorum", () => {
    const policy = withLimits(quarterLimit({ route: "partner-manager" }));
    const [manager, director] = policy.routes;
    if (manager === undefined || director === undefined) throw new Error("no routes");
    const asking: Decision = {
      kind: "escalate",
      rules: [],
      missing: ["listPrice"],
      route: { ...director, quorum: 2 },
      reason: "large",
    };
    const decision = applyLimits(asking, [readingWith(policy, over)], policy);
    expect(decision).toMatchObject({ missing: ["listPrice"], route: { id: "regional-director", quorum: 2 } });
    const junior = applyLimits(
      { ...asking, route: manager },
      [readingWith(withLimits(quarterLimit()), over)],
      withLimits(quarterLimit()),
    );
    expect(junior).toMatchObject({ kind: "escalate", route: { id: "regional-director" } });
    expect(junior.kind === "escalate" && junior.reason.startsWith("large; discountAmount")).toBe(true);
  });

  test("a limit that blocks, blocks; and a block stays one", () => {
    const policy = withLimits(quarterLimit({ over: "block" }));
    expect(applyLimits(executes, [readingWith(policy, over)], policy)).toMatchObject({ kind: "block" });
    const asks = withLimits(quarterLimit());
    const blocked: Decision = { kind: "block", rules: [], reason: "over the ceiling" };
    expect(applyLimits(blocked, [readingWith(asks, over)], asks)).toMatchObject({
      kind: "block",
      reason: "over the ceiling",
      rules: [{ id: "quarter-discount" }],
    });
  });

  test("what is within its cap changes nothing, warned or not", () => {
    const policy = withLimits(quarterLimit());
    expect(applyLimits(executes, [readingWith(policy, { used: 58_000_000, reserved: 0 })], policy)).toBe(executes);
  });

  test("accounts that cannot be read let nothing execute", () => {
    const policy = withLimits(quarterLimit());
    expect(applyUnread(executes, asksOf(policy, known, at), policy)).toMatchObject({
      kind: "escalate",
      route: { id: "regional-director" },
      reason: "runtime_error:limit_unread: what `quarter-discount` has counted could not be read",
    });
  });
});

test("limits can only tighten, in whatever order they stand", () => {
  const limitArb = fc.record({
    over: fc.constantFrom<Limit["over"]>("escalate", "block"),
    route: fc.constantFrom("partner-manager", "regional-director"),
    used: fc.nat({ max: 130_000_000 }),
  });
  const kinds = fc.constantFrom<Decision["kind"]>("execute", "escalate", "block");
  fc.assert(
    fc.property(fc.array(limitArb, { maxLength: 4 }), kinds, (given, kind) => {
      const limits = given.map(({ over, route }, index) => quarterLimit({ id: `limit-${index}`, over, route }));
      const policy = withLimits(...limits);
      const asks = asksOf(policy, known, at).asks;
      const readings = asks.map((ask, index) => readingOf(ask, "a", { ...empty, used: given[index]?.used ?? 0 }));
      const start: Decision =
        kind === "escalate"
          ? { kind, rules: [], missing: [], route: policy.defaultRoute, reason: "" }
          : kind === "block"
            ? { kind, rules: [], reason: "" }
            : { kind, rules: [] };
      const decision = applyLimits(start, readings, policy);
      const refused = limits.filter((_limit, index) => readings[index]?.admitted === false);
      expect(decision.kind).toBe(refused.map(({ over }) => over).reduce(stricter, kind));
      expect(decision.rules.map(({ id }) => id).toSorted()).toEqual(refused.map(({ id }) => id).toSorted());
      const turned = applyLimits(start, readings.toReversed(), policy);
      expect({ ...turned, reason: "" }).toEqual({ ...decision, reason: "" });
    }),
  );
});
