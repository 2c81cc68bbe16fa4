import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readStepOutcome } from "../../audit/ledgers/effects.ts";
import { loadPolicies, versioned } from "../../deciding/policies.ts";
import { readRecords } from "../../audit/records.ts";
import { tellStory } from "../../audit/story.ts";
import { storyText } from "../../audit/story/text.ts";
import type { Mode } from "../../domain/decision-details.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { inMode } from "../fixtures/modes.ts";
import { policyFile, policyOf } from "../fixtures/policy.ts";
import { crmSays, givenPartner, quoteDeskSays, givenQuote } from "../fixtures/programme.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;
let mode: Mode = "led";
/** The mode that the policy's own file says. */
let own: Mode = "led";
let next = 1;

function quotingThatIs(mode: Mode) {
  return versioned(policyOf("quoting", policyFile("quoting.yaml").replace(/^default:/m, `mode: ${mode}\ndefault:`)));
}

beforeAll(async () => {
  const policies = await loadPolicies(resolve(import.meta.dirname, "../../policies"));
  const functions = inMode(policies, "quoting", () => mode);
  system = await startSystem({
    policies: {
      inForce(id, subjectOf) {
        const found = functions.inForce(id, subjectOf);
        return found && id === "quoting" && own !== "led" ? { ...found, ...quotingThatIs(own) } : found;
      },
    },
  });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

async function ask(discountPpm: number, under: Mode): Promise<{ objectId: string; caseId: string }> {
  mode = under;
  const objectId = `d${next++}`;
  await givenQuote(system.pool, system.company, objectId, discountPpm);
  return { objectId, caseId: await system.arrive("quoting", objectId) };
}

const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();

/** What the world was told of an object, and whom the ledgers asked. */
async function seenOf(objectId: string, caseId: string) {
  const desk = await quoteDeskSays(system.pool, system.company);
  const crm = await crmSays(system.pool, system.company);
  const { rows } = await system.pool.query<{ permits: number; asked: number }>(
    `select (select count(*)::int from permit p join decision d using (company, decision_id) where d.case_id = $1) as permits,
            (select count(*)::int from escalation e where e.case_id = $1) as asked`,
    [caseId],
  );
  return {
    desk: desk.approvals.filter(({ quote_id }) => quote_id === `Q-${objectId}`).length,
    crm: crm.filter(([id]) => id === objectId).map(([, , value]) => value),
    ...rows[0],
  };
}

async function decisionsOf(caseId: string) {
  const { rows } = await system.pool.query<{ verdict: string; mode: string; step_key: string }>(
    "select verdict, details->>'mode' as mode, step_key from decision where case_id = $1 order by decided_at, gate",
    [caseId],
  );
  return rows;
}

const nothing = { desk: 0, crm: [], permits: 0, asked: 0 };

describe("off and shadow decide, record, and do nothing", () => {
  test.for([
    ["shadow", "what would have executed", 120_000, "execute"],
    ["shadow", "what people would have been asked", 180_000, "escalate"],
    ["shadow", "what would have been blocked", 310_000, "block"],
    ["off", "what would have executed", 120_000, "execute"],
  ] as const)("%s: %s", async ([under, , ppm, verdict]) => {
    const { objectId, caseId } = await ask(ppm, under);
    expect(await result(caseId)).toEqual({ outcomes: ["withheld"] });
    const decisions = await decisionsOf(caseId);
    expect(decisions.map((row) => [row.verdict, row.mode])).toEqual([[verdict, under]]);
    expect(await seenOf(objectId, caseId)).toEqual(nothing);
    expect(await readStepOutcome(system.pool, system.company, decisions[0]?.step_key ?? "")).toBe("withheld");
  });

  test("the case's story says what would have happened and that nothing came of it", async () => {
    const { caseId } = await ask(120_000, "shadow");
    await result(caseId);
    const { records, intact } = await readRecords(system.pool, system.company, caseId);
    expect(intact).toBe(true);
    expect(records.map(({ kind }) => kind)).toEqual("turn turn proposal turn review decision case_end".split(" "));
    const story = storyText(tellStory(records));
    expect(story).toContain(
      "would let the action pass, but the mode is shadow: it is recorded and nothing comes of it",
    );
    expect(story).toContain("approve-discount decided for the record only, nothing was asked or called");
  });
});

describe("assisted asks people for everything", () => {
  test("what the rules would execute waits for a person, and an approval issues the one permit", async () => {
    const { objectId, caseId } = await ask(120_000, "assisted");
    const escalation = await openEscalationOf(system, caseId);
    expect(await seenOf(objectId, caseId)).toEqual({ ...nothing, asked: 1 });
    await answer(system, caseId, "approve", escalation);
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    const decisions = await decisionsOf(caseId);
    expect(decisions.slice(0, 2).map((row) => [row.verdict, row.mode])).toEqual([
      ["escalate", "assisted"],
      ["escalate", "assisted"],
    ]);
    expect(await seenOf(objectId, caseId)).toEqual({ desk: 1, crm: ["approved"], permits: 2, asked: 1 });
  });

  test("a rejection denies it", async () => {
    const { objectId, caseId } = await ask(120_000, "assisted");
    await answer(system, caseId, "reject", await openEscalationOf(system, caseId));
    expect(await result(caseId)).toEqual({ outcomes: ["rejected"] });
    expect(await seenOf(objectId, caseId)).toEqual({ desk: 0, crm: ["denied"], permits: 3, asked: 1 });
  });

  test("a block stays a block: nobody is asked", async () => {
    const { objectId, caseId } = await ask(310_000, "assisted");
    expect(await result(caseId)).toEqual({ outcomes: ["blocked"] });
    expect(await seenOf(objectId, caseId)).toEqual({ desk: 0, crm: ["blocked"], permits: 3, asked: 0 });
  });
});

describe("the mode at the gate counts, not the one when the question was put", () => {
  test("lowered to shadow while people think: their approval lets nothing through", async () => {
    const { objectId, caseId } = await ask(180_000, "led");
    const escalation = await openEscalationOf(system, caseId);
    mode = "shadow";
    await answer(system, caseId, "approve", escalation);
    expect(await result(caseId)).toEqual({ outcomes: ["withheld"] });
    // What was permitted is the note that people are asked.
    expect(await seenOf(objectId, caseId)).toEqual({ ...nothing, permits: 1, asked: 1 });
    const [first] = await decisionsOf(caseId);
    expect(await readStepOutcome(system.pool, system.company, first?.step_key ?? "")).toBe("withheld");
  });

  test("lowered to assisted while people think: the approval they gave still holds", async () => {
    const { objectId, caseId } = await ask(180_000, "led");
    const escalation = await openEscalationOf(system, caseId);
    mode = "assisted";
    await answer(system, caseId, "approve", escalation);
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    expect(await seenOf(objectId, caseId)).toMatchObject({ desk: 1, asked: 1 });
  });

  test("led executes alone", async () => {
    const { objectId, caseId } = await ask(120_000, "led");
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    expect(await seenOf(objectId, caseId)).toEqual({ desk: 1, crm: ["approved"], permits: 2, asked: 0 });
  });

  test("the lower of the function's mode and the policy's own counts", async () => {
    for (const [functions, file] of [
      ["led", "shadow"],
      ["shadow", "assisted"],
    ] as const) {
      own = file;
      const { objectId, caseId } = await ask(120_000, functions);
      expect(await result(caseId)).toEqual({ outcomes: ["withheld"] });
      expect(await seenOf(objectId, caseId)).toEqual(nothing);
    }
    own = "led";
  });
});
