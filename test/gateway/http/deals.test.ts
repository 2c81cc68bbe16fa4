import { afterAll, beforeAll, expect, test } from "vitest";
import { createReadTools } from "../../../deciding/read-tools.ts";
import type { DealStanding } from "../../../gateway/deals/standings.ts";
import { createSandboxCrm } from "../../../tools/crm/sandbox.ts";
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

async function listed(after = ""): Promise<{ deals: DealStanding[]; next: string | null }> {
  const { pool } = database;
  const crm = createSandboxCrm(pool);
  const headers = await headersOf(pool, "dana", "partner-manager");
  const query = after === "" ? "" : `?after=${after}`;
  return (await (await apiOn(pool, { crm }).request(`/v1/deals${query}`, { headers })).json()) as never;
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

test("every deal is listed once, page by page, and one that nothing ever heard of is missing", async () => {
  const ids = Array.from({ length: 100 }, (_, at) => `2${String(at).padStart(3, "0")}`);
  for (const id of ids) await givenDeal(place(), id, { co_sell_badge: "not-qualified" });
  await givenDeal(place(), "3000", { co_sell_badge: "qualified", co_sell_score: "93 %" });
  await givenDeal(place(), "3001");
  await givenDeal(place(), "3002", { stage: "" });
  await givenDeal(place(), "3003", { stage: "launched" });
  const first = await listed("1999");
  expect([first.deals.length, first.next]).toEqual([100, "2099"]);
  const second = await listed("2099");
  expect(second.deals.map(({ dealId, state, cause, owner }) => [dealId, state, cause, owner])).toEqual([
    ["3000", "qualified", "", ""],
    ["3001", "missing", "no event told of it, and no sweep has found it yet", "partner-manager"],
    ["3002", "held", "it has no stage", "crm"],
    ["3003", "closed", "", ""],
  ]);
  expect(second.next).toBeNull();
});
