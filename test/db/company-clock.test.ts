import { registrationRecord } from "../../functions/deal-registration/fixture.ts";
import { readRegistration } from "../../functions/deal-registration/registration.ts";
import { rivalsOf } from "../../functions/deal-registration/rivals.ts";
import { matchesIn } from "../../functions/shared/account-matches.ts";
import { createAccounts } from "../../tools/accounts/postgres.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setCompanyClock, startCompanyClock } from "../../db/company-clock.ts";
import { createProgramme } from "../../tools/programme/postgres.ts";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import { openEscalation } from "../../audit/ledgers/escalations.ts";
import { DIGEST, givenDecision, route, stepNames } from "../fixtures/ledger.ts";
import { keptLog } from "../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const DAY_MS = 86_400_000;
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

async function clockOf(company: string) {
  return startCompanyClock({ sql: await database.poolOf(company), company, log: keptLog().log, movable: false });
}

/** Whole days that a time is ahead of the wall's, to the nearest. */
const daysAhead = (at: string) => Math.floor((Date.parse(at) - Date.now()) / DAY_MS + 0.5);

test("a company's clock is wall time until it is set, and each company's is its own", async () => {
  const [clock, other] = [await clockOf("clock-a"), await clockOf("clock-b")];
  expect(daysAhead(clock.now())).toBe(0);
  await setCompanyClock(database.pool, "clock-a", 90 * DAY_MS);
  await Promise.all([clock.read(), other.read()]);
  expect([daysAhead(clock.now()), daysAhead(other.now())]).toEqual([90, 0]);
});

test("a clock never goes back, and a company cannot set its own", async () => {
  await setCompanyClock(database.pool, "clock-c", DAY_MS);
  await expect(setCompanyClock(database.pool, "clock-c", DAY_MS - 1)).rejects.toThrow(/further ahead/);
  await expect(setCompanyClock(await database.poolOf("clock-c"), "clock-c", 2 * DAY_MS)).rejects.toMatchObject({
    code: "42501",
  });
});

test("a clock that may move is read again while it runs", async () => {
  const sql = await database.poolOf("clock-d");
  const clock = await startCompanyClock({ sql, company: "clock-d", log: keptLog().log, movable: true });
  await setCompanyClock(database.pool, "clock-d", DAY_MS);
  await expect.poll(() => daysAhead(clock.now()), { timeout: 5_000 }).toBe(1);
  await clock.stop();
});

test("a protection begins and ends by the company's clock", async () => {
  let at = "2026-03-02T09:00:00.000Z";
  const programme = createProgramme(database.pool, () => at);
  const deal = {
    objectId: "1",
    registrationId: "R-1",
    partnerId: "p-1",
    role: "sell",
    customerDomain: "example.com",
    productFamily: "analytics",
    valueMinor: 1,
    currency: "USD",
    protectionDays: 45,
    replaces: null,
  } as const;
  const permit = { company: "acme", effectKey: "k-1", decidedAt: at } as Parameters<typeof programme.registerDeal>[0];
  expect(await programme.registerDeal(permit, deal)).toEqual({ externalRef: "R-1", answeredAt: at });
  const open = async () => {
    const { value } = await createAccounts(database.pool, () => at).readMatches(
      "acme",
      { domain: "example.com" },
      "analytics",
    );
    const record = registrationRecord({ partner_id: "p-2" });
    return rivalsOf(matchesIn(value) ?? [], readRegistration(record), at).map(({ registrationId, expiresAt }) => ({
      registrationId,
      expiresAt,
    }));
  };
  at = "2026-04-16T08:59:59.999Z";
  expect(await open()).toEqual([{ registrationId: "R-1", expiresAt: "2026-04-16T09:00:00.000Z" }]);
  at = "2026-04-16T09:00:00.000Z";
  expect(await open()).toEqual([]);
});

test("a verdict is past its deadline by the company's clock, not by the database's", async () => {
  const names = stepNames("late-verdict");
  const { decisionId } = await givenDecision(database.pool, names, { verdict: "escalate", route });
  const at = new Date().toISOString();
  const asked = { ...names, decisionId, actionDigest: DIGEST, requestedBy: "sam", route, reason: "over", at };
  const { escalationId } = await openEscalation(database.pool, asked);
  const given = { company: names.company, escalationId, personId: "dana", role: "partner-manager", reason: "seen" };
  const late = { ...given, verdict: "approve", actionDigest: DIGEST, at: "2199-01-01T00:00:00.000Z" } as const;
  expect(await giveVerdict(database.pool, late)).toMatchObject({ kind: "refused", code: "past-deadline" });
  expect(await giveVerdict(database.pool, { ...late, at })).toMatchObject({ kind: "taken", state: "approved" });
});

/** What may read the database's clock: leases. */
const WALL_TIME = new Set(["claim_model_turn"]);

test("no stored function that decides reads the database's clock", async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select p.proname as name from pg_proc p
     where p.pronamespace in ('public'::regnamespace, 'programme'::regnamespace)
       and p.prosrc ~* '(clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|current_date|current_time|localtime|\\mnow\\s*\\()'
     order by 1`,
  );
  expect(rows.map(({ name }) => name).filter((name) => !WALL_TIME.has(name))).toEqual([]);
});
