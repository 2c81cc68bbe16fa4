import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig } from "../../app/config.ts";
import { checkBounds } from "../../app/doctor/bounds.ts";
import { STOPPED } from "../../domain/control.ts";
import { givenControl } from "../fixtures/controls.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

async function findings(environment: { [name: string]: string } = {}) {
  const config = {
    ...loadConfig(environment, "/none"),
    company: "acme",
    auditSecret: TEST_SECRET.toString("base64"),
  };
  const now = () => new Date("2026-03-02T09:00:00.000Z");
  const deps = { pendingMigrations: () => Promise.resolve([]), now, root: "/none" };
  return checkBounds({ config, deps, runtime: { kind: "absent" }, databaseUrl: database.url });
}
const paid = { ANTHROPIC_API_KEY: "sk-none" };

test("what is stopped is said with who did it, and a model that costs without a budget", async () => {
  expect(await findings()).toMatchObject([
    { state: "ok", check: "switches" },
    { state: "ok", check: "budgets" },
  ]);
  expect(await findings(paid)).toMatchObject([
    { state: "ok" },
    { state: "warn", fix: "npx mandate agents budget set company money 20 --reason TEXT" },
  ]);
  await givenControl(database.pool, "switch/tool/crm.note", STOPPED);
  await givenControl(database.pool, "budget/company/microUsd", 500_000);
  expect(await findings(paid)).toMatchObject([
    {
      state: "warn",
      detail: "the tool crm.note is stopped (admin-ana: for the test)",
      fix: "npx mandate switch resume tool/crm.note --reason TEXT, as one of two people",
    },
    { state: "ok", detail: "budget of company: at most 0.500000 USD" },
  ]);
  expect(await findings({ ...paid, MANDATE_MODEL: "unheard-of" })).toMatchObject([
    {},
    { state: "warn", detail: "a budget has a cap in money, and no price is known of unheard-of: it is not asked" },
  ]);
});
