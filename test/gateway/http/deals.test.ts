import { afterAll, beforeAll, expect, test } from "vitest";
import { createReadTools } from "../../../deciding/read-tools.ts";
import { embeddedAdapters } from "../../../tools/adapters.ts";
import { wallTime } from "../../../db/company-clock.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { givenDeal } from "../../fixtures/deals.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

async function show(id: string): Promise<unknown> {
  const { pool } = database;
  const readTools = createReadTools(pool, embeddedAdapters(pool, wallTime), wallTime);
  const headers = await headersOf(pool, "dana", "partner-manager");
  const response = await apiOn(pool, { readTools }).request(`/v1/deals/${id}`, { headers });
  return { ...((await response.json()) as object), status: response.status };
}

const place = () => ({ pool: database.pool, company: "acme" });

test("a deal is told with its badge, its score and what a partner is sought by", async () => {
  const need = { product_family: "analytics", industry: "healthcare", customer_region: "dach", stuck_at: "vp" };
  await givenDeal(place(), "1001", {
    ...need,
    competitors: "rival",
    co_sell_badge: "qualified",
    co_sell_score: "93 %",
  });
  expect(await show("1001")).toEqual({
    status: 200,
    dealId: "1001",
    account: "contoso.com",
    stage: "qualified",
    badge: "qualified",
    scorePpm: 930_000,
    need: { productFamily: "analytics", industry: "healthcare", region: "dach", stuckAt: "vp", competitors: ["rival"] },
    lacks: [],
  });
});

test("what it lacks for that is named, and one that is not there is not found", async () => {
  await givenDeal(place(), "1002", { industry: "healthcare" });
  expect(await show("1002")).toMatchObject({ badge: null, need: null, lacks: ["product_family", "customer_region"] });
  expect(await show("1003")).toMatchObject({ status: 404, detail: "no deal `1003`" });
});
