import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LedgerPool } from "../../audit/records.ts";
import type { BatchShown } from "../../gateway/http/batches.ts";
import { headersOf } from "../fixtures/api.ts";
import { ndjson, usageOf } from "../fixtures/usage.ts";
import { buildForTest } from "../setup/build.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { eventually } from "../setup/system.ts";
import type { StatementKill } from "./batch-gateway.ts";

let database: TestDatabase;
let acme: LedgerPool;
let headers: { [name: string]: string };
let entry = "";
let folder = "";
beforeAll(async () => {
  [database, entry] = await Promise.all([testDatabase(), buildForTest("test/faults/batch-gateway.ts")]);
  acme = await database.poolOf("acme");
  headers = { ...(await headersOf(acme, "feed", "system")), "content-type": "application/x-ndjson" };
  folder = mkdtempSync(join(tmpdir(), "mandate-batch-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

/** 1,200 accounts of five rows each: three chunks, two pages of objects, six rounds of telling. */
const lines = Array.from({ length: 6_000 }, (_, n) => ({ account: `a${n % 1_200}`, points: n + 1 }));

/** A gateway that dies at the point, and then one that lives. */
async function startGateway(databaseUrl: string, kill: StatementKill, marker: string) {
  let child: ChildProcess;
  let url = "";
  async function start(): Promise<void> {
    child = fork(entry, [JSON.stringify({ databaseUrl, kill, marker })], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const [said] = (await Promise.race([
      once(child, "message"),
      once(child, "exit").then(() => Promise.reject(new Error("the gateway ended before it was ready"))),
    ])) as [{ url: string }];
    ({ url } = said);
  }
  await start();
  return {
    url: () => url,
    /** Starts another one once this one is dead; answers whether it is. */
    async revive(): Promise<boolean> {
      if (child.exitCode === null && child.signalCode === null) return false;
      await start();
      return true;
    },
    async stop(): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

const points: readonly StatementKill[] = [
  { statement: "keep-batch-chunk", occurrence: 2, when: "after" },
  { statement: "complete-batch", occurrence: 1, when: "after" },
  { statement: "keep-batch-objects", occurrence: 1, when: "after" },
  { statement: "keep-batch-objects", occurrence: 2, when: "before" },
  { statement: "end-folding", occurrence: 1, when: "after" },
  { statement: "let-go-of-objects", occurrence: 3, when: "after" },
  { statement: "count-told-objects", occurrence: 1, when: "after" },
];

test.for(points)(
  "a gateway killed $when $statement ($occurrence) loses no row and tells no object twice",
  { timeout: 120_000 },
  async (kill, { onTestFinished }) => {
    const name = `${kill.statement}-${kill.when}-${kill.occurrence}`;
    const window = `2020-01-${String(points.indexOf(kill) + 1).padStart(2, "0")}`;
    const gateway = await startGateway(await database.urlOf("acme"), kill, join(folder, name));
    onTestFinished(() => gateway.stop());
    let deaths = 0;
    const call = async <T>(path: string, init: RequestInit = {}): Promise<T | undefined> => {
      if (await gateway.revive()) {
        deaths += 1;
        // What the dead one had claimed, as if its lease had run out.
        await acme.query("update inbox set retry_at = clock_timestamp() where dispatched_at is null");
      }
      const response = await fetch(`${gateway.url()}${path}`, { headers, ...init }).catch(() => undefined);
      return response === undefined ? undefined : ((await response.json().catch(() => undefined)) as T | undefined);
    };
    const sent = await eventually(async () => {
      const answer = await call<BatchShown>(`/v1/batches/usage?window=${window}`, {
        method: "POST",
        body: ndjson(lines),
      });
      return answer?.batchId === undefined ? undefined : answer;
    }, 40_000);
    await eventually(async () => {
      const batch = await call<BatchShown>(`/v1/batches/${sent.batchId}`);
      return batch?.state === "told" && batch.functions[0]?.underWay === 0 ? batch : undefined;
    }, 40_000);
    expect(deaths).toBe(1);
    const { rows } = await acme.query<{ id: string; reading: object; state: string }>(
      "select object_id as id, body->'reading' as reading, state from inbox where source = 'batch' and body->>'batchId' = $1",
      [sent.batchId],
    );
    expect(rows).toHaveLength(1_200);
    expect(Object.fromEntries(rows.map(({ id, reading }) => [id, reading]))).toEqual(usageOf(lines));
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(["dispatched"]));
    const left = await acme.query("select 1 from batch_chunk union all select 1 from batch_object");
    expect(left.rowCount).toBe(0);
    const records = await acme.query("select 1 from audit_record where case_id = $1", [`acme:batches:${sent.batchId}`]);
    expect(records.rowCount).toBe(1);
  },
);
