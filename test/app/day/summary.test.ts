import { describe, expect, test } from "vitest";
import type { Followed } from "../../../app/day/follow.ts";
import { planDay } from "../../../app/day/plan.ts";
import { summarise } from "../../../app/day/summary.ts";
import { dayAnswer, summaryText } from "../../../app/day/summary-text.ts";
import type { EventView } from "../../../gateway/http/events.ts";

const plan = planDay({ day: 1, startedAt: "2026-03-02T09:00:00.000Z", company: "acme" });

function followed(index: number, changes: Partial<EventView>, answered: Followed["answered"] = null): Followed {
  const item = plan.items[index];
  if (item === undefined) throw new Error("no such item");
  const event: EventView = {
    eventId: `evt_${index}`,
    source: "hubspot",
    functionId: "quoting",
    objectType: item.objectType,
    objectId: item.objectId,
    caseId: `acme:quoting:crm-deal-${item.objectId}`,
    state: "dispatched",
    occurredAt: plan.startedAt,
    saidAt: null,
    receivedAt: plan.startedAt,
    decision: null,
    outcome: "executed",
    firstEffectMs: null,
    waitingFor: null,
    ...changes,
  };
  return { item, event, ended: event.waitingFor === null, answered };
}

function decision(verdict: "execute" | "escalate" | "block", ...ids: string[]): NonNullable<EventView["decision"]> {
  const rules = ids.map((id) => ({ id, effect: verdict, reason: `because of ${id}` }));
  return {
    decisionId: "dec_1",
    verdict,
    reason: rules[0]?.reason ?? "",
    rules,
    policyVersion: "v",
    decidedAt: plan.startedAt,
  };
}

const waitingFor = {
  escalationId: "esc_00000000000000000001",
  role: "partner-manager",
  dueAt: "2026-03-02T13:00:01.000Z",
};
const summary = summarise({
  plan,
  continued: false,
  finishedAt: "2026-03-02T09:00:02.000Z",
  delivered: [
    { name: "quotes", events: 3, status: 202, code: null, duplicates: 0 },
    { name: "the first quote once more", events: 1, status: 202, code: null, duplicates: 1 },
    { name: "replayed after six minutes", events: 1, status: 401, code: "signature-stale", duplicates: 0 },
    { name: "forged", events: 1, status: 401, code: "signature-forged", duplicates: 0 },
  ],
  followed: [
    followed(0, { decision: decision("execute", "within-mandate"), firstEffectMs: 312 }),
    followed(2, { decision: decision("escalate", "manager-band"), outcome: "open", waitingFor }),
    followed(
      3,
      { decision: decision("escalate", "manager-band"), firstEffectMs: 1_912 },
      { verdict: "approve", personId: "dana", reason: "first project" },
    ),
    followed(
      4,
      { decision: decision("escalate", "manager-band"), outcome: "rejected", firstEffectMs: 2_044 },
      { verdict: "reject", personId: "dana", reason: "come back with 20 %" },
    ),
    followed(6, {
      decision: decision("block", "over-ceiling", "partner-suspended"),
      outcome: "blocked",
      firstEffectMs: 501,
    }),
  ],
});

describe("the summary", () => {
  test("tells per event what was decided by which rules, the time to the first effect, and who is waited for", () => {
    expect(summaryText(summary)).toBe(`Working day 1

WHAT WAS ASKED                      OBJECT           DECIDED   ENDED     BY RULES                         FIRST EFFECT  PEOPLE
12 %                                deal 9100000101  execute   executed  within-mandate                         312 ms
15.0001 %                           deal 9100000103  escalate  open      manager-band                             none  waits for partner-manager, due in 3 h 59 min
18 % (14 % price, 4 % concessions)  deal 9100000104  escalate  executed  manager-band                            1.9 s  approved by dana
exactly 25 %                        deal 9100000105  escalate  rejected  manager-band                              2 s  rejected by dana
31 %                                deal 9100000107  block     blocked   over-ceiling, partner-suspended        501 ms

Refused at the door: replayed after six minutes (401 signature-stale)
Refused at the door: forged (401 signature-forged)
Delivered again, counted once: 1

5 events: 2 executed, 1 blocked, 1 rejected, 1 waiting for people; slowest first effect without a person 501 ms
`);
  });

  test("counts, and keeps people's time out of the machine's", () => {
    expect(summary.totals).toEqual({
      events: 5,
      executed: 2,
      blocked: 1,
      rejected: 1,
      withheld: 0,
      waiting: 1,
      duplicates: 1,
      refused: 2,
      slowestFirstEffectMs: 501,
    });
  });

  test("says how many were only recorded, when the mode withheld some", () => {
    const totals = { ...summary.totals, executed: 0, withheld: 2 };
    expect(summaryText({ ...summary, totals })).toContain(
      "5 events: 0 executed, 1 blocked, 1 rejected, 2 only recorded, 1 waiting for people",
    );
  });

  test("ends with what to do next", () => {
    expect(dayAnswer(summary).next).toEqual([
      "escalations list",
      "escalations show esc_00000000000000000001",
      "audit show acme:quoting:crm-deal-9100000104",
    ]);
  });

  test("survives JSON unchanged", () => {
    expect(JSON.parse(JSON.stringify(dayAnswer(summary).data))).toEqual(summary);
  });

  test("says when an interrupted day was continued", () => {
    expect(summaryText({ ...summary, continued: true })).toMatch(
      /^Working day 1 \(continued after an interruption\)\n/,
    );
  });

  test("fits a narrow terminal without cutting an id", () => {
    const lines = summaryText(summary, 120).split("\n");
    expect(Math.max(...lines.slice(2, 8).map((line) => line.length))).toBeLessThanOrEqual(120);
    for (const { objectId } of summary.events) expect(lines.some((line) => line.includes(objectId))).toBe(true);
  });
});
