import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig } from "../../app/config.ts";
import { checkBounds } from "../../app/doctor/bounds.ts";
import { endSpend, reserveSpend } from "../../audit/ledgers/budgets.ts";
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
  await givenControl(database.pool, "switch/tool/crm.add-note", STOPPED);
  await givenControl(database.pool, "budget/company/microUsd", 500_000);
  expect(await findings(paid)).toMatchObject([
    {
      state: "warn",
      detail: "the tool crm.add-note is stopped (admin-ana: for the test)",
      fix: "npx mandate switch resume tool/crm.add-note --reason TEXT, as one of two people",
    },
    { state: "ok", detail: "budget of company: at most 0.500000 USD" },
  ]);
  expect(await findings({ ...paid, MANDATE_MODEL: "unheard-of" })).toMatchObject([
    {},
    { state: "warn", detail: "a budget has a cap in money, and no price is known of unheard-of: it is not asked" },
  ]);
});

test("a model without a price is never taken for a free one, whoever supplies it; a configured price is one", async () => {
  const openai = { OPENAI_API_KEY: "sk-none", MANDATE_MODEL: "openai:gpt-5.2", MANDATE_MODEL_FALLBACK: "gpt-5.2-mini" };
  const unpriced = {
    state: "warn",
    detail:
      "a budget has a cap in money, and no price is known of openai:gpt-5.2, openai:gpt-5.2-mini: it is not asked",
    fix: expect.stringContaining("MANDATE_MODEL_PRICES") as string,
  };
  expect(await findings(openai)).toMatchObject([{}, unpriced]);
  const price = [{ from: "2026-11-30", inputMicroUsd: 1_750_000, outputMicroUsd: 14_000_000 }];
  const own = { "openai:gpt-5.2": price, "openai:gpt-5.2-mini": price };
  const priced = await findings({ ...openai, MANDATE_MODEL_PRICES: JSON.stringify(own) });
  expect(priced).toMatchObject([{}, { state: "ok", detail: "budget of company: at most 0.500000 USD" }]);
});

test("calls that may be billed without an answer are told", async () => {
  const asked = { company: "acme", caseId: "c", functionId: "quoting", turnKey: "t", model: "m", day: "2026-03-02" };
  const reserved = await reserveSpend(database.pool, { ...asked, tokens: 10, microUsd: 20, ms: 30 });
  if (!("n" in reserved)) throw new Error("there is room");
  await endSpend(database.pool, "acme", reserved.n, "unknown");
  expect(await findings(paid)).toMatchObject([
    {},
    { state: "warn", detail: expect.stringMatching(/^1 of today's calls did not answer/) as string },
  ]);
});
