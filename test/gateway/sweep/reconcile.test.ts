import { afterAll, beforeAll, expect, test } from "vitest";
import { pino } from "pino";
import { acceptEvents, inboxEventFor } from "../../../gateway/inbox/accept.ts";
import { reconcilePage } from "../../../gateway/sweep/reconcile.ts";
import type { RecordReader } from "../../../tools/record-reader.ts";
import { ToolError } from "../../../tools/tool-error.ts";
import { sandboxRecords } from "../../../tools/sandbox/records.ts";
import { givenCrmObject, givenPartner, givenQuote } from "../../fixtures/programme.ts";
import { startSystem, type System } from "../../setup/system.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

const DAY_MS = 86_400_000;
const daysOn = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();

/** A discount that was approved, of which an event told; its case is at rest. */
async function approved(deal: string): Promise<void> {
  const { pool, company } = system;
  await givenQuote(pool, company, deal, 120_000);
  const about = { system: "crm", objectType: "deal", objectId: deal, occurredAt: daysOn(0), stamp: "source", body: {} };
  const told = { ...about, company, source: "hubspot", sourceKey: deal, bodyDigestInput: deal } as const;
  await acceptEvents(pool, [inboxEventFor({ ...told, stamp: "source" }, "quoting")]);
  await pool.query("update inbox set state = 'dispatched', dispatched_at = now() where object_id = $1", [deal]);
  const caseId = await system.arrive("quoting", deal, { eventId: `evt_${deal}` });
  expect(await system.client.workflow.getHandle(caseId).result()).toEqual({ outcomes: ["executed"] });
}

async function reconciled(at = daysOn(0), refused?: string) {
  const { pool, company } = system;
  const crm = sandboxRecords(pool, "crm");
  const reader: RecordReader = {
    ...crm,
    readRecord: (of, type, id) =>
      id === refused ? Promise.reject(new ToolError("TARGET_REFUSED", "no")) : crm.readRecord(of, type, id),
  };
  const deps = { sql: pool, records: { crm: reader }, log: pino({ level: "silent" }) };
  const ref = { company, functionId: "quoting", work: "reconcile" } as const;
  const { counts } = await reconcilePage(deps, ref, { at, after: "" });
  const { rows } = await pool.query<{ object_id: string; gone: boolean }>(
    "select object_id, gone from inbox where company = $1 and source = 'schedule' order by object_id",
    [company],
  );
  return { counts, told: rows.map(({ object_id: id, gone }) => (gone ? `${id} gone` : id)) };
}

test("what no event told of is found: each record that is not as it was decided on is told to its case, once", async () => {
  for (const deal of ["kept", "renamed", "repriced", "deleted"]) await approved(deal);
  const { pool, company } = system;
  await givenCrmObject(pool, company, "deal", "renamed", { dealname: "Another name" });
  await givenCrmObject(pool, company, "deal", "repriced", { quote_net_price: "60000.00" });
  await system.database.pool.query("delete from sandbox.object where company = $1 and object_id = 'deleted'", [
    company,
  ]);
  expect(await reconciled()).toEqual({ counts: { looked: 4, told: 2 }, told: ["deleted gone", "repriced"] });
  expect((await reconciled()).counts).toEqual({ looked: 4, told: 0 });
  await givenCrmObject(pool, company, "deal", "kept", { quote_net_price: "60000.00" });
  // A record that its system will not give stops no other.
  expect((await reconciled(daysOn(0), "repriced")).counts).toEqual({ looked: 4, told: 1 });
  await givenCrmObject(pool, company, "deal", "repriced", { quote_net_price: "61000.00" });
  expect((await reconciled(daysOn(91))).counts).toEqual({ looked: 0, told: 0 });
});
