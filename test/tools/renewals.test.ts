import { afterAll, beforeAll, expect, test } from "vitest";
import type { Pool } from "pg";
import { wallTime } from "../../db/company-clock.ts";
import { assertKnown } from "../../domain/registry.ts";
import { contractRecord, renewalInput } from "../../functions/renewals/fixture.ts";
import { proposeRenewal } from "../../functions/renewals/propose-renewal.ts";
import { recordRenewal } from "../../functions/renewals/record-renewal.ts";
import type { FunctionAction } from "../../functions/definition.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { createEffectTools } from "../../tools/effect-tools.ts";
import { sandboxSystems } from "../../tools/sandbox/systems.ts";
import { givenCrmObject } from "../fixtures/programme.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const COMPANY = "acme";
const CONTRACT = "9700000001";

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf(COMPANY);
  await givenCrmObject(
    pool,
    COMPANY,
    "contract",
    CONTRACT,
    contractRecord({ renewal_state: "proposed" }) as Record<string, string>,
  );
});
afterAll(() => database.drop());

function done(action: FunctionAction, id: string) {
  const { args } = renewalInput(action, contractRecord({ renewal_state: "proposed" }), {
    ref: `contract/${id}`,
  }).action;
  const names = { company: COMPANY, caseId: "acme:renewals:contract-1", decisionId: "dec_1", tool: action.tool };
  const permit = { ...names, permitId: "prm_1", actionDigest: "ab".repeat(32), effectKey: `${action.id} ${id}` };
  const tools = createEffectTools(embeddedAdapters(pool, wallTime));
  return assertKnown(tools, action.tool, "tool").execute({ ...permit, decidedAt: wallTime() }, args);
}

const stateOf = async () => {
  const read = await embeddedAdapters(pool, wallTime).crm.readRecord(COMPANY, "contract", CONTRACT);
  return read?.value["renewal_state"];
};

test("a renewal is opened on the contract that the case is about, and what is recorded becomes its state", async () => {
  await done(proposeRenewal, CONTRACT);
  expect(await stateOf()).toBe("proposed");
  const { externalRef } = await done(recordRenewal, CONTRACT);
  expect([externalRef, await stateOf()]).toEqual([`contract/${CONTRACT}@2`, "auto-renewed"]);
});

test.for([proposeRenewal, recordRenewal])(
  "`$tool` is refused for a contract that the CRM does not have",
  async (action) => {
    await expect(done(action, "C-7001")).rejects.toMatchObject({ code: "TARGET_REFUSED" });
  },
);

test("the sandbox shows what renewals ask of each system", () => {
  const systems = sandboxSystems();
  expect(systems.get("crm")).toEqual(expect.arrayContaining(["open-renewal", "record-renewal"]));
  expect(systems.get("quotes")).toContain("release-renewal");
  expect(systems.get("messages")).toEqual(["send"]);
  expect(systems.has("programme")).toBe(false);
});
