import { createSandboxCrm } from "../../../tools/crm/sandbox.ts";
import { readCalls } from "../../../tools/sandbox/door.ts";
import { givenCrmObject, notesOn } from "../../fixtures/programme.ts";
import { testDatabase } from "../../setup/database.ts";
import { crmSpec } from "../../spec/crm.ts";

crmSpec("sandbox", async () => {
  const database = await testDatabase();
  const { pool } = database;
  await givenCrmObject(pool, "acme", "deal", "d1", { quote_status: "draft" });
  return {
    crm: createSandboxCrm(pool),
    async says() {
      const calls = await readCalls(pool, "acme", "crm");
      const changes = calls.filter(({ outcome }) => outcome === "done").length;
      return { notes: await notesOn(pool, "acme", "d1"), changes };
    },
    close: () => database.drop(),
  };
});
