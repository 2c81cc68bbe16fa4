import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRecords } from "../../audit/records.ts";
import { tellStory } from "../../audit/story.ts";
import { storyText } from "../../audit/story/text.ts";
import { STOPPED, type ControlName } from "../../domain/control.ts";
import { beforeAct } from "../fixtures/before-act.ts";
import { givenControl } from "../fixtures/controls.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { crmSays, endNotesOn, givenPartner, givenQuote, quoteDeskSays } from "../fixtures/programme.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;
const { before, interceptors } = beforeAct();
beforeAll(async () => {
  system = await startSystem({ interceptors });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

const set = (name: ControlName, cap: number | null) => givenControl(system.pool, name, cap, system.company);
const caseOf = (id: string) => `${system.company}:quoting:crm-deal-${id}`;

/** Asks for 12 %, which the rules execute. */
async function ask(id: string): Promise<string> {
  await givenQuote(system.pool, system.company, id, 120_000);
  return system.arrive("quoting", id);
}
const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();

async function seenOf(id: string) {
  const desk = await quoteDeskSays(system.pool, system.company);
  const crm = await crmSays(system.pool, system.company);
  return {
    desk: desk.approvals.filter(({ quote_id }) => quote_id === `Q-${id}`).length,
    crm: crm.filter(([objectId]) => objectId === id).map(([, , value]) => value),
  };
}
const recordsOf = async (caseId: string) => (await readRecords(system.pool, system.company, caseId)).records;
async function storyOf(caseId: string): Promise<string> {
  return storyText(tellStory(await recordsOf(caseId)));
}

describe("flipped between permit and act, nothing is called", () => {
  test.for([
    ["agent", "switch/agent/orchestration", "the agent orchestration is stopped by a switch"],
    ["tool", "switch/tool/quotes.approve-discount", "the tool quotes.approve-discount is stopped by a switch"],
    ["mode", "autonomy/agent/intelligence", "the agent intelligence does nothing by its mode"],
  ] as const)("%s: and who asked is told on the record", async ([id, name, why]) => {
    before.set(caseOf(id), () => set(name, STOPPED));
    const caseId = await ask(id);
    expect(await result(caseId)).toEqual({ outcomes: ["refused"] });
    await set(name, null);
    expect(await seenOf(id)).toEqual({ desk: 0, crm: [] });
    const notes = await endNotesOn(system.pool, system.company, id);
    expect(notes).toEqual([expect.stringContaining(why) as string]);
    const receipts = (await recordsOf(caseId)).filter(({ kind }) => kind === "receipt");
    expect(receipts[0]?.body).toMatchObject({ state: "failed", detail: why });
    expect(await storyOf(caseId)).toContain(why);
  });

  test.for([
    ["all", "switch/company", "the company is stopped by a switch"],
    ["own", "switch/function/quoting", "the function quoting is stopped by a switch"],
  ] as const)("%s: nothing goes out but the note that says so", async ([id, name, why]) => {
    before.set(caseOf(id), () => set(name, STOPPED));
    expect(await result(await ask(id))).toEqual({ outcomes: ["refused"] });
    const notes = await endNotesOn(system.pool, system.company, id);
    await set(name, null);
    expect(await seenOf(id)).toEqual({ desk: 0, crm: [] });
    expect(notes).toEqual([expect.stringContaining(why) as string]);
  });

  test("with notes stopped too, nothing at all goes out", async () => {
    before.set(caseOf("mute"), async () => {
      await set("switch/company", STOPPED);
      await set("switch/tool/crm.add-note", STOPPED);
    });
    expect(await result(await ask("mute"))).toEqual({ outcomes: ["refused"] });
    await set("switch/company", null);
    await set("switch/tool/crm.add-note", null);
    expect(await seenOf("mute")).toEqual({ desk: 0, crm: [] });
    expect(await endNotesOn(system.pool, system.company, "mute")).toEqual([]);
  });
});

describe("an agent that is stopped takes no turn", () => {
  test("what is asked goes to people as it was asked, who read why; what they approve is done", async () => {
    await set("switch/agent/orchestration", STOPPED);
    const caseId = await ask("stopped");
    const escalation = await openEscalationOf(system, caseId);
    expect(await storyOf(caseId)).toContain(
      "The agents could not work on this request (orchestration: the agent was stopped, by a switch or by its mode (AGENT_STOPPED)), so it is put to people exactly as it was asked.",
    );
    await answer(system, caseId, "approve", escalation);
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    await set("switch/agent/orchestration", null);
    expect(await seenOf("stopped")).toEqual({ desk: 1, crm: ["approved"] });
  });
});

describe("an agent's autonomy counts where it is lower than the policy's", () => {
  test("assisted: people decide what it had a part in, and their approval is enough", async () => {
    await set("autonomy/agent/intelligence", 2);
    const caseId = await ask("assisted");
    const escalation = await openEscalationOf(system, caseId);
    await answer(system, caseId, "approve", escalation);
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    await set("autonomy/agent/intelligence", null);
    expect(await seenOf("assisted")).toEqual({ desk: 1, crm: ["approved"] });
  });

  test("shadow: it works and is recorded, and nothing comes of it", async () => {
    await set("autonomy/agent/compliance", 1);
    const caseId = await ask("shadow");
    expect(await result(caseId)).toEqual({ outcomes: ["withheld"] });
    await set("autonomy/agent/compliance", null);
    expect(await seenOf("shadow")).toEqual({ desk: 0, crm: [] });
    expect((await recordsOf(caseId)).find(({ kind }) => kind === "decision")?.body).toMatchObject({
      verdict: "execute",
      details: { mode: "shadow" },
    });
  });
});
