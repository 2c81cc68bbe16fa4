import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadPolicies, policiesOf, versioned } from "../../deciding/policies.ts";
import { governedActions } from "../../functions/governed-actions.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { quarterLimit, withLimits } from "../fixtures/limits.ts";
import { givenCrmObject, givenPartner, quoteDeskSays } from "../fixtures/programme.ts";
import { quoteAtDiscount } from "../../functions/quoting/fixture.ts";
import { totalsOf, unequalAccounts } from "../fixtures/reservations.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;

/** Room for three discounts of 12,000.00 USD in a partner's quarter. */
const CAP = 3_600_000;

beforeAll(async () => {
  const shipped = await loadPolicies(resolve(import.meta.dirname, "../../policies"));
  const others = Object.keys(governedActions).map((id) => [id, shipped.policyOf(id)] as const);
  const quoting = versioned(withLimits(quarterLimit({ cap: CAP })));
  system = await startSystem({ policies: policiesOf({ ...Object.fromEntries(others), quoting }) });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

function record(objectId: string, discountPpm: number): Record<string, string> {
  const quote = quoteAtDiscount(discountPpm, { quote_id: `Q-${objectId}`, quote_requested_by: "sam" });
  return quote as Record<string, string>;
}

async function ask(objectId: string, discountPpm: number): Promise<string> {
  await givenCrmObject(system.pool, system.company, "deal", objectId, record(objectId, discountPpm));
  return system.arrive("quoting", objectId);
}

async function change(objectId: string, discountPpm: number): Promise<string> {
  await givenCrmObject(system.pool, system.company, "deal", objectId, record(objectId, discountPpm));
  return system.arrive("quoting", objectId, { eventId: "evt_changed", occurredAt: new Date().toISOString() });
}

const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();
const totals = () => totalsOf(system.pool, system.company);
/** The case's discount has been decided and either came to its end or waits for a person. */
const settled = (caseId: string) =>
  Promise.race([
    result(caseId).then(() => "executed" as const),
    openEscalationOf(system, caseId, "", 30_000).then((open) => ({ caseId, open })),
  ]);

test("a partner's discounts of a quarter stay inside its cap, except by what people approve", async () => {
  const cases = await Promise.all(["d1", "d2", "d3", "d4", "d5"].map((id) => ask(id, 120_000)));
  const ends = await Promise.all(cases.map(settled));
  const waiting = ends.filter((end) => end !== "executed");
  expect(waiting.map(({ open }) => open.role)).toEqual(["regional-director", "regional-director"]);
  expect(await totals()).toEqual([CAP, 0]);

  const first = cases.findIndex((_id, index) => ends[index] === "executed") + 1;
  expect(await result(await change(`d${first}`, 60_000))).toEqual({ outcomes: ["executed"] });
  expect(await totals()).toEqual([3_000_000, 0]);

  expect(await result(await ask("d6", 60_000))).toEqual({ outcomes: ["executed"] });
  expect(await totals()).toEqual([CAP, 0]);

  const [rejected, approved] = waiting;
  if (rejected === undefined || approved === undefined) throw new Error("nothing waits");
  await answer(system, rejected.caseId, "reject", rejected.open);
  expect(await result(rejected.caseId)).toEqual({ outcomes: ["rejected"] });
  expect(await totals()).toEqual([CAP, 0]);
  await answer(system, approved.caseId, "approve", approved.open);
  expect(await result(approved.caseId)).toEqual({ outcomes: ["executed"] });
  expect(await totals()).toEqual([CAP + 1_200_000, 0]);

  const small = await settled(await ask("d7", 10_000));
  expect(small === "executed" ? small : small.open.role).toBe("regional-director");
  expect(await unequalAccounts(system.pool, system.company)).toEqual([]);
  expect((await quoteDeskSays(system.pool, system.company)).approvals).toHaveLength(6);
});
