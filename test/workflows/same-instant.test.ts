import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { crmSays, givenCrmObject, givenPartner } from "../fixtures/programme.ts";
import { registrationRecord } from "../../functions/deal-registration/fixture.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

let system: System;
let called = 0;

/** Holds the first two registrations until both were decided: each saw no overlap. */
async function bothDecided(): Promise<void> {
  called += 1;
  await eventually(async () => (called >= 2 ? true : undefined));
}

beforeAll(async () => {
  system = await startSystem({
    adapters: (real) => ({
      ...real,
      programme: {
        ...real.programme,
        async registerDeal(permit, deal) {
          await bothDecided();
          return real.programme.registerDeal(permit, deal);
        },
      },
    }),
  });
});
afterAll(() => system.stop());

test("two partners claim one customer in the same instant: one is registered, the other is asked of people", async () => {
  const { pool, company } = system;
  const claims = ["partner-7", "partner-8"].map((partnerId, index) => ({ partnerId, id: `900${index}` }));
  for (const { partnerId, id } of claims) {
    await givenPartner(pool, company, { partnerId });
    const record = registrationRecord({ registration_id: `R-${id}`, partner_id: partnerId, requested_by: "sam" });
    await givenCrmObject(pool, company, "registration", id, record as Record<string, string>);
  }
  const cases = await Promise.all(claims.map(({ id }) => system.arrive("deal-registration", id)));
  const asked = await Promise.any(
    cases.map(async (caseId) => ({ caseId, escalation: await openEscalationOf(system, caseId) })),
  );
  const winner = cases.find((caseId) => caseId !== asked.caseId) ?? "";
  expect(await system.client.workflow.getHandle(winner).result()).toEqual({ outcomes: ["executed"] });
  const { rows } = await pool.query<{ rules: { id: string }[] }>(
    "select rules from decision d join escalation e using (company, decision_id) where e.escalation_id = $1",
    [asked.escalation.escalationId],
  );
  expect(rows[0]?.rules.map(({ id }) => id)).toEqual(["held-by-another-partner"]);
  await answer(system, asked.caseId, "reject", asked.escalation);
  expect(await system.client.workflow.getHandle(asked.caseId).result()).toEqual({ outcomes: ["rejected"] });
  const registered = await pool.query("select 1 from programme.registration where company = $1", [company]);
  expect(registered.rowCount).toBe(1);
  expect((await crmSays(pool, company)).map(([, , value]) => value)).toEqual(["registered", "denied"]);
});
