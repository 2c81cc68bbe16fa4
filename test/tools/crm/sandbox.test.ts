import { createSandboxCrm } from "../../../tools/crm/sandbox.ts";
import { givenCrmObject } from "../../fixtures/programme.ts";
import { testDatabase } from "../../setup/database.ts";
import { crmSpec } from "../../spec/crm.ts";

crmSpec("sandbox", async () => {
  const database = await testDatabase();
  const { pool } = database;
  await givenCrmObject(pool, "acme", "deal", "d1", { quote_status: "draft" });
  return {
    crm: createSandboxCrm(pool),
    async says() {
      const notes = await pool.query<{ text: string }>("select text from sandbox_crm.note order by written_at");
      const calls = await pool.query("select 1 from sandbox_crm.call where not replayed");
      return { notes: notes.rows.map(({ text }) => text), changes: calls.rows.length };
    },
    close: () => database.drop(),
  };
});
