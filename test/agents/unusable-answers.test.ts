import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../domain/json.ts";
import { firstActionOf } from "../../functions/index.ts";
import { agentsOn } from "./agents-under-test.ts";
import { quoteReadings, quoteTurn } from "./readings.ts";
import { calls, scriptedModel, type Line } from "./scripted-model.ts";

const args = firstActionOf("quoting").requested(quoteReadings()["crm.record"])?.args ?? {};
const good = calls("propose_action", { args, reasoning: "As asked." });
const report = (finding: JsonObject) =>
  calls("report_findings", {
    findings: [{ code: "seen", statement: "Seen.", confidencePpm: 1, sources: ["crm.record"], ...finding }],
  });

/** What Orchestration leaves when its model says these lines, and what it was told in between. */
async function proposing(...lines: Line[]) {
  const model = scriptedModel(...lines);
  const findings = await agentsOn(quoteReadings()).agents.gatherFindings(quoteTurn);
  const { action, reasoning } = await agentsOn(quoteReadings(), model).agents.proposeAction(quoteTurn, findings);
  return { action, reasoning, told: model.asked.at(-1)?.at(-1)?.text, left: model.left() };
}

describe("an answer that does not fit is told why, and may be given again", () => {
  test.for<readonly [string, Line, RegExp]>([
    ["nothing at all", { stopReason: "end_turn" }, /answer by calling `propose_action`/],
    ["prose", { text: "I approve.", stopReason: "end_turn" }, /answer by calling `propose_action`/],
    ["arguments that are not JSON", { invalid: [{ name: "propose_action", args: "{oops" }] }, /not a JSON object/],
    ["an answer cut at its limit", { ...good, stopReason: "max_tokens" }, /cut at its length limit/],
    ["an unknown tool", calls("approve", args), /no such tool/],
    ["an unknown argument", calls("propose_action", { args: { ...args, hurry: 1 }, reasoning: "r" }), /hurry/],
    ["a pause", { stopReason: "pause_turn" }, /answer by calling/],
  ])("%s", async ([, line, told]) => {
    const { action, told: said, left } = await proposing(line, good);
    expect({ args: action.args, left }).toEqual({ args, left: 0 });
    expect(said).toMatch(told);
  });

  test("twice, and not a third time", async () => {
    const prose: Line = { text: "Approved!", stopReason: "end_turn" };
    await expect(proposing(prose, prose, good)).resolves.toMatchObject({ action: { args } });
    await expect(proposing(prose, prose, prose, good)).rejects.toMatchObject({
      code: "MODEL_ANSWER_UNUSABLE",
      retryable: false,
    });
  });

  test("a finding must rest on a reading that was taken", async () => {
    const model = scriptedModel(report({ sources: ["programme.deal-team"] }), report({}));
    const { findings } = await agentsOn(quoteReadings(), model).agents.gatherFindings(quoteTurn);
    expect(model.asked.at(-1)?.at(-1)?.text).toBe(
      "no reading `programme.deal-team` was taken; sources are crm.record, quotes.approval",
    );
    expect(findings).toHaveLength(1);
  });

  test("a report given together with its readings waits for them", async () => {
    const both: Line = {
      calls: [
        { name: "programme_deal-team", args: { dealId: "1001", crmPartner: "partner-7" } },
        ...(report({}).calls ?? []),
      ],
    };
    const model = scriptedModel(both, report({ sources: ["programme.deal-team"] }));
    const { findings } = await agentsOn(quoteReadings(), model).agents.gatherFindings(quoteTurn);
    expect(findings.map(({ sources }) => sources)).toEqual([["programme.deal-team"]]);
  });
});

describe("an answer that ends the turn", () => {
  test.for([
    ["refusal", "MODEL_REFUSED"],
    ["model_context_window_exceeded", "MODEL_ANSWER_UNUSABLE"],
  ] as const)("%s is %s", async ([stopReason, code]) => {
    await expect(proposing({ text: "No.", stopReason }, good)).rejects.toMatchObject({ code, retryable: false });
  });

  test("every repaired conversation answers each call it repeats", async () => {
    const model = scriptedModel({ ...good, stopReason: "max_tokens" }, calls("approve", {}), good);
    const findings = await agentsOn(quoteReadings()).agents.gatherFindings(quoteTurn);
    await agentsOn(quoteReadings(), model).agents.proposeAction(quoteTurn, findings);
    const types = model.asked.at(-1)?.map(({ type }) => type);
    expect(types).toEqual(["system", "human", "ai", "tool", "ai", "tool"]);
  });
});

test("hidden characters in an answer do not reach the proposal", async () => {
  const { reasoning } = await proposing(calls("propose_action", { args, reasoning: "As\u200b as\u0000ked\u{e0041}." }));
  expect(reasoning).toBe("As asked.");
});
