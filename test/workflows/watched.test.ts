import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRecords } from "../../audit/records.ts";
import { readObjects } from "../../tools/sandbox/door.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { givenCrmObject, givenPartner, givenQuote, notesOn } from "../fixtures/programme.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();

/** A quote that asks for a discount, and its case's end; what is left in the case before stays. */
async function approved(deal: string, discountPpm = 120_000): Promise<string> {
  await givenQuote(system.pool, system.company, deal, discountPpm);
  const caseId = await system.arrive("quoting", deal, { eventId: "evt_asked" });
  if (discountPpm > 150_000) await answer(system, caseId, "approve", await openEscalationOf(system, caseId));
  expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
  return caseId;
}

/** The deal becomes another after it was approved, and its case is told. */
async function changed(deal: string, properties: { readonly [name: string]: string }, gone = false): Promise<string> {
  await givenCrmObject(system.pool, system.company, "deal", deal, properties);
  return system.arrive("quoting", deal, { eventId: "evt_changed", ...(gone && { gone: true }) });
}

async function statusOf(deal: string) {
  const { pool, company } = system;
  const [found] = await readObjects(pool, { company, system: "crm", type: "deal", id: deal });
  return found?.properties["quote_status"];
}

/** The net price of each approval that stands at the desk, in minor units. */
async function standingOf(deal: string) {
  const { pool, company } = system;
  const all = await readObjects(pool, { company, system: "quotes", type: "approve-discount" });
  const of = all.map(({ properties }) => properties).filter(({ dealId }) => dealId === deal);
  return of.filter(({ state }) => state !== "revoked").map(({ netPriceMinor }) => netPriceMinor);
}

/** How the steps about the newest event ended, with the reason of what was decided about the approval. */
async function recorded(caseId: string) {
  const { records, intact } = await readRecords(system.pool, system.company, caseId);
  expect(intact).toBe(true);
  const { outcomes } = records.at(-1)!.body as { outcomes: { step: string; kind: string }[] };
  return outcomes.map(({ step, kind }) => `${step}: ${kind}`);
}

describe("what was approved is held against what the deal says now", () => {
  test("less than was approved is recorded, and the approval stands", async () => {
    await approved("less");
    const caseId = await changed("less", { quote_net_price: "95000.00" });
    expect(await result(caseId)).toEqual({ outcomes: ["superseded"] });
    expect([await statusOf("less"), await standingOf("less")]).toEqual(["approved", [8_800_000]]);
    expect(await recorded(caseId)).toEqual(["approve-discount: superseded", "revoke-approval: blocked"]);
  });

  test("what changes no fact of the decision is nothing to decide", async () => {
    await approved("same");
    const caseId = await changed("same", { quote_requested_by: "pat" });
    expect(await result(caseId)).toEqual({ outcomes: ["superseded"] });
    expect(await recorded(caseId)).toEqual(["approve-discount: superseded"]);
  });

  test("more than was approved is decided anew: what agents may give takes its place", async () => {
    await approved("more");
    const caseId = await changed("more", { quote_net_price: "86000.00" });
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    expect([await statusOf("more"), await standingOf("more")]).toEqual(["approved", [8_600_000]]);
    expect(await notesOn(system.pool, system.company, "more")).toEqual([
      expect.stringMatching(/outside what was approved/),
    ]);
  });

  test("more than agents may give is asked, and nothing stands meanwhile", async () => {
    await approved("asks");
    const caseId = await changed("asks", { quote_net_price: "80000.00" });
    const question = await openEscalationOf(system, caseId);
    expect([await statusOf("asks"), await standingOf("asks")]).toEqual(["approval_requested", []]);
    await answer(system, caseId, "approve", question);
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    expect([await statusOf("asks"), await standingOf("asks")]).toEqual(["approved", [8_000_000]]);
  });

  test("over the ceiling is blocked, and nothing stands", async () => {
    await approved("over", 200_000);
    const caseId = await changed("over", { quote_net_price: "40000.00" });
    expect(await result(caseId)).toEqual({ outcomes: ["blocked"] });
    expect([await statusOf("over"), await standingOf("over")]).toEqual(["blocked", []]);
  });

  test("what people gave covers less of it", async () => {
    await approved("people", 200_000);
    const caseId = await changed("people", { quote_net_price: "81000.00" });
    expect(await result(caseId)).toEqual({ outcomes: ["superseded"] });
    expect([await statusOf("people"), await standingOf("people")]).toEqual(["approved", [8_000_000]]);
  });

  test.for([
    ["a term that was not touched", { quote_protected_terms: "liability" }],
    ["a price that cannot be read", { quote_net_price: "about 90" }],
    ["another currency", { quote_currency: "EUR" }],
    ["a floor over it", { quote_floor_price: "89000.00" }],
  ] as const)("%s is outside it", async ([name, properties]) => {
    const deal = name.replaceAll(" ", "-");
    await approved(deal);
    const caseId = await changed(deal, properties);
    await expect.poll(() => statusOf(deal), { timeout: 20_000 }).not.toBe("approved");
    await expect.poll(() => standingOf(deal), { timeout: 20_000 }).toEqual([]);
    await system.client.workflow.getHandle(caseId).terminate("seen");
  });

  test.for(["recalled", "withdrawn"])("a deal that is %s keeps its state and loses its approval", async (state) => {
    await approved(state);
    const caseId = await changed(state, { quote_status: state });
    expect(await result(caseId)).toEqual({ outcomes: ["superseded"] });
    expect([await statusOf(state), await standingOf(state)]).toEqual([state, []]);
    expect(await notesOn(system.pool, system.company, state)).toHaveLength(1);
    expect(await recorded(caseId)).toContain("revoke-approval: executed");
  });

  test("so does one that is gone, though a reading still shows it", async () => {
    await approved("gone");
    expect(await result(await changed("gone", {}, true))).toEqual({ outcomes: ["superseded"] });
    expect(await standingOf("gone")).toEqual([]);
  });

  test("a deal that asks anew and is denied is left with nothing of before", async () => {
    await approved("again");
    const caseId = await changed("again", { quote_net_price: "60000.00", quote_status: "approval_requested" });
    expect(await result(caseId)).toEqual({ outcomes: ["blocked"] });
    expect([await statusOf("again"), await standingOf("again")]).toEqual(["blocked", []]);
  });

  test("a deal that went on, such as to be signed, keeps its approval while it says what was approved", async () => {
    await approved("signed");
    const caseId = await changed("signed", { quote_status: "signed" });
    expect(await result(caseId)).toEqual({ outcomes: ["superseded"] });
    expect([await statusOf("signed"), await standingOf("signed")]).toEqual(["signed", [8_800_000]]);
  });
});
