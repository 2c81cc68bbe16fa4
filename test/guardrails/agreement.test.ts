import fc from "fast-check";
import { expect, test } from "vitest";
import { escalationStates } from "../../domain/escalation.ts";
import { holds } from "../../guardrails/reading.ts";
import type { Known } from "../../guardrails/ternary.ts";
import { simulate } from "../../guardrails/simulate/simulate.ts";
import { pastQuote } from "../fixtures/past-decision.ts";
import { smallQuoting as quoting, smallWith as quotingWith } from "../fixtures/small-quoting.ts";

const wider = quotingWith("auto_max", 180_000);

/** Thirty requests between 15 % and 18 %, of which people rejected two. */
const history = Array.from({ length: 30 }, (_, at) =>
  pastQuote(
    `dec_${at}`,
    { effectiveDiscount: 151_000 + at * 900 },
    {
      escalation: { escalationId: `esc_${at}`, state: at < 2 ? "rejected" : at % 2 === 0 ? "approved" : "executed" },
    },
  ),
);

test("a wider limit would have agreed with people in 28 of 30, as a whole and by its rule, and the two are named", () => {
  const { agreement, rules } = simulate(wider, history);
  const agreed = { of: 30, count: 28, sharePpm: 933_333, lowerPpm: 786_765, upperPpm: 981_523 };
  expect(agreement).toEqual({ decidedByPeople: 30, asks: 0, agreed });
  expect(rules).toEqual([
    {
      rule: "within-mandate",
      effect: "execute",
      state: "active",
      kind: "agreed",
      share: agreed,
      against: ["dec_0", "dec_1"],
    },
  ]);
});

test("a rule that asks says what people approved of it, and is neither for them nor against", () => {
  const { agreement, rules } = simulate(quoting, history);
  expect(agreement).toMatchObject({
    decidedByPeople: 30,
    asks: 30,
    agreed: { of: 0, count: 0, lowerPpm: 0, upperPpm: 1_000_000 },
  });
  expect(rules).toMatchObject([{ rule: "manager-band", kind: "approved", share: { of: 30, count: 28 }, against: [] }]);
});

test("a rule that is only watched is told as such", () => {
  const watched = { ...wider, rules: wider.rules.map((rule) => ({ ...rule, state: "candidate" as const })) };
  expect(simulate(watched, history).rules).toMatchObject([
    { rule: "within-mandate", state: "candidate", share: { count: 28 } },
  ]);
});

test("of any history each rule counts what it matches and people decided, by a reading of its own", () => {
  const past = fc
    .record({
      ppm: fc.integer({ min: 100_000, max: 300_000 }),
      floor: fc.boolean(),
      state: fc.option(fc.constantFrom(...escalationStates), { nil: undefined }),
    })
    .map(({ ppm, floor, state }) => ({ facts: { effectiveDiscount: ppm, belowFloorPrice: floor }, state }));
  fc.assert(
    fc.property(fc.array(past, { maxLength: 40 }), (drawn) => {
      const decisions = drawn.map(({ facts, state }, at) =>
        pastQuote(`dec_${at}`, facts, state === undefined ? {} : { escalation: { escalationId: `esc_${at}`, state } }),
      );
      const yes = ["approved", "executed", "execution-failed"];
      const decided = decisions.filter(
        ({ escalation }) => escalation !== null && [...yes, "rejected"].includes(escalation.state),
      );
      const { rules, agreement } = simulate(wider, decisions);
      expect(agreement.decidedByPeople).toBe(decided.length);
      const expected = wider.rules.flatMap(({ id, when, effect }) => {
        const found = decided.filter(({ facts }) => holds(wider, when, facts as Known));
        const approved = found.filter(({ escalation }) => yes.includes(escalation?.state ?? "")).length;
        const count = effect === "block" ? found.length - approved : approved;
        return found.length === 0 ? [] : [[id, found.length, count]];
      });
      expect(rules.map(({ rule, share }) => [rule, share.of, share.count])).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});
