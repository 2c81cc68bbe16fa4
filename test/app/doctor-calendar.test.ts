import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig } from "../../app/config.ts";
import { checkCalendar } from "../../app/doctor/calendar.ts";
import { setCalendar } from "../../audit/ledgers/calendar.ts";
import type { BusinessCalendar } from "../../domain/calendar.ts";
import { givenRelease, quotingBundle } from "../fixtures/release.ts";
import { ADMINS } from "../fixtures/people.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../setup/database.ts";

const company = "acme";
const AT = "2026-03-02T09:00:00.000Z";
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

async function finding() {
  const config = { ...loadConfig({}, "/none"), company, auditSecret: TEST_SECRET.toString("base64") };
  const deps = { pendingMigrations: () => Promise.resolve([]), now: () => new Date(), root: "/none" };
  return checkCalendar({ config, deps, runtime: { kind: "absent" }, databaseUrl: database.url });
}

const hours = { monday: [["09:00", "17:00"]] } as const;
const set = (regions: BusinessCalendar["regions"]) =>
  setCalendar(database.pool, {
    company,
    by: ADMINS.asks,
    reason: "as agreed",
    at: AT,
    calendar: { zone: "Europe/Berlin", hours, holidays: [], regions },
  });

test("a region that policies in force ask in and the calendar does not name is said, with what mends it", async () => {
  expect(await finding()).toMatchObject({
    state: "ok",
    detail: expect.stringContaining("run day and night") as string,
  });
  const regional = quotingBundle(null, { "who: role:partner-manager": "region: dach\n    who: role:partner-manager" });
  await givenRelease(database.pool, company, 1, regional);
  const fix = expect.stringContaining("with `dach` under `regions`") as string;
  expect(await finding()).toMatchObject({ state: "warn", fix });
  await set({});
  expect(await finding()).toMatchObject({
    state: "warn",
    detail: "version 1 does not name `dach` (policy `quoting`): the company's own hours count there",
    fix,
  });
  await set({ dach: { zone: "Europe/Vienna" } });
  expect(await finding()).toMatchObject({
    state: "ok",
    detail: "deadlines run in working time: version 2, Europe/Berlin",
  });
});
