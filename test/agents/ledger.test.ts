import { expect, test } from "vitest";
import type { ModelLedger } from "../../agents/middleware/model-ledger.ts";
import { agentsOn } from "./agents-under-test.ts";
import { memoryLedger } from "./memory-ledger.ts";
import { quoteReadings, quoteTurn } from "./readings.ts";
import { calls, scriptedModel } from "./scripted-model.ts";

test("a retried turn asks no model again and leaves the same", async () => {
  const { agents, ledger } = agentsOn(quoteReadings());
  const turns = async () => {
    const findings = await agents.gatherFindings(quoteTurn);
    const proposal = await agents.proposeAction(quoteTurn, findings);
    return { findings, proposal, review: await agents.reviewProposal(quoteTurn, findings, proposal) };
  };
  const first = await turns();
  const asked = ledger.calls.length;
  expect(await turns()).toEqual(first);
  expect({ asked, askedAgain: ledger.calls.length - asked }).toEqual({ asked: 4, askedAgain: 0 });
});

test("a turn that died between two calls pays only for the second", async () => {
  const ledger = memoryLedger();
  const report = calls("report_findings", {
    findings: [{ code: "seen", statement: "Seen.", confidencePpm: 1, sources: ["programme.deal-team"] }],
  });
  const read = calls("programme_deal-team", { dealId: "1001", crmPartner: "partner-7" });
  const dying = agentsOn(quoteReadings(), scriptedModel(read, { error: new Error("socket hang up") }), ledger);
  await expect(dying.agents.gatherFindings(quoteTurn)).rejects.toMatchObject({ code: "MODEL_UNAVAILABLE" });
  const model = scriptedModel(report);
  const { findings } = await agentsOn(quoteReadings(), model, ledger).agents.gatherFindings(quoteTurn);
  expect({ codes: findings.map(({ code }) => code), asked: model.asked.length }).toEqual({ codes: ["seen"], asked: 1 });
});

test("the same question by another model is another question", async () => {
  const { agents, ledger } = agentsOn(quoteReadings());
  await agents.gatherFindings(quoteTurn);
  const findings = [{ code: "seen", statement: "Seen.", confidencePpm: 1, sources: ["crm.record"] }];
  const other = agentsOn(quoteReadings(), scriptedModel(calls("report_findings", { findings })), ledger);
  expect((await other.agents.gatherFindings(quoteTurn)).findings.map(({ code }) => code)).toEqual(["seen"]);
});

test("a changed record is a new question; a reading's time is not", async () => {
  const ledger = memoryLedger();
  const digests = async (readings: ReturnType<typeof quoteReadings>) =>
    (await agentsOn(readings, undefined, ledger).agents.gatherFindings(quoteTurn)).citation.requestDigests;
  const first = await digests(quoteReadings());
  expect(await digests(quoteReadings({ quote_net_price: "8499.99" }))).not.toEqual(first);
  for (const { request } of ledger.calls) expect(JSON.stringify(request)).not.toContain("2026-03-02T09");
});

test("what a request holds: no company, case, step or key", async () => {
  const { agents, ledger } = agentsOn(quoteReadings());
  await agents.gatherFindings(quoteTurn);
  for (const { request } of ledger.calls) expect(JSON.stringify(request)).not.toMatch(/acme|evt_1/);
});

test("a call held by another attempt is a fault that is retried", async () => {
  const held: ModelLedger = {
    readThrough: async () =>
      Promise.reject(Object.assign(new Error("held"), { name: "TurnInProgress", retryAfterMs: 900 })),
  };
  const { agents } = agentsOn(quoteReadings(), undefined, { ...held, calls: [] });
  await expect(agents.gatherFindings(quoteTurn)).rejects.toMatchObject({
    code: "TURN_IN_PROGRESS",
    retryAfterMs: 900,
    retryable: true,
  });
});

test("the ledger's own errors are not the model's", async () => {
  const down: ModelLedger = { readThrough: async () => Promise.reject(new Error("connection terminated")) };
  const { agents } = agentsOn(quoteReadings(), undefined, { ...down, calls: [] });
  await expect(agents.gatherFindings(quoteTurn)).rejects.toThrow(/^connection terminated$/);
});
