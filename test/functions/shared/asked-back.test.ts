import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../domain/json.ts";
import { askedBackText, crmNote, noteText } from "../../../functions/shared/crm-note.ts";
import { StepDecisionReading } from "../../../functions/shared/step-decision-reading.ts";
import { evidenceOf, FIXTURE_AT } from "../../../functions/shared/fixture.ts";

const asked = { escalationId: "esc_1", question: "which rival", answer: "", state: "waits", until: FIXTURE_AT };

function reading(askedBack?: JsonObject) {
  const decided = { decisionId: "dec_1", verdict: "escalate", actionId: "quoting", reason: "", outcome: "open" };
  return { ...decided, detail: "", ...(askedBack && { askedBack }) };
}

const textOf = (changes: JsonObject) => askedBackText(StepDecisionReading.parse(reading({ ...asked, ...changes })));

describe("the note on what is asked back", () => {
  test("says nothing where nothing was", () => {
    expect(askedBackText(StepDecisionReading.parse(reading()))).toBeUndefined();
  });

  test("says that words which were erased can be read by nobody", () => {
    expect(textOf({ question: "" })).toContain("Asked back: nobody can read it any more.");
    expect(textOf({ state: "answered" })).toContain("Answer: nobody can read it any more.");
  });

  test("has room for whatever is said", () => {
    const long = "x".repeat(10_000);
    for (const state of ["waits", "answered", "lapsed"]) {
      const text = textOf({ question: long, answer: long, state });
      const args = { objectType: "deal", objectId: "1", reportsStep: "step-1", text };
      expect(crmNote.args.safeParse(args).success).toBe(true);
    }
  });

  test.for([
    ["what the ledger says is asked", textOf({}), true],
    ["how the step stands", noteText(StepDecisionReading.parse(reading(asked))), true],
    ["what somebody else asks", textOf({ question: "what else" }), false],
    ["an answer that nobody gave", textOf({ state: "answered", answer: "none" }), false],
  ] as const)("that tells %s: %s", ([, text, tellsDecision]) => {
    const args = { objectType: "deal", objectId: "1", reportsStep: "step-1", text: text ?? "" };
    const evidence = evidenceOf({ "ledger.step-decision": reading(asked) });
    expect(crmNote.facts({ evidence, action: { tool: crmNote.tool, args }, at: FIXTURE_AT })).toEqual({
      tellsDecision,
    });
  });
});
