import { afterAll, beforeAll, expect, test } from "vitest";
import type { LedgerPool } from "../../audit/records.ts";
import { wallTime } from "../../db/company-clock.ts";
import type { ReadTools } from "../../deciding/evidence.ts";
import { planCase } from "../../deciding/plan.ts";
import { createReadTools } from "../../deciding/read-tools.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { dayFromNow, givenContract } from "../fixtures/renewals.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const company = "acme";
let database: TestDatabase;
let pool: LedgerPool;
beforeAll(async () => {
  database = await testDatabase();
  pool = database.pool;
});
afterAll(() => database.drop());

/** Tools that note what is asked of them. */
function noting(tools: ReadTools) {
  const asked: string[] = [];
  const noted = Object.entries(tools).map(([name, tool]) => {
    const read: typeof tool.read = (of, args) => {
      asked.push(`${name} ${Object.values(args).join(" ")}`);
      return tool.read(of, args);
    };
    return [name, { ...tool, read }] as const;
  });
  return { asked, tools: Object.fromEntries(noted) };
}

test("the plan of a renewal, its dates and all that it asks for, takes each reading once", async () => {
  const ends = dayFromNow(210);
  await givenContract({ pool, company }, "7", 120, { end_date: ends });
  const { asked, tools } = noting(createReadTools(pool, embeddedAdapters(pool, wallTime), wallTime));
  const ref = { company, caseId: `${company}:renewals:crm-contract-7`, functionId: "renewals", eventId: "evt_1" };
  const about = { ...ref, objectType: "contract", objectId: "7" };
  const plan = await planCase({ pool, readTools: tools }, about, wallTime());
  expect(plan).toMatchObject({ kind: "plan", asks: { "renewals.propose": expect.any(String) as string } });
  expect(asked.toSorted()).toEqual([
    "crm.record contract 7",
    `ledger.reply renewals/offer/C-7/${ends}`,
    "programme.deal-team contract/C-7 partner-7",
  ]);
});
