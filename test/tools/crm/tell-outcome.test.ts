import { afterAll, beforeAll, expect, test } from "vitest";
import { createSandboxCrm } from "../../../tools/crm/sandbox.ts";
import { tellOutcome } from "../../../tools/crm/tell-outcome.ts";
import { givenCrmObject } from "../../fixtures/programme.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const told = {
  action: "quoting",
  objectType: "deal",
  property: "quote_status",
  value: "approved",
  reportsStep: "case/evt/approve-discount/1",
};

async function tell(objectId: string, status: string | null) {
  const { pool } = database;
  await givenCrmObject(pool, "acme", "deal", objectId, { quote_status: status });
  const crm = createSandboxCrm(pool);
  const permit = {
    permitId: "p",
    company: "acme",
    caseId: "c",
    decisionId: "d",
    tool: "crm.update-property",
    decidedAt: "2026-03-02T09:00:00.000Z",
    actionDigest: "a".repeat(64),
    effectKey: `key-${objectId}`,
  };
  const answer = await tellOutcome(crm, permit, { ...told, objectId }).catch(({ code }: { code: string }) => code);
  const record = await crm.readRecord("acme", "deal", objectId);
  return [answer, record?.value["quote_status"]];
}

test("an outcome is written over what asked for it, and over itself", async () => {
  expect(await tell("d1", "approval_requested")).toEqual([
    expect.objectContaining({ externalRef: expect.any(String) }),
    "approved",
  ]);
  expect(await tell("d2", "approved")).toEqual([
    expect.objectContaining({ externalRef: expect.any(String) }),
    "approved",
  ]);
});

test.for([["draft"], ["lost"], [null]] as const)(
  "what somebody wrote meanwhile, such as %j, is left as it is",
  async ([status]) => {
    expect(await tell(`d-${status}`, status)).toEqual(["TARGET_CONFLICT", status]);
  },
);
