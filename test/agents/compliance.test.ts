import { describe, expect, expectTypeOf, test } from "vitest";
import { unsourced, tightened } from "../../agents/compliance-rules.ts";
import type { ReviewTurn } from "../../agents/turn.ts";
import { stricter, type Verdict } from "../../domain/decision.ts";
import type { Review } from "../../domain/proposal.ts";
import { agentsOn } from "./agents-under-test.ts";
import { quoteReadings, quoteTurn } from "./readings.ts";
import { calls, scriptedModel } from "./scripted-model.ts";

const verdicts = ["agree", "escalate", "block"] as const;
const pairs = verdicts.flatMap((rules) => verdicts.map((model) => [rules, model] as const));
const review = (verdict: Review["verdict"]): Review => ({ verdict, reasons: verdict === "agree" ? [] : [verdict] });

describe("Compliance can only tighten", () => {
  test("by type: a review holds no verdict that executes, and no action", () => {
    expectTypeOf<ReviewTurn["review"]["verdict"]>().toEqualTypeOf<"agree" | "escalate" | "block">();
    expectTypeOf<keyof ReviewTurn>().toEqualTypeOf<"review" | "citation" | "work">();
    expectTypeOf<keyof Review>().toEqualTypeOf<"verdict" | "reasons">();
  });

  test.for(pairs)("rules say %s, its model says %s: the stricter stands, with both reasons", ([rules, model]) => {
    const { verdict, reasons } = tightened(review(rules), review(model));
    expect(verdicts.indexOf(verdict)).toBe(Math.max(verdicts.indexOf(rules), verdicts.indexOf(model)));
    expect(reasons).toEqual([...new Set([...review(rules).reasons, ...review(model).reasons])]);
  });

  test.for(["execute", "escalate", "block"] as const)("no review loosens a decision to %s", (decision: Verdict) => {
    const asVerdict = { agree: "execute", escalate: "escalate", block: "block" } as const;
    const order = ["execute", "escalate", "block"];
    for (const verdict of verdicts) {
      expect(order.indexOf(stricter(decision, asVerdict[verdict]))).toBeGreaterThanOrEqual(order.indexOf(decision));
    }
  });

  test.for(["execute", "approve", "allow", "AGREE"])("a model that answers `%s` is not heard", async (verdict) => {
    const line = calls("review_proposal", { verdict, reasons: [] });
    const { agents } = agentsOn(quoteReadings());
    const findings = await agents.gatherFindings(quoteTurn);
    const proposal = await agents.proposeAction(quoteTurn, findings);
    const reviewing = agentsOn(quoteReadings(), scriptedModel(line, line, line)).agents;
    await expect(reviewing.reviewProposal(quoteTurn, findings, proposal)).rejects.toMatchObject({
      code: "MODEL_ANSWER_UNUSABLE",
    });
  });

  test("a model's block asks for a person: it denies nobody anything in the rules' stead", async () => {
    const { agents } = agentsOn(quoteReadings());
    const findings = await agents.gatherFindings(quoteTurn);
    const proposal = await agents.proposeAction(quoteTurn, findings);
    const line = calls("review_proposal", { verdict: "block", reasons: ["The quote copies another partner's."] });
    const reviewing = agentsOn(quoteReadings(), scriptedModel(line)).agents;
    expect((await reviewing.reviewProposal(quoteTurn, findings, proposal)).review).toEqual({
      verdict: "escalate",
      reasons: ["The quote copies another partner's."],
    });
  });
});

describe("Compliance's rules ask for a person when", () => {
  const clean = {
    readings: { "crm.record": { quote_id: "Q-1" } },
    findings: [{ code: "seen", sources: ["crm.record"] }],
  };

  test("nothing is wrong: they agree", () => {
    expect(unsourced(clean)).toEqual({ verdict: "agree", reasons: [] });
  });

  test.for<readonly [string, Partial<typeof clean>]>([
    ["a finding has no source", { findings: [{ code: "heard", sources: [] }] }],
    ["a finding's source was not read", { findings: [{ code: "heard", sources: ["programme.partner"] }] }],
  ])("%s", ([, changed]) => {
    const reasons = ["The finding heard rests on a source that was not read."];
    expect(unsourced({ ...clean, ...changed })).toEqual({ verdict: "escalate", reasons });
  });

  test("and not when an agent asked for what it may not read: that was refused, and is told", () => {
    const findings = [{ code: "reading-refused", sources: ["crm.record"] }];
    expect(unsourced({ ...clean, findings })).toEqual({ verdict: "agree", reasons: [] });
  });
});
