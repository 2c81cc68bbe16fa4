import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRecords } from "../../audit/records.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { givenCrmObject, givenPartner, givenQuote } from "../fixtures/programme.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();

async function asked(deal: string): Promise<{ readonly caseId: string; readonly question: { escalationId: string } }> {
  await givenQuote(system.pool, system.company, deal, 180_000);
  const caseId = await system.arrive("quoting", deal, { eventId: "evt_asked" });
  return { caseId, question: await openEscalationOf(system, caseId) };
}

/** The end of an event's work, once it is recorded. */
function endOf(caseId: string, eventId: string) {
  return eventually(async () => {
    const { records } = await readRecords(system.pool, system.company, caseId);
    const end = records.find(({ kind, body }) => kind === "case_end" && body["eventId"] === eventId);
    return (end?.body as { outcomes?: unknown } | undefined)?.outcomes;
  }, 10_000);
}

describe("only what was read and shown counts as changed", () => {
  test("an event that changes none of it leaves the question open, and is recorded", async () => {
    const { caseId, question } = await asked("renamed");
    await givenCrmObject(system.pool, system.company, "deal", "renamed", { dealname: "Another name" });
    await system.arrive("quoting", "renamed", { eventId: "evt_renamed" });
    expect(await endOf(caseId, "evt_renamed")).toEqual([{ step: "quoting", kind: "idle" }]);
    const still = await openEscalationOf(system, caseId);
    expect(still.escalationId).toBe(question.escalationId);
    await answer(system, caseId, "approve", still);
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
  });

  test("one that changes it asks anew", async () => {
    const { caseId, question } = await asked("repriced");
    await givenCrmObject(system.pool, system.company, "deal", "repriced", { quote_net_price: "79000.00" });
    await system.arrive("quoting", "repriced", { eventId: "evt_repriced" });
    await expect
      .poll(async () => (await openEscalationOf(system, caseId)).escalationId, { timeout: 20_000 })
      .not.toBe(question.escalationId);
    await answer(system, caseId, "reject", await openEscalationOf(system, caseId));
    expect(await result(caseId)).toEqual({ outcomes: ["superseded", "rejected"] });
  });
});
