import { describe, expect, test } from "vitest";
import type { PastQuestion } from "../../../domain/answered.ts";
import type { FactType } from "../../../guardrails/fact-types.ts";
import { adviceOn, type PresentQuestion } from "../../../guardrails/learn/advice.ts";

const types: readonly FactType[] = [
  { name: "discount", title: "discount", adjustable: true, kind: "ppm", min: 0, max: 1_000_000 },
  { name: "tier", title: "tier", adjustable: false, kind: "choice", values: ["gold", "silver"] },
];

function asked(changes: Partial<PresentQuestion> = {}): PresentQuestion {
  const facts = { discount: 180_000, tier: "gold" };
  return { facts, rules: ["manager-band"], read: ["discount"], doubts: [], offers: [], ...changes };
}

let n = 0;
function past(answer: PastQuestion["answer"], changes: Partial<PastQuestion> = {}): PastQuestion {
  n += 1;
  const at = `2026-03-${String((n % 28) + 1).padStart(2, "0")}T09:00:00.000Z`;
  const facts = { discount: 200_000, tier: "silver" };
  return {
    escalationId: `esc_${n}`,
    caseId: `c${n}`,
    at,
    settledAt: at,
    facts,
    missing: [],
    rules: ["manager-band"],
    answer,
    failed: false,
    ...changes,
  };
}
const times = (count: number, answer: PastQuestion["answer"]) => Array.from({ length: count }, () => past(answer));

describe("what past answers say of a question", () => {
  test.for([
    ["approve, where people agreed 41 of 44 times", times(41, "approved"), times(3, "rejected"), "approve"],
    ["reject, where they mostly did", times(1, "approved"), times(9, "rejected"), "reject"],
    ["nothing, where they are divided", times(5, "approved"), times(5, "rejected"), null],
    ["nothing, on four answers", times(4, "approved"), [], null],
    ["approve, on five of five", times(5, "approved"), [], "approve"],
    ["nothing, where most questions ended in silence", times(4, "approved"), times(6, "expired"), null],
    ["nothing, before anybody was asked", [], [], null],
  ] as const)("is %s", ([, some, others, answer]) => {
    expect(adviceOn(types, asked(), [...some, ...others]).answer).toBe(answer);
  });

  test("counts the answers to the very same rules, and no others", () => {
    const others = times(20, "approved").map((one) => ({ ...one, rules: ["manager-band", "large-quote"] }));
    const { agreement, reasons, precedents } = adviceOn(types, asked(), others);
    expect(agreement).toEqual({ approved: 0, rejected: 0, of: 0 });
    expect([reasons, precedents]).toEqual([["These rules have asked nobody before."], []]);
  });

  test("brings the nearest first, with the values that its rules read and how it ended", () => {
    const near = past("rejected", { facts: { discount: 171_000, tier: "gold" }, at: "2026-04-02T09:00:00.000Z" });
    const { precedents } = adviceOn(types, asked(), [...times(5, "approved"), near]);
    expect(precedents).toHaveLength(5);
    expect(precedents[0]).toMatchObject({
      escalationId: near.escalationId,
      likenessPpm: 970_000,
      text: "discount 17.1 %",
    });
  });

  test("says at most three reasons: doubts first, then the past, the nearest and what would pass", () => {
    const offers = ["net price 85,000.00 USD in place of 82,000.00 USD"];
    const only = past("approved", { failed: true, at: "2026-04-02T09:00:00.000Z" });
    expect(adviceOn(types, asked({ offers }), [only]).reasons).toEqual([
      "People agreed 1 of 1 times that these rules asked, too few to go by (5 are).",
      "The nearest to it was approved on 2026-04-02, and it could not be done: discount 20 %.",
      "It would pass without people with net price 85,000.00 USD in place of 82,000.00 USD.",
    ]);
  });

  test("recommends nothing while something is in doubt, whatever people answered before", () => {
    const doubts = ["Not known: tier."];
    const { answer, reasons } = adviceOn(types, asked({ doubts }), times(40, "approved"));
    expect([answer, reasons[0]]).toEqual([null, "Not known: tier."]);
  });

  test("is the same whatever the order of the past", () => {
    const all = [...times(7, "approved"), ...times(2, "rejected")];
    expect(adviceOn(types, asked(), all.toReversed())).toEqual(adviceOn(types, asked(), all));
  });
});
