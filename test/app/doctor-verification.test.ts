import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig } from "../../app/config.ts";
import { checkVerification } from "../../app/doctor/verification.ts";
import { appendRecords } from "../../audit/records.ts";
import { verifyWhole } from "../../proof/whole/verify-whole.ts";
import { givenCheckpoint } from "../fixtures/logged.ts";
import { testKeys } from "../fixtures/governed-log.ts";
import { draftsFor, tamper } from "../proof/log/kept-log.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../setup/database.ts";

const DAY_MS = 24 * 3_600_000;
const company = "acme";
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** What the doctor finds so long from now. */
async function findingIn(ms: number, full = false) {
  const config = { ...loadConfig({}, "/none"), company, auditSecret: TEST_SECRET.toString("base64") };
  const now = () => new Date(Date.now() + ms);
  const deps = { pendingMigrations: () => Promise.resolve([]), now, root: "/none" };
  return checkVerification({ config, deps, runtime: { kind: "absent" }, databaseUrl: database.url, full });
}

test("the doctor fails when the whole was never verified, not for a day, or did not hold; `--full` verifies it now", async () => {
  expect(await findingIn(0)).toMatchObject({ state: "ok", detail: "nothing is recorded yet" });
  await appendRecords(database.pool, draftsFor(company, 0, 3));
  await givenCheckpoint(database.pool, company);
  expect(await findingIn(0)).toMatchObject({
    state: "ok",
    detail: expect.stringContaining("not verified yet") as string,
  });
  expect(await findingIn(2 * DAY_MS)).toMatchObject({
    state: "fail",
    detail: expect.stringContaining("never verified, though records are older than a day") as string,
    fix: "npm start",
  });
  const at = new Date().toISOString();
  await verifyWhole(database.pool, { company, keys: testKeys, at });
  const held = { state: "ok", detail: `3 leaves and 0 rows of ledgers verified at ${at}` };
  expect(await findingIn(DAY_MS / 2)).toMatchObject(held);
  expect(await findingIn(DAY_MS + 60_000)).toMatchObject({
    state: "fail",
    detail: `${held.detail}, which is more than a day ago`,
  });
  expect(await findingIn(0, true)).toMatchObject({
    state: "ok",
    detail: expect.stringContaining("3 leaves") as string,
  });
  await tamper(
    database.pool,
    "audit_record",
    "update audit_record set kept = replace(kept, 'a', 'b') where company = $1 and n = 2",
    [company],
  );
  // Until somebody looks, what was found last stands.
  expect(await findingIn(0)).toMatchObject({ state: "ok" });
  const broken = { state: "fail", detail: expect.stringMatching(/^tampered at .*: TAMPERED  check /) as string };
  expect(await findingIn(0, true)).toMatchObject({ ...broken, fix: "npx mandate doctor --full" });
  expect(await findingIn(0)).toMatchObject(broken);
});
