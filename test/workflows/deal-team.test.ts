import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordProposal } from "../../audit/ledgers/turns.ts";
import { wallTime } from "../../db/company-clock.ts";
import { loadPolicies } from "../../deciding/policies.ts";
import { createReadTools } from "../../deciding/read-tools.ts";
import { decideFollowUp, decideGate, type StepDeps } from "../../deciding/step.ts";
import { membersIn, type DealTeamReading } from "../../domain/deal-team.ts";
import type { JsonObject } from "../../domain/json.ts";
import { assertKnown } from "../../domain/registry.ts";
import { caseIdOf, objectRefOf, stepKeyOf } from "../../domain/ids.ts";
import type { Permit, Receipt } from "../../domain/permit.ts";
import { quoteAtDiscount } from "../../functions/quoting/fixture.ts";
import { changeDealTeam, type DealTeamChange } from "../../functions/shared/deal-team-change.ts";
import { teamChange } from "../../functions/shared/fixture.ts";
import { readEscalation } from "../../gateway/http/escalations.ts";
import { embeddedAdapters, type Adapters } from "../../tools/adapters.ts";
import { createEffectTools } from "../../tools/effect-tools.ts";
import type { DecisionRef, StepRef } from "../../workflows/activities.ts";
import { openEscalationOf } from "../fixtures/escalations.ts";
import { crmSays, givenCrmObject, givenPartner, quoteDeskSays } from "../fixtures/programme.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;
let adapters: Adapters;
let deps: StepDeps;
let n = 0;

beforeAll(async () => {
  system = await startSystem();
  adapters = embeddedAdapters(system.pool, wallTime);
  const policies = await loadPolicies(resolve(import.meta.dirname, "../../policies"));
  const readTools = createReadTools(system.pool, adapters, wallTime);
  deps = { pool: system.pool, policies, readTools, alarm: () => undefined, now: wallTime };
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
  await givenPartner(system.pool, system.company, { partnerId: "partner-8" });
  await givenPartner(system.pool, system.company, { partnerId: "p-cedar", standing: "suspended" });
});
afterAll(() => system.stop());

async function givenDeal(dealId: string, changes: { readonly [property: string]: string } = {}) {
  const record = quoteAtDiscount(120_000, { quote_id: `Q-${dealId}`, quote_requested_by: "sam", ...changes });
  await givenCrmObject(system.pool, system.company, "deal", dealId, record as Record<string, string>);
}

const read = async (dealId: string) =>
  (await adapters.programme.readDealTeam(system.company, dealId, "partner-7")).value as DealTeamReading;

/** A row of the team that is there already, by whatever decision. */
async function givenMember(dealId: string, changes: Partial<DealTeamChange>) {
  n += 1;
  const permit = { company: system.company, effectKey: `given-${n}`, decidedAt: wallTime() } as Permit;
  await adapters.programme.changeDealTeam(permit, teamChange({ dealId, from: wallTime(), ...changes }));
}

describe("a quote on a deal", () => {
  const decided = async (caseId: string) => {
    const { rows } = await system.pool.query<{ facts: object; rules: { id: string }[]; reason: string }>(
      "select facts, rules, reason from decision where company = $1 and case_id = $2 and step_key like '%approve-discount'",
      [system.company, caseId],
    );
    return rows[0];
  };

  test("counts for the partner of the team who sells, whomever the CRM names", async () => {
    await givenDeal("d1");
    await givenMember("d1", { partnerId: "partner-8", role: "sell", motion: "resell" });
    const caseId = await system.arrive("quoting", "d1");
    expect(await system.client.workflow.getHandle(caseId).result()).toEqual({ outcomes: ["executed"] });
    expect(await decided(caseId)).toMatchObject({ facts: { partner: "partner-8", sellers: "one" } });
  });

  test("is decided without a partner in the CRM, by the team alone", async () => {
    await givenDeal("d2", { partner_id: "" });
    await givenMember("d2", { partnerId: "partner-8", role: "sell", motion: "resell" });
    const caseId = await system.arrive("quoting", "d2");
    expect(await system.client.workflow.getHandle(caseId).result()).toEqual({ outcomes: ["executed"] });
  });

  test("on which two sell waits for people, who read why; nothing is done", async () => {
    await givenDeal("d3");
    for (const partnerId of ["partner-7", "partner-8"]) {
      await givenMember("d3", { partnerId, role: "sell", motion: "resell" });
    }
    const caseId = await system.arrive("quoting", "d3");
    const { escalationId } = await openEscalationOf(system, caseId);
    expect(await readEscalation(system.pool, system.company, escalationId, wallTime())).toMatchObject({
      ask: "A partner, selling, asks 12 % off 100,000.00 USD on quote Q-d3",
      missing: ["partner"],
      rules: [{ id: "several-sellers" }],
      reasoning: expect.stringContaining(
        "2 partners sell on this deal: Northwind, selling (resell); Northwind",
      ) as string,
    });
    const { approvals } = await quoteDeskSays(system.pool, system.company);
    expect(approvals.filter((row: { quote_id: string }) => row.quote_id === "Q-d3")).toEqual([]);
  });

  test("on which the one who sells is suspended is blocked, though the CRM names another", async () => {
    await givenDeal("d4");
    await givenMember("d4", { partnerId: "p-cedar", role: "sell", motion: "resell" });
    const caseId = await system.arrive("quoting", "d4");
    expect(await system.client.workflow.getHandle(caseId).result()).toEqual({ outcomes: ["blocked"] });
  });

  test("names the one who sells in the sentence that people read", async () => {
    await givenDeal("d5", { quote_protected_terms: "liability" });
    const caseId = await system.arrive("quoting", "d5");
    const { escalationId } = await openEscalationOf(system, caseId);
    expect((await readEscalation(system.pool, system.company, escalationId, wallTime()))?.ask).toBe(
      "Northwind, selling, asks 12 % off 100,000.00 USD on quote Q-d5",
    );
  });
});

type Changed = { readonly decision: DecisionRef; readonly effect: Receipt | undefined; readonly step: StepRef };

const stepOf = (dealId: string, name: string, reportsStep: string): StepRef => {
  const { company } = system;
  const caseId = caseIdOf(company, "quoting", objectRefOf("crm", "deal", dealId));
  const eventId = `evt_${n}`;
  const names = { company, caseId, functionId: "quoting", action: name, eventId, reportsStep };
  return { ...names, objectType: "deal", objectId: dealId, stepKey: stepKeyOf(caseId, eventId, name, 1) };
};

/** Does what a decision permits, with the real tool. */
async function done(decision: DecisionRef, args: JsonObject): Promise<Receipt | undefined> {
  if (decision.kind !== "execute") return undefined;
  return assertKnown(createEffectTools(adapters), decision.permit.tool, "tool").execute(decision.permit, args);
}

/** Decides what a step owes, and does it if it may. */
async function owed(dealId: string, reported: StepRef, partnerId: string) {
  const step = stepOf(dealId, "deal-team.tell", reported.stepKey);
  const followUp = {
    step: { ...step, action: "deal-team.tell" },
    reports: changeDealTeam.id,
    outcome: "executed",
  } as const;
  const decision = await decideFollowUp(deps, followUp, { at: wallTime(), runId: "run" });
  return { decision, effect: await done(decision, { dealId, partnerId, reportsStep: reported.stepKey }) };
}

/** Asks for a change of the case's deal, as a follow-up of a step. */
async function changed(dealId: string, changes: Partial<DealTeamChange>): Promise<Changed> {
  n += 1;
  const step = stepOf(dealId, changeDealTeam.id, "registered");
  const args = teamChange({ dealId, from: wallTime(), ...changes });
  const chain = { findings: [], sources: [], reasoning: "Asked.", turns: [], origin: "follow-up" as const };
  const action = { tool: changeDealTeam.tool, args };
  await recordProposal(system.pool, step, {
    actionId: changeDealTeam.id,
    action,
    recordVersion: "",
    chain,
    at: wallTime(),
  });
  const decision = await decideGate(deps, { step, gate: 1, approvalId: null, at: wallTime(), runId: "run" });
  return { decision, effect: await done(decision, args), step };
}

const reasonOf = async ({ decision }: Changed) => {
  const { rows } = await system.pool.query<{ reason: string }>(
    "select reason from decision where company = $1 and decision_id = $2",
    [system.company, "decisionId" in decision ? decision.decisionId : ""],
  );
  return rows[0]?.reason;
};

describe("a change of a deal's team", () => {
  test("into a free role is made at once, and the CRM is told nothing new where it names who sells already", async () => {
    await givenDeal("t1");
    const { decision, effect, step } = await changed("t1", { partnerId: "partner-8" });
    expect(decision).toMatchObject({ kind: "execute", owes: ["deal-team.tell"] });
    expect(effect).toBeDefined();
    expect(membersIn(await read("t1"), "source").map(({ partnerId }) => partnerId)).toEqual(["partner-8"]);
    expect((await owed("t1", step, "partner-7")).effect).toMatchObject({ externalRef: "deal/t1@1" });
    expect((await crmSays(system.pool, system.company)).filter(([objectId]) => objectId === "t1")).toEqual([]);
  });

  test("of who sells is told to the CRM in its partner field", async () => {
    await givenDeal("t2");
    const leaving = await changed("t2", { partnerId: "partner-7", role: "sell", motion: "resell", until: wallTime() });
    expect(leaving.decision.kind).toBe("escalate");
    expect(await reasonOf(leaving)).toMatch(/^The partner would hold the role for a shorter time/);
    await givenMember("t2", {
      partnerId: "partner-7",
      role: "sell",
      motion: "resell",
      until: "2026-01-01T00:00:00.000Z",
      from: "2026-01-01T00:00:00.000Z",
    });
    const { decision, effect, step } = await changed("t2", { partnerId: "partner-8", role: "sell", motion: "resell" });
    expect([decision.kind, effect === undefined]).toEqual(["execute", false]);
    expect((await owed("t2", step, "partner-8")).effect).toBeDefined();
    expect((await crmSays(system.pool, system.company)).filter(([objectId]) => objectId === "t2")).toEqual([
      ["t2", "partner_id", "partner-8"],
    ]);
  });

  test.for<[string, Partial<DealTeamChange>, string, RegExp]>([
    [
      "into the place of the CRM's partner asks people",
      { partnerId: "partner-8", role: "sell" },
      "escalate",
      /^The CRM's partner sells on the deal/,
    ],
    [
      "of a suspended partner asks people",
      { partnerId: "p-cedar" },
      "escalate",
      /^The partner's standing in the programme is suspended/,
    ],
    [
      "of a partner that the programme does not know asks people",
      { partnerId: "p-0" },
      "escalate",
      /^not known: `partnerStanding`/,
    ],
    [
      "into a role that another holds asks people",
      { partnerId: "partner-8", role: "deliver" },
      "escalate",
      /^Another partner on the team/,
    ],
    [
      "over the whole credit is blocked",
      { partnerId: "partner-8", creditPpm: 400_001 },
      "block",
      /^The credits of the deal would come to 100\.0001 %/,
    ],
    ["up to the whole credit is made", { partnerId: "partner-8", creditPpm: 400_000 }, "execute", /within 100 %$/],
    ["of another deal than the case's is blocked", { dealId: "t1" }, "block", /^The change is for another deal/],
  ])("%s", async ([name, changes, kind, reason]) => {
    const dealId = `t-${name}`;
    await givenDeal(dealId);
    await givenMember(dealId, { partnerId: "partner-7", role: "deliver", creditPpm: 600_000 });
    const result = await changed(dealId, changes);
    expect([result.decision.kind, result.effect !== undefined]).toEqual([kind, kind === "execute"]);
    expect(await reasonOf(result)).toMatch(reason);
  });

  test("that leaves several who sell leaves the CRM's field as it is, and says why", async () => {
    await givenDeal("t3");
    for (const partnerId of ["partner-7", "partner-8"]) await givenMember("t3", { partnerId, role: "sell" });
    const { decision } = await owed("t3", stepOf("t3", changeDealTeam.id, ""), "partner-7");
    const reason = "no partner sells alone on the deal, and the CRM's field has room for one";
    expect(decision).toEqual({ kind: "refused", code: "nothing-to-do", reason });
  });
});
