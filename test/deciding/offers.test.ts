import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearestPassing, offersFor } from "../../deciding/offers.ts";
import type { InForce } from "../../deciding/policy-source.ts";
import { loadPolicies } from "../../deciding/policies.ts";
import { concluded, ruleOn, underLimits } from "../../deciding/ruling.ts";
import { questionOf } from "../../deciding/step.ts";
import type { JsonObject } from "../../domain/json.ts";
import { approveDiscount } from "../../functions/quoting/approve-discount.ts";
import { decimal, quoteInput, quoteRecord } from "../../functions/quoting/fixture.ts";
import { decideCompiled } from "../../guardrails/decide-compiled.ts";
import { readingOf } from "../../guardrails/limits.ts";

const between = (low: number, high: number) => (minor: number) => minor >= low && minor <= high;

describe("the nearest amount that passes", () => {
  test.for([
    ["is the first one upwards", 80, 200, between(85, 200), 85],
    ["is the first one downwards", 120, 200, between(0, 107), 107],
    ["is the nearer of two", 100, 200, (minor: number) => minor <= 90 || minor >= 104, 104],
    ["is the higher of two as near", 100, 200, (minor: number) => minor <= 90 || minor >= 110, 110],
    ["may be nothing at all", 100, 200, (minor: number) => minor === 0, 0],
    ["may be the most that is named", 100, 200, (minor: number) => minor === 200, 200],
    ["is none where none passes", 100, 200, () => false, undefined],
    ["is none over the most that is named", 100, 120, between(121, 900), undefined],
  ] as const)("%s", ([, asked, most, passes, found]) => {
    expect(nearestPassing(asked, most, passes)).toBe(found);
  });

  test("is exact at the line, wherever that is", () => {
    const amounts = fc.integer({ min: 0, max: 10 ** 12 });
    fc.assert(
      fc.property(amounts, amounts, amounts, (asked, line, most) => {
        fc.pre(asked < line && line <= most);
        expect(nearestPassing(asked, most, (minor) => minor >= line)).toBe(line);
      }),
    );
  });
});

describe("of any quote", () => {
  const at = "2026-03-02T09:00:00.000Z";
  const step = {
    company: "acme",
    caseId: "acme:quoting:crm-deal-1001",
    eventId: "evt_1",
    stepKey: "acme:quoting:crm-deal-1001/evt_1/approve-discount",
    reportsStep: "",
    functionId: "quoting",
    action: "quoting",
    objectType: "deal",
    objectId: "1001",
  };

  /** What is concluded of a quote whose limits have counted nothing, and what is offered. */
  async function decided(inForce: InForce, record: JsonObject, args?: JsonObject) {
    const { evidence, action } = quoteInput(record);
    const proposal = { proposalId: "p", actionId: "quoting", action: { ...action, args: args ?? action.args } };
    const gate = { step, gate: 1, approvalId: null, at, runId: "" };
    const asked = { proposal: { ...proposal, recordVersion: "", reasoning: "" }, review: "exempt" as const };
    const question = questionOf(gate, approveDiscount, evidence, asked);
    const ruling = await ruleOn(question, inForce, () => undefined);
    const nothing = { window: null, deposited: 0, used: 0, reserved: 0 };
    const readings = ruling.asked.asks.map((ask) => readingOf(ask, "account", nothing));
    const conclusion = concluded(ruling, underLimits(ruling, readings), readings);
    return { question, conclusion, offers: await offersFor(question, inForce.policy, conclusion) };
  }

  test("what is offered passes, and one minor unit nearer to what was asked does not", async () => {
    const policies = await loadPolicies(resolve(import.meta.dirname, "../../policies"));
    const inForce = policies.inForce("quoting", () => "partner-7");
    if (inForce === undefined) throw new Error("quoting is not in force");
    const led = { ...inForce, mode: "led" as const };
    const shares = fc.integer({ min: 1, max: 900_000 });
    let offered = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60_000_000 }), shares, shares, async (list, off, given) => {
        const [net, concessions] = [
          Math.floor((list * (1_000_000 - off)) / 1_000_000),
          Math.floor((list * given) / 4_000_000),
        ];
        const priced = {
          quote_list_price: decimal(list),
          quote_net_price: decimal(net),
          quote_concessions: decimal(concessions),
        };
        const record = quoteRecord({ ...priced, quote_floor_price: "0.00" });
        const { question, conclusion, offers } = await decided(led, record);
        expect(conclusion.decision.kind === "execute" ? offers : []).toEqual([]);
        for (const { argument, minor } of offers) {
          offered += 1;
          const verdictAt = (amount: number) =>
            question.otherwise &&
            decideCompiled(led.policy, question.otherwise.factsWith({ [argument]: amount }), at).verdict;
          const asked = Number(question.proposal.action.args[argument]);
          expect([verdictAt(minor), minor === asked]).toEqual(["execute", false]);
          expect(verdictAt(minor + Math.sign(asked - minor))).not.toBe("execute");
        }
      }),
      { numRuns: 300 },
    );
    expect(offered).toBeGreaterThan(100);
  });
});
