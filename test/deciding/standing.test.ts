import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { settleEffect, type Settlement } from "../../audit/ledgers/effects.ts";
import { readRecords, type LedgerPool } from "../../audit/records.ts";
import { recordProposal } from "../../audit/ledgers/turns.ts";
import { wallTime } from "../../db/company-clock.ts";
import { loadPolicies } from "../../deciding/policies.ts";
import type { PolicySource } from "../../deciding/policy-source.ts";
import { createReadTools } from "../../deciding/read-tools.ts";
import { decideGate } from "../../deciding/step.ts";
import type { DecisionRef, StepRef } from "../../workflows/activities.ts";
import { teamChange } from "../../functions/shared/fixture.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { givenCrmObject, givenPartner } from "../fixtures/programme.ts";
import { AT } from "../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
let policies: PolicySource;
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf("acme");
  policies = await loadPolicies(resolve(import.meta.dirname, "../../policies"));
  await givenPartner(pool, "acme", { partnerId: "partner-9" });
});
afterAll(() => database.drop());

/** The same change of a deal's team as every step of the deal's case asks it, each for another event. */
async function asks(dealId: string, event: string, from = "2026-03-02T09:00:00.000Z"): Promise<StepRef> {
  await givenCrmObject(pool, "acme", "deal", dealId, { partner_id: "partner-7" });
  const caseId = `acme:quoting:crm-deal-${dealId}`;
  const names = { company: "acme", caseId, stepKey: `${caseId}/${event}/change` };
  const action = { tool: "programme.change-deal-team", args: teamChange({ dealId, from }) };
  const chain = { findings: [], sources: [], reasoning: "asked", turns: [], origin: "follow-up" as const };
  await recordProposal(pool, names, { actionId: "deal-team.change", action, recordVersion: "", chain, at: AT });
  const about = { functionId: "quoting", objectType: "deal", objectId: dealId, eventId: event };
  return { ...names, ...about, action: "deal-team.change", reportsStep: "s" };
}

function decided(step: StepRef, runId = "run"): Promise<DecisionRef> {
  const readTools = createReadTools(pool, embeddedAdapters(pool, wallTime), wallTime);
  const deps = { pool, policies, alarm: () => undefined, readTools, now: wallTime };
  return decideGate(deps, { step, gate: 1, approvalId: null, at: AT, runId });
}

function permitOf(decision: DecisionRef) {
  if (decision.kind !== "execute") throw new Error(`it is ${decision.kind}`);
  return decision.permit;
}

const settled = async (decision: DecisionRef, settlement: Settlement) =>
  settleEffect(pool, permitOf(decision), settlement, AT);
const done = { state: "done", receipt: { externalRef: "DT-1", answeredAt: AT } } as const;

describe("a step that asks what another was permitted", () => {
  test("takes up an intent that was left, under its permit and key", async () => {
    const first = await decided(await asks("left", "evt_1"));
    expect(permitOf(await decided(await asks("left", "evt_2"), "run-2"))).toEqual(permitOf(first));
  });

  test("ends as done already by the first one, and says so in the record once", async () => {
    const first = await decided(await asks("done", "evt_1"));
    await settled(first, done);
    const again = await asks("done", "evt_2");
    const { decisionId } = permitOf(first);
    const found = { kind: "already-done", decisionId };
    expect([await decided(again), await decided(again)]).toEqual([found, found]);
    const { records } = await readRecords(pool, "acme", again.caseId);
    expect(records.filter(({ kind }) => kind === "repeat").map(({ body }) => body)).toEqual([
      { stepKey: again.stepKey, effectKey: permitOf(first).effectKey, decisionId },
    ]);
    expect(records.filter(({ kind }) => kind === "decision")).toHaveLength(1);
  });

  test("stays unknown where nobody knows what became of it", async () => {
    const first = await decided(await asks("unknown", "evt_1"));
    await settled(first, { state: "unknown", detail: "answer lost" });
    const { decisionId } = permitOf(first);
    expect(await decided(await asks("unknown", "evt_2"))).toEqual({ kind: "unknown", decisionId });
  });

  test("asks anew what the target refused for certain, under the next key", async () => {
    const first = await decided(await asks("refused", "evt_1"));
    await settled(first, { state: "failed", detail: "no" });
    const second = await decided(await asks("refused", "evt_2"));
    expect(permitOf(second).effectKey).toBe(`${permitOf(first).effectKey}~2`);
    await settled(second, done);
    expect(await decided(await asks("refused", "evt_3"))).toMatchObject({ kind: "already-done" });
  });

  test("at the next occasion is another act", async () => {
    const first = await decided(await asks("next", "evt_1"));
    await settled(first, done);
    const next = await decided(await asks("next", "evt_2", "2026-04-02T09:00:00.000Z"));
    expect(permitOf(next).effectKey).not.toBe(permitOf(first).effectKey);
  });

  test("at the very same moment: one is permitted, and the others find it", async () => {
    const steps = await Promise.all(["evt_1", "evt_2", "evt_3"].map((event) => asks("at-once", event)));
    const permits = (await Promise.all(steps.map((step) => decided(step)))).map(permitOf);
    expect(new Set(permits.map(({ permitId }) => permitId)).size).toBe(1);
  });
});
