import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRecords } from "../../audit/records.ts";
import { readObjects } from "../../tools/sandbox/door.ts";
import { registrationRecord } from "../../functions/deal-registration/fixture.ts";
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
    expect(await recorded(caseId)).toEqual([
      "approve-discount: superseded",
      "revoke-approval: blocked",
      "crm-note: executed",
    ]);
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

describe("what was registered is held against what its record says now", () => {
  const customerOf = (id: string) => `${id}-customer.example`;

  async function registered(id: string): Promise<string> {
    const names = { registration_id: `R-${id}`, customer_domain: customerOf(id), registration_status: "submitted" };
    await givenCrmObject(
      system.pool,
      system.company,
      "registration",
      id,
      registrationRecord(names) as { [name: string]: string },
    );
    const caseId = await system.arrive("deal-registration", id, { eventId: "evt_submitted" });
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    return caseId;
  }

  async function becomes(id: string, properties: { readonly [name: string]: string }, gone = false): Promise<string> {
    await givenCrmObject(system.pool, system.company, "registration", id, properties);
    return system.arrive("deal-registration", id, { eventId: "evt_changed", ...(gone && { gone: true }) });
  }

  async function stateOf(id: string) {
    const { pool, company } = system;
    const [found] = await readObjects(pool, { company, system: "crm", type: "registration", id });
    return found?.properties["registration_status"];
  }

  /** What the programme protects: customer and value, and whether it runs. */
  async function protection(id: string) {
    const { rows } = await system.pool.query<{ customer: string; value: string; runs: boolean; ends: Date }>(
      `select customer_domain as customer, value_minor as value, expires_at > now() as runs, expires_at as ends
       from programme.registration where company = $1 and object_id = $2`,
      [system.company, id],
    );
    return rows.map(({ customer, value, runs }) => [customer, Number(value), runs]);
  }

  test("a lower value is recorded, and it stands", async () => {
    await registered("r-less");
    const caseId = await becomes("r-less", { estimated_value: "20000.00" });
    expect(await result(caseId)).toEqual({ outcomes: ["superseded"] });
    expect([await stateOf("r-less"), await protection("r-less")]).toEqual([
      "registered",
      [[customerOf("r-less"), 4_200_000, true]],
    ]);
  });

  test("a higher value within the limit is registered anew, and ends when it would have", async () => {
    await registered("r-more");
    const ends = async () =>
      (
        await system.pool.query<{ expires_at: Date }>(
          "select expires_at from programme.registration where object_id = 'r-more'",
        )
      ).rows;
    const before = await ends();
    const caseId = await becomes("r-more", { estimated_value: "49000.00" });
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    expect([await stateOf("r-more"), await protection("r-more")]).toEqual([
      "registered",
      [[customerOf("r-more"), 4_900_000, true]],
    ]);
    expect(await ends()).toEqual(before);
  });

  test("over the limit it is asked, keeps its place meanwhile, and loses it when it is denied", async () => {
    await registered("r-asks");
    const caseId = await becomes("r-asks", { estimated_value: "900000.00" });
    const question = await openEscalationOf(system, caseId);
    expect([await stateOf("r-asks"), await protection("r-asks")]).toEqual([
      "submitted",
      [[customerOf("r-asks"), 4_200_000, true]],
    ]);
    await answer(system, caseId, "reject", question);
    expect(await result(caseId)).toEqual({ outcomes: ["rejected"] });
    expect([await stateOf("r-asks"), await protection("r-asks")]).toEqual([
      "denied",
      [[customerOf("r-asks"), 4_200_000, false]],
    ]);
  });

  test("for another customer its protection ends, and what it says is decided anew", async () => {
    await registered("r-other");
    const caseId = await becomes("r-other", {
      customer_domain: "another-r-other.example",
      estimated_value: "900000.00",
    });
    const question = await openEscalationOf(system, caseId);
    expect([await stateOf("r-other"), await protection("r-other")]).toEqual([
      "submitted",
      [[customerOf("r-other"), 4_200_000, false]],
    ]);
    await answer(system, caseId, "approve", question);
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    expect(await protection("r-other")).toEqual([["another-r-other.example", 90_000_000, true]]);
  });

  test("withdrawn its protection ends, and submitted again it is decided, not found done", async () => {
    await registered("r-back");
    expect(await result(await becomes("r-back", { registration_status: "withdrawn" }))).toEqual({
      outcomes: ["superseded"],
    });
    expect([await stateOf("r-back"), await protection("r-back")]).toEqual([
      "withdrawn",
      [[customerOf("r-back"), 4_200_000, false]],
    ]);
    await givenCrmObject(system.pool, system.company, "registration", "r-back", { registration_status: "submitted" });
    const caseId = await system.arrive("deal-registration", "r-back", { eventId: "evt_again" });
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    expect(await protection("r-back")).toEqual([[customerOf("r-back"), 4_200_000, true]]);
  });

  test("gone its protection ends", async () => {
    await registered("r-gone");
    expect(await result(await becomes("r-gone", {}, true))).toEqual({ outcomes: ["superseded"] });
    expect(await protection("r-gone")).toEqual([[customerOf("r-gone"), 4_200_000, false]]);
  });
});
