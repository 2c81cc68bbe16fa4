import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRecords } from "../../audit/records.ts";
import { registrationRecord } from "../../functions/deal-registration/fixture.ts";
import { quoteAtDiscount } from "../../functions/quoting/fixture.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { crmSays, givenCrmObject, givenPartner, endNotesOn, quoteDeskSays } from "../fixtures/programme.ts";
import { beforeAct } from "../fixtures/before-act.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;
const { before, interceptors } = beforeAct();

beforeAll(async () => {
  system = await startSystem({ interceptors });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

const caseOf = (functionId: string, type: string, id: string) => `${system.company}:${functionId}:crm-${type}-${id}`;
const set = (type: string, id: string, properties: Record<string, string>) =>
  givenCrmObject(system.pool, system.company, type, id, properties);
const remove = (type: string, id: string) =>
  system.database.pool.query("delete from sandbox.object where company = $1 and object_type = $2 and object_id = $3", [
    system.company,
    type,
    id,
  ]);

/** What came of it, beside the note that people are asked: how the case ended, its effects, what the CRM was told, and what stands at the target. */
async function cameOf(caseId: string, id: string) {
  const { pool, company, client } = system;
  const { outcomes } = (await client.workflow.getHandle(caseId).result()) as { outcomes: string[] };
  const { records, intact } = await readRecords(pool, company, caseId);
  const effects = await pool.query<{ state: string; detail: string | null }>(
    "select state, detail from effect where company = $1 and case_id = $2 and tool <> 'crm.add-note'",
    [company, caseId],
  );
  const held = await pool.query(
    `select 1 from account_entry r where company = $1 and case_id = $2 and kind = 'reservation' and not exists (
       select from account_entry e where e.company = r.company and e.cause = r.cause and e.account = r.account and e.kind = 'release')`,
    [company, caseId],
  );
  const registered = await pool.query(
    "select 1 from programme.registration where company = $1 and registration_id = $2",
    [company, `R-${id}`],
  );
  const { approvals } = await quoteDeskSays(pool, company);
  // It happened: nothing is left to happen.
  expect([...before.keys()]).not.toContain(caseId);
  const end = records.findLast(({ kind }) => kind === "case_end")?.body;
  return {
    outcomes,
    reasons: (end?.["reasons"] as string[] | undefined)?.filter((reason) => reason !== ""),
    intact,
    effects: effects.rows,
    held: held.rowCount,
    told: (await crmSays(pool, company)).filter(([of]) => of === id),
    notes: await endNotesOn(pool, company, id),
    done: approvals.filter(({ quote_id: quote }) => quote === `Q-${id}`).length + (registered.rowCount ?? 0),
  };
}

const nothing = {
  outcomes: ["superseded"],
  reasons: ["not-asked"],
  intact: true,
  effects: [{ state: "failed", detail: "no longer asked" }],
  held: 0,
  told: [],
  notes: [],
  done: 0,
};

type Meanwhile = (type: string, id: string, property: string) => Promise<unknown>;

const ways: readonly (readonly [way: string, meanwhile: Meanwhile])[] = [
  ["lost", (type, id, property) => set(type, id, { [property]: "lost" })],
  ["recalled", (type, id, property) => set(type, id, { [property]: "draft" })],
  ["approved by somebody else", (type, id, property) => set(type, id, { [property]: "approved" })],
  ["emptied", (type, id, property) => set(type, id, { [property]: "" })],
  ["deleted", (type, id) => remove(type, id)],
];

describe.concurrent("what is no longer asked when its call is about to begin is not done, and the CRM is left as it is", () => {
  test.for(ways)("a quote that was %s", { timeout: 60_000 }, async ([way, meanwhile]) => {
    const id = `quote-${way.replaceAll(" ", "-")}`;
    const record = quoteAtDiscount(120_000, { quote_id: `Q-${id}`, quote_requested_by: "sam" });
    await givenCrmObject(system.pool, system.company, "deal", id, record);
    const caseId = caseOf("quoting", "deal", id);
    before.set(caseId, () => meanwhile("deal", id, "quote_status"));
    await system.arrive("quoting", id);
    expect(await cameOf(caseId, id)).toEqual(nothing);
  });

  test.for(ways)("a registration that was %s", { timeout: 60_000 }, async ([way, meanwhile]) => {
    const id = `registration-${way.replaceAll(" ", "-")}`;
    const own = { registration_id: `R-${id}`, customer_domain: `${id}.example`, requested_by: "sam" };
    await givenCrmObject(system.pool, system.company, "registration", id, registrationRecord(own));
    const caseId = caseOf("deal-registration", "registration", id);
    before.set(caseId, () => meanwhile("registration", id, "registration_status"));
    await system.arrive("deal-registration", id);
    expect(await cameOf(caseId, id)).toEqual(nothing);
  });

  test("a quote that people approved, recalled after that", { timeout: 60_000 }, async () => {
    const id = "approved-then-recalled";
    const record = quoteAtDiscount(180_000, { quote_id: `Q-${id}`, quote_requested_by: "sam" });
    await givenCrmObject(system.pool, system.company, "deal", id, record);
    const caseId = await system.arrive("quoting", id);
    const question = await openEscalationOf(system, caseId);
    before.set(caseId, () => set("deal", id, { quote_status: "draft" }));
    await answer(system, caseId, "approve", question);
    expect(await cameOf(caseId, id)).toEqual(nothing);
  });
});

test("asked anew, it is decided anew and done", { timeout: 60_000 }, async () => {
  const id = "asked-anew";
  const record = quoteAtDiscount(120_000, { quote_id: `Q-${id}`, quote_requested_by: "sam" });
  await givenCrmObject(system.pool, system.company, "deal", id, record);
  const caseId = caseOf("quoting", "deal", id);
  before.set(caseId, () => set("deal", id, { quote_status: "draft" }));
  await system.arrive("quoting", id, { eventId: "evt_first" });
  expect(await cameOf(caseId, id)).toEqual(nothing);
  await set("deal", id, { quote_status: "approval_requested" });
  await system.arrive("quoting", id, { eventId: "evt_second" });
  expect(await cameOf(caseId, id)).toMatchObject({
    outcomes: ["executed"],
    told: [[id, "quote_status", "approved"]],
    done: 1,
  });
});

test("what changes beside the asking state does not stop it", { timeout: 60_000 }, async () => {
  const id = "renamed";
  const record = quoteAtDiscount(120_000, { quote_id: `Q-${id}`, quote_requested_by: "sam" });
  await givenCrmObject(system.pool, system.company, "deal", id, record);
  const caseId = caseOf("quoting", "deal", id);
  before.set(caseId, () => set("deal", id, { dealname: "renamed" }));
  await system.arrive("quoting", id);
  expect(await cameOf(caseId, id)).toMatchObject({ outcomes: ["executed"], done: 1 });
});
