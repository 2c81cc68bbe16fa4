import { personRefOf } from "../../audit/person-ref.ts";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import { settleEffect } from "../../audit/ledgers/effects.ts";
import { openEscalation } from "../../audit/ledgers/escalations.ts";
import { recordProposal } from "../../audit/ledgers/turns.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { wallTime } from "../../db/company-clock.ts";
import { loadPolicies, type Policies } from "../../deciding/policies.ts";
import { createReadTools } from "../../deciding/read-tools.ts";
import { decideGate } from "../../deciding/step.ts";
import type { JsonObject } from "../../domain/json.ts";
import { assertKnown } from "../../domain/registry.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { createEffectTools } from "../../tools/effect-tools.ts";
import type { DecisionRef, StepRef } from "../../workflows/activities.ts";
import { fundAsk, fundOf } from "../fixtures/funds.ts";
import { givenPerson } from "../fixtures/people.ts";
import { givenPartner } from "../fixtures/programme.ts";
import { acted, decideAsking, someCompany, unequalAccounts } from "../fixtures/reservations.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
let policies: Policies;
beforeAll(async () => {
  database = await testDatabase();
  pool = database.pool;
  policies = await loadPolicies(resolve(import.meta.dirname, "../../policies"));
});
afterAll(() => database.drop());

const fund = fundOf();
const why = { askedBy: "dana", reason: "yearly budget", occasion: "2026" };
/** What a case asks of its fund: the step, and the arguments that are proposed in it. */
type Asked = { readonly step: StepRef; readonly args: JsonObject };

/** A company whose fund is asked about by what follows a claim. */
async function given() {
  const { name: company, step: stepOf } = someCompany();
  await givenPartner(pool, company, { partnerId: fund.partnerId });
  await givenPerson(pool, company, { personId: "dana", name: "Dana", role: "partner-manager" });
  const adapters = embeddedAdapters(pool, wallTime);
  const readTools = createReadTools(pool, adapters, wallTime);
  const deps = { pool, policies, alarm: () => undefined, readTools, now: wallTime };
  let steps = 0;

  async function propose(actionId: string, args: JsonObject): Promise<Asked> {
    steps += 1;
    const { caseId } = stepOf("fund");
    const names = { company, caseId, stepKey: `${caseId}/evt_${steps}/fund` };
    const chain = { findings: [], sources: [], reasoning: "asked", turns: [], origin: "follow-up" as const };
    const action = { tool: actionId, args };
    await recordProposal(pool, names, { actionId, action, recordVersion: "", chain, at: wallTime() });
    const about = { functionId: "quoting", objectType: "deal", objectId: "fund", eventId: `evt_${steps}` };
    return { step: { ...names, ...about, action: actionId, reportsStep: `${caseId}/claim` }, args };
  }

  const decided = ({ step }: Asked, gate = 1, approvalId: string | null = null) =>
    decideGate(deps, { step, gate, approvalId, at: wallTime(), runId: "run" });

  /** Opens the question and has somebody of its role answer. */
  async function answered({ step }: Asked, asked: DecisionRef, personId: string) {
    if (asked.kind !== "escalate") throw new Error(`it is ${asked.kind}`);
    const { escalationId } = await openEscalation(pool, { ...step, ...asked, reason: "asked", at: wallTime() });
    const role = asked.route.levels[0]?.role ?? "";
    const said = { verdict: "approve", actionDigest: asked.actionDigest, reason: "seen" } as const;
    return giveVerdict(pool, { company, escalationId, personId, role, ...said, at: wallTime() });
  }

  /** Does what a decision permits, with the real tool, and settles its effect by the answer. */
  async function perform({ args }: Asked, allowed: DecisionRef) {
    if (allowed.kind !== "execute") throw new Error(`it is ${allowed.kind}`);
    const { permit } = allowed;
    const receipt = await assertKnown(createEffectTools(adapters), permit.tool, "tool").execute(permit, args);
    await settleEffect(pool, permit, { state: "done", receipt }, receipt.answeredAt);
    return receipt;
  }

  const held = async () => (await adapters.programme.readFund(company, fund)).value;
  return { company, step: stepOf, propose, decided, answered, perform, held };
}

/** A deposit that a partner manager let pass. */
async function deposited(amountMinor: number) {
  const all = await given();
  const { propose, decided, answered, perform } = all;
  const about = await propose("programme.deposit-fund", { ...fund, ...why, amountMinor });
  const taken = await answered(about, await decided(about), "lee");
  if (taken.kind !== "taken") throw new Error(taken.detail);
  const receipt = await perform(about, await decided(about, 2, taken.approvalId));
  return { ...all, receipt };
}

describe("what is asked for a fund is decided like any other action", () => {
  test("a deposit asks a partner manager, who is not the one that asks for it, and is made once", async () => {
    const { propose, decided, answered } = await given();
    const about = await propose("programme.deposit-fund", { ...fund, ...why, amountMinor: 10_000_00 });
    const asked = await decided(about);
    const requester = personRefOf(pool.vault, about.step.company, "dana");
    expect(asked).toMatchObject({ kind: "escalate", requester, route: { id: "partner-manager" } });
    expect(await answered(about, asked, "dana")).toMatchObject({ kind: "refused" });
    const { receipt, held, company } = await deposited(10_000_00);
    expect(receipt.externalRef).toMatch(/^FE-/);
    expect(await held()).toEqual({ opened: true, depositedMinor: 10_000_00, usedMinor: 0, reservedMinor: 0 });
    expect(await unequalAccounts(pool, company)).toEqual([]);
  });

  test("an adjustment below what is used is blocked, and asks one tier up where it says that it may", async () => {
    const { company, step, propose, decided } = await deposited(100_00);
    await decideAsking(pool, step("held"), [fundAsk(company, fund, 60_00)]);
    const adjust = async (changeMinor: number, mayGoNegative: boolean) =>
      decided(await propose("programme.adjust-fund", { ...fund, ...why, changeMinor, mayGoNegative }));
    expect(await adjust(-40_00, false)).toMatchObject({ kind: "escalate", route: { id: "partner-manager" } });
    expect(await adjust(-40_01, false)).toMatchObject({ kind: "block" });
    expect(await adjust(-40_01, true)).toMatchObject({ kind: "escalate", route: { id: "regional-director" } });
  });

  test("a small reversal executes; small ones of one posting ask once they come to a large one", async () => {
    const { company, step, propose, decided, perform, held } = await deposited(10_000_00);
    const spent = await decideAsking(pool, step("spent"), [fundAsk(company, fund, 8_200_00)]);
    await acted(pool, spent.permit, "done");
    const back = async (amountMinor: number) => {
      const args = { ...fund, ...why, decisionId: spent.decisionId, amountMinor };
      const asked = await propose("programme.reverse-posting", args);
      return { asked, decision: await decided(asked) };
    };
    const { asked, decision } = await back(1_800_00);
    expect(await perform(asked, decision)).toEqual(await perform(asked, decision));
    expect(await held()).toMatchObject({ usedMinor: 6_400_00 });
    expect((await back(3_200_01)).decision).toMatchObject({ kind: "escalate", route: { id: "partner-manager" } });
    expect((await back(6_400_01)).decision).toMatchObject({ kind: "block" });
    expect(await unequalAccounts(pool, company)).toEqual([]);
  });

  test("what was let pass and is no longer so is refused by the fund, and nothing is entered", async () => {
    const { company, step, propose, decided, answered, perform, held } = await deposited(100_00);
    const about = await propose("programme.adjust-fund", {
      ...fund,
      ...why,
      changeMinor: -40_00,
      mayGoNegative: false,
    });
    const taken = await answered(about, await decided(about), "lee");
    if (taken.kind !== "taken") throw new Error(taken.detail);
    const allowed = await decided(about, 2, taken.approvalId);
    await decideAsking(pool, step("meanwhile"), [fundAsk(company, fund, 60_01)]);
    await expect(perform(about, allowed)).rejects.toMatchObject({
      code: "TARGET_REFUSED",
      message: "`fund/mdf/p-juniper/2026/USD`: it would hold less than is used and reserved",
    });
    expect(await held()).toMatchObject({ depositedMinor: 100_00, reservedMinor: 60_01 });
  });
});
