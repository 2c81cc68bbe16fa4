import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRecords } from "../../audit/records.ts";
import { registrationRecord } from "../../functions/deal-registration/fixture.ts";
import { readObjects } from "../../tools/sandbox/door.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { crmSays, givenCrmObject, givenPartner, givenQuote } from "../fixtures/programme.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();
const told = async (id: string) => (await crmSays(system.pool, system.company)).filter(([of]) => of === id);

/** What the quote desk holds of a quote, oldest first: each approval's deal, whether it stands and what it took the place of. */
async function deskSays(quoteId: string) {
  const { pool, company } = system;
  const all = await readObjects(pool, { company, system: "quotes", type: "approve-discount" });
  return all
    .filter(({ properties }) => properties["quoteId"] === quoteId)
    .map(({ id, properties }) => ({ id, ...properties }) as { id: string } & { [name: string]: unknown });
}

async function asked(objectId: string, discountPpm: number, eventId: string, changes: Record<string, string> = {}) {
  await givenQuote(system.pool, system.company, objectId, discountPpm, changes);
  return system.arrive("quoting", objectId, { eventId });
}

async function entries(caseId: string) {
  const { rows } = await system.pool.query<{ kind: string; amount: string }>(
    "select kind, amount from account_entry where company = $1 and case_id = $2 order by n",
    [system.company, caseId],
  );
  return rows;
}

describe("one ask, one act", () => {
  test("the same change told twice acts, counts and asks once; the CRM is told each time", async () => {
    const caseId = await asked("twice", 120_000, "evt_subscription_1");
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    const counted = await entries(caseId);
    await givenCrmObject(system.pool, system.company, "deal", "twice", { quote_status: "approval_requested" });
    await system.arrive("quoting", "twice", { eventId: "evt_another_source" });
    expect(await result(caseId)).toEqual({ outcomes: ["already-done"] });
    expect(await deskSays("Q-twice")).toHaveLength(1);
    expect(await entries(caseId)).toEqual(counted);
    expect(await told("twice")).toEqual(Array(2).fill(["twice", "quote_status", "approved"]));
    const { records, intact } = await readRecords(system.pool, system.company, caseId);
    expect(intact).toBe(true);
    const [first] = records.filter(({ kind }) => kind === "receipt");
    const again = records.find(({ kind }) => kind === "repeat");
    expect(again?.body["effectKey"]).toBe(first?.body["effectKey"]);
    const { outcomes, reasons } = records.at(-1)!.body as { outcomes: { kind: string }[]; reasons: string[] };
    expect(outcomes.map(({ kind }) => kind)).toEqual(["already-done", "executed"]);
    const { externalRef, decisionId } = { ...first?.body, ...again?.body } as { [name: string]: string };
    expect(reasons[0]).toBe(`as ${externalRef}, by ${decisionId}`);
  });

  test("what people approved once they are not asked again", async () => {
    const caseId = await asked("by-people", 180_000, "evt_1");
    await answer(system, caseId, "approve", await openEscalationOf(system, caseId));
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    await asked("by-people", 180_000, "evt_2");
    expect(await result(caseId)).toEqual({ outcomes: ["already-done"] });
    expect(await deskSays("Q-by-people")).toHaveLength(1);
  });

  test("a quote asked at another discount takes the place of its approval, back and forth; one stands", async () => {
    for (const [n, discountPpm] of [120_000, 140_000, 120_000].entries()) {
      const caseId = await asked("replaced", discountPpm, `evt_${n}`);
      expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    }
    const approvals = await deskSays("Q-replaced");
    const standing = approvals.filter(({ state }) => state !== "revoked");
    expect(approvals).toHaveLength(3);
    expect(standing).toMatchObject([{ netPriceMinor: 8_800_000, dealId: "replaced" }]);
    expect(approvals.filter(({ replacedBy }) => replacedBy === standing[0]?.id)).toMatchObject([
      { netPriceMinor: 8_600_000, id: standing[0]?.["replaces"] },
    ]);
  });

  test("a quote's id that another deal holds an approval for asks a person", async () => {
    expect(await result(await asked("held", 120_000, "evt_1"))).toEqual({ outcomes: ["executed"] });
    const caseId = await asked("cloned", 140_000, "evt_1", { quote_id: "Q-held" });
    const question = await openEscalationOf(system, caseId);
    expect(await deskSays("Q-held")).toHaveLength(1);
    await answer(system, caseId, "reject", question);
    expect(await result(caseId)).toEqual({ outcomes: ["rejected"] });
    expect(await deskSays("Q-held")).toMatchObject([{ dealId: "held", netPriceMinor: 8_800_000 }]);
  });

  test("a registration's id under which another was made asks a person; the same one is registered once", async () => {
    const register = async (objectId: string, eventId: string) => {
      const names = { registration_id: "R-taken", customer_domain: "idtaken.example" };
      const record = registrationRecord(names) as Record<string, string>;
      await givenCrmObject(system.pool, system.company, "registration", objectId, record);
      return system.arrive("deal-registration", objectId, { eventId });
    };
    const first = await register("r1", "evt_1");
    expect(await result(first)).toEqual({ outcomes: ["executed"] });
    await register("r1", "evt_2");
    expect(await result(first)).toEqual({ outcomes: ["already-done"] });
    const caseId = await register("r2", "evt_1");
    await answer(system, caseId, "reject", await openEscalationOf(system, caseId));
    expect(await result(caseId)).toEqual({ outcomes: ["rejected"] });
  });
});
