import { afterAll, beforeAll, expect, test } from "vitest";
import { readCalendar, setCalendar } from "../../audit/ledgers/calendar.ts";
import type { OutOfReach } from "../../audit/ledgers/opening.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { policiesOf } from "../../deciding/policies.ts";
import { createDecideService } from "../../deciding/service.ts";
import { shippingPolicy } from "../fixtures/foreign-policy.ts";
import { goes } from "../fixtures/decide.ts";
import { changed, givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const company = "acme";
/** A Friday, after hours. */
const AT = "2026-03-06T18:00:00.000Z";
let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf(company);
  await givenPerson(pool, company, { personId: "lea", name: "Lea", role: "lab-lead" });
  for (const personId of ["sam", "sue"]) {
    await changed(pool, company, { change: "add", personId, name: personId, role: "requester" });
  }
});
afterAll(() => database.drop());

test("questions that the service opens together run in working time, and each says whom it reaches", async () => {
  const calendar = { zone: "UTC", hours: { monday: [["09:00", "17:00"]] as const }, holidays: [] };
  await setCalendar(pool, { company, by: "admin-ana", at: AT, calendar, reason: "Mondays" });
  expect((await readCalendar(pool, company))?.calendar).toEqual(calendar);
  const told: OutOfReach[] = [];
  const service = createDecideService({
    pool,
    company,
    policies: policiesOf({ shipping: shippingPolicy() }),
    alarm: () => {},
    onOutOfReach: (detail) => void told.push(detail),
    now: () => AT,
  });
  const ask = async (caller: string, requestedBy: string, hours: number) => {
    const asked = { caller, requestedBy, key: requestedBy + caller, ref: caller, policy: "shipping", action: null };
    const answered = await service.decide({ ...asked, facts: { ...goes, hours } });
    if (answered.kind !== "decided") throw new Error(answered.kind);
    const found = await service.read(answered.decision.decisionId);
    return found?.decisions.at(-1)?.escalation;
  };
  const [others, own, forSomebody, none] = await Promise.all([
    ask("cpq", "sam", 49),
    ask("lea", "lea", 49),
    ask("lea", "sam", 49),
    ask("cpq", "pat", 48),
  ]);
  expect(none).toBeNull();
  expect(others?.dueAt).toBe("2026-03-09T13:00:00.000Z");
  const reached = new Map(told.map(({ escalationId, reach, roles }) => [escalationId, [reach, roles]]));
  expect(reached.get(others?.escalationId ?? "")).toBeUndefined();
  for (const one of [own, forSomebody]) {
    expect(reached.get(one?.escalationId ?? "")).toEqual(["nobody", ["lab-lead", "lab-head"]]);
  }
  await changed(pool, company, { change: "revoke", personId: "lea" });
  const later = await ask("cpq", "sue", 49);
  expect(told.at(-1)).toMatchObject({ escalationId: later?.escalationId, reach: "nobody" });
});
