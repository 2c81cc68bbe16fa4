import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wallTime } from "../../db/company-clock.ts";
import { actionDigestOf } from "../../deciding/question.ts";
import type { JsonObject } from "../../domain/json.ts";
import { registrationRecord } from "../../functions/deal-registration/fixture.ts";
import { readEscalation } from "../../gateway/http/escalations.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { givenCrmObject, givenPartner, givenRegistration } from "../fixtures/programme.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
  for (const partnerId of ["partner-7", "partner-8"]) await givenPartner(system.pool, system.company, { partnerId });
});
afterAll(() => system.stop());

async function claims(id: string, changes: JsonObject): Promise<string> {
  const record = registrationRecord({ registration_id: `R-${id}`, requested_by: "sam", ...changes });
  await givenCrmObject(system.pool, system.company, "registration", id, record);
  return system.arrive("deal-registration", id);
}

async function asked(caseId: string) {
  const escalation = await openEscalationOf(system, caseId);
  const view = await readEscalation(system.pool, system.company, escalation.escalationId, wallTime());
  if (view === undefined) throw new Error("nobody is asked");
  return { escalation, view };
}

const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();
const held = {
  partnerId: "partner-8",
  registeredAt: "2026-01-01T00:00:00.000Z",
  expiresAt: "2199-01-01T00:00:00.000Z",
};

describe("a registration of a customer who may be another's", () => {
  test("asks a person, who reads both side by side, and who approves it with the policy's term", async () => {
    const { pool, company } = system;
    await givenRegistration(pool, company, { ...held, registrationId: "R-held", domain: "helios-group.de" });
    const caseId = await claims("9100", {
      customer_domain: "https://heliosgroup.com/about",
      customer_name: "Helios Ltd",
    });
    const { escalation, view } = await asked(caseId);
    expect(view.rules.map(({ id }) => id)).toEqual(["near-match"]);
    expect(view.beside).toMatchObject([
      {
        title: "registration R-held, which is open",
        reasons: [expect.stringContaining("`heliosgroup.com` and `helios-group.de` are the same but for suffix")],
      },
    ]);
    expect(view.beside[0]?.rows[0]).toEqual({
      name: "customer",
      asked: "https://heliosgroup.com/about, Helios Ltd",
      other: "helios-group.de",
    });
    expect(view.action.args).toMatchObject({ customerDomain: "heliosgroup.com", protectionDays: 90 });
    expect(view.ask).toContain("protected for 90 days");

    const { rows } = await pool.query<{ args: JsonObject; recordVersion: string; policyVersion: string }>(
      `select q.args, q.record_version as "recordVersion", d.policy_version as "policyVersion"
       from decision d join proposal q using (company, proposal_id) where d.company = $1 and d.decision_id = $2`,
      [company, view.decisionId],
    );
    const bound = { company, tool: "programme.register-deal", ...rows[0]! };
    expect(view.actionDigest).toBe(actionDigestOf(bound, { protectionDays: 90 }));
    expect(view.actionDigest).not.toBe(actionDigestOf(bound, { protectionDays: 91 }));

    await answer(system, caseId, "approve", escalation);
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    const registered = await pool.query<{ days: number }>(
      `select (extract(epoch from expires_at - registered_at) / 86400)::int as days
       from programme.registration where company = $1 and registration_id = 'R-9100'`,
      [company],
    );
    expect(registered.rows).toEqual([{ days: 90 }]);
  });

  test("by the partner whose own protection ended asks a person, who reads whose request was denied", async () => {
    const { pool, company } = system;
    const rival = await claims("9200", {
      customer_domain: "tailspin.example",
      partner_id: "partner-8",
      vendor_engaged: "true",
    });
    await answer(system, rival, "reject", (await asked(rival)).escalation);
    await result(rival);
    const ended = new Date(Date.now() - 2 * 86_400_000).toISOString();
    await givenRegistration(pool, company, {
      registrationId: "R-own",
      partnerId: "partner-7",
      domain: "tailspin.example",
      registeredAt: "2026-01-01T00:00:00.000Z",
      expiresAt: ended,
    });
    const { escalation, view } = await asked(await claims("9201", { customer_domain: "tailspin.example" }));
    expect(view.rules.map(({ id }) => id)).toEqual(["asked-again"]);
    expect(view.beside.map(({ title }) => title)).toEqual([
      "the partner's own registration R-own, which has ended",
      "the request R-9200 of another partner was denied",
    ]);
    await answer(system, view.caseId, "reject", escalation);
    await result(view.caseId);
  });
});
