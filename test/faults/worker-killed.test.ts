import { Client, Connection } from "@temporalio/client";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, inject, test } from "vitest";
import { readRecords } from "../../audit/records.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { crmSays, givenPartner, notesOn, quoteDeskSays, givenQuote } from "../fixtures/programme.ts";
import { buildForTest } from "../setup/build.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { arrive, eventually, type Arrival } from "../setup/system.ts";
import { keepWorker } from "./kept-worker.ts";
import { killPoints } from "./kill-points.ts";

let database: TestDatabase;
let connection: Connection;
let entry: string;
let folder: string;

beforeAll(async () => {
  database = await testDatabase();
  connection = await Connection.connect({ address: inject("temporalAddress") });
  folder = mkdtempSync(join(tmpdir(), "mandate-faults-"));
  entry = await buildForTest("test/faults/faulty-worker.ts");
});
afterAll(async () => {
  await connection.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const expectedKinds =
  "turn turn proposal turn review decision escalation approval decision intent receipt proposal decision intent receipt case_end".split(
    " ",
  );
/** What would pass without people is told while they are asked; how far that is when they answer is nobody's promise. */
const noteKinds = ["proposal", "decision", "intent", "receipt"];

/** Whether two lists, each in its order, make up a third. */
function interleave(all: readonly string[], one: readonly string[], other: readonly string[]): boolean {
  const [first, ...rest] = all;
  if (first === undefined) return one.length + other.length === 0;
  return (
    (one[0] === first && interleave(rest, one.slice(1), other)) ||
    (other[0] === first && interleave(rest, one, other.slice(1)))
  );
}

describe.concurrent("a worker killed with SIGKILL: one effect, no gap, nothing lost", () => {
  test.for(killPoints)("$when $activity $occurrence", { timeout: 90_000 }, async (kill, { expect }) => {
    const point = `${kill.when}-${kill.activity}-${kill.occurrence}`.toLowerCase();
    const company = `kill-${point.replaceAll(/[^a-z0-9]+/g, "-")}`;
    const pool = await database.poolOf(company);
    await givenPartner(pool, company, { partnerId: "partner-7" });
    await givenQuote(pool, company, "d1", 180_000, { quote_id: "Q-1" });
    const client = new Client({ connection });
    const worker = keepWorker(entry, {
      databaseUrl: await database.urlOf(company),
      temporalAddress: inject("temporalAddress"),
      queuePrefix: company,
      kill,
      marker: join(folder, company),
    });
    const arrival: Arrival = { company, queuePrefix: company, functionId: "quoting", objectId: "d1", event: {} };
    try {
      const caseId = await arrive(client, arrival);
      const escalation = await openEscalationOf({ pool, client }, caseId, "", 60_000);
      const given = await eventually(async () => {
        const asked = await answer({ company, pool, client }, caseId, "approve", escalation).catch(() => undefined);
        return asked;
      }, 60_000);
      expect(["taken", "refused"]).toContain(given.kind);
      expect(await client.workflow.getHandle(caseId).result()).toEqual({ outcomes: ["executed"] });
      const desk = await quoteDeskSays(pool, company);
      expect(desk.approvals).toEqual([{ quote_id: "Q-1", net_price_minor: 8_200_000 }]);
      expect(desk.calls.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(await crmSays(pool, company)).toEqual([["d1", "quote_status", "approved"]]);
      const { records, intact } = await readRecords(pool, company, caseId);
      expect(intact).toBe(true);
      const kinds = records.map(({ kind }) => kind);
      expect([kinds, interleave(kinds, expectedKinds, noteKinds)]).toEqual([kinds, true]);
      expect(await notesOn(pool, company, "d1")).toHaveLength(1);
      expect(existsSync(join(folder, company)), "the kill really happened").toBe(true);
      expect(worker.deaths()).toBe(1);
    } finally {
      await worker.stop();
    }
  });
});
