import { Client, Connection } from "@temporalio/client";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, inject, test } from "vitest";
import { startRelay } from "../../gateway/inbox/relay.ts";
import { SCHEDULED_WORKFLOW, taskQueue } from "../../temporal.config.ts";
import { daysAfter, givenWarranties, warranties } from "../fixtures/dated.ts";
import { watchedEngine } from "../fixtures/engine.ts";
import { withFunctions } from "../fixtures/functions.ts";
import { keptLog } from "../fixtures/log.ts";
import { buildForTest } from "../setup/build.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { keepWorker } from "./kept-worker.ts";
import type { KillPoint } from "./kill-points.ts";

let database: TestDatabase;
let client: Client;
let entry: string;
let folder: string;
beforeAll(async () => {
  database = await testDatabase();
  client = new Client({ connection: await Connection.connect({ address: inject("temporalAddress") }) });
  folder = mkdtempSync(join(tmpdir(), "mandate-sweep-"));
  entry = await buildForTest("test/faults/faulty-worker.ts");
});
afterAll(async () => {
  await client.connection.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const AT = "2026-03-02T02:00:00.000Z";

describe("a worker killed with SIGKILL in the middle of a sweep: each case is opened once, none is left out", () => {
  test.for<KillPoint>([
    { when: "before", activity: "runPage", occurrence: 3 },
    { when: "after", activity: "runPage", occurrence: 2 },
  ])("$when page $occurrence", { timeout: 90_000 }, async (kill, { expect }) => {
    const company = `sweep-${kill.when}`;
    const pool = await database.poolOf(company);
    const ids = Array.from({ length: 700 }, (_, n) => `w${String(n).padStart(3, "0")}`);
    const ends = ids.map((id, n) => [id, daysAfter(AT, n % 7 === 0 ? 35 : 300)] as const);
    await givenWarranties(pool, company, Object.fromEntries(ends));
    const marker = join(folder, company);
    const temporalAddress = inject("temporalAddress");
    const databaseUrl = await database.urlOf(company);
    const worker = keepWorker(entry, {
      databaseUrl,
      temporalAddress,
      queuePrefix: company,
      kill,
      marker,
    });
    const engine = watchedEngine();
    const relay = startRelay({
      pool,
      starter: engine,
      log: keptLog().log,
      functions: withFunctions(warranties),
      pollMs: 20,
    });
    try {
      const end: unknown = await client.workflow.execute(SCHEDULED_WORKFLOW, {
        workflowId: `${company}:warranties:sweep-${AT}`,
        taskQueue: taskQueue(company, "orchestration"),
        args: [{ company, functionId: "warranties", work: "sweep", at: AT }],
      });
      expect(end).toMatchObject({ at: AT, counts: { looked: 700 } });
      await expect.poll(() => engine.delivered.length, { timeout: 30_000 }).toBe(100);
      expect(engine.delivered.map(({ event }) => event.objectId).toSorted()).toEqual(ids.filter((_, n) => n % 7 === 0));
      expect([existsSync(marker), worker.deaths()]).toEqual([true, 1]);
    } finally {
      await relay.stop();
      await worker.stop();
    }
  });
});
