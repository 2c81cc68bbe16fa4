import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startPublisher } from "../../../proof/log/publisher.ts";
import { checkpointFileOf } from "../../../proof/sinks/checkpoint-file.ts";
import { fileSink } from "../../../proof/sinks/file.ts";
import { SinkError, type CheckpointSink } from "../../../proof/sinks/sink.ts";
import { appendRecords, type LedgerPool, type Sql } from "../../../audit/records.ts";
import { draftsFor } from "./kept-log.ts";
import { keptLog } from "../../fixtures/log.ts";
import { givenCheckpoint } from "../../fixtures/logged.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../../setup/database.ts";
import { removeHome, temporaryHome } from "../../setup/temporary-home.ts";
import { copyOf } from "../copied-database.ts";

/** Longer than a loaded machine takes. */
const SOON = { timeout: 20_000 };

const NOW = "2026-05-04T10:00:00.000Z";
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

async function grow(pool: LedgerPool, company: string, from: number, added: number): Promise<void> {
  await appendRecords(pool, draftsFor(company, from, added));
  await givenCheckpoint(pool, company);
}

function publishing(sql: Sql, company: string, sink: CheckpointSink) {
  const { log, lines } = keptLog();
  const settings = { sql, company, secret: TEST_SECRET, sinks: [sink], log, pollMs: 20, retryMs: 40 };
  const publisher = startPublisher(settings);
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= publisher.stop());
  onTestFinished(stop);
  return { stop, lines, alarms: () => lines.filter(({ level }) => level === 50) };
}

function folderForTest(): string {
  const home = temporaryHome("publisher");
  onTestFinished(() => removeHome(home));
  return home;
}

describe("publishing checkpoints", () => {
  test("goes on after a restart from what the sink holds", async () => {
    const [company, folder] = ["again", folderForTest()];
    const lines = () => readFileSync(checkpointFileOf(folder, company), "utf8").trimEnd().split("\n").length;
    for (const round of [1, 2, 3]) {
      await grow(database.pool, company, round * 10, 1);
      const { stop } = publishing(
        database.pool,
        company,
        fileSink(folder, () => NOW),
      );
      await stop();
      expect(lines()).toBe(round);
    }
    await publishing(
      database.pool,
      company,
      fileSink(folder, () => NOW),
    ).stop();
    expect(lines()).toBe(3);
  });

  test("raises the alarm when the database was put back to an older copy, and again while it stays so", async () => {
    const [company, folder] = ["put-back", folderForTest()];
    const sink = fileSink(folder, () => NOW);
    await grow(database.pool, company, 0, 3);
    const copy = await copyOf(database);
    await grow(database.pool, company, 3, 2);
    await publishing(database.pool, company, sink).stop();
    const { alarms } = publishing(copy.pool, company, sink);
    await expect.poll(() => alarms().length, SOON).toBeGreaterThan(1);
    expect(alarms()[0]).toMatchObject({
      msg: "the audit log has forked",
      code: "SINK_FORKED",
      sink: "the checkpoint file",
      log: company,
      error: expect.stringContaining("holds 5 leaves of mandate.local/put-back; 3 were offered") as string,
    });
    await grow(copy.pool, company, 1_000, 7);
    await expect.poll(() => alarms().at(-1)?.["error"], SOON).toMatch(/does not extend the 5 leaves last published/);
  });

  test("raises it too when that happens under a process that runs", async () => {
    const [company, folder] = ["under-us", folderForTest()];
    await grow(database.pool, company, 0, 3);
    const copy = await copyOf(database);
    await grow(database.pool, company, 3, 2);
    let current: LedgerPool = database.pool;
    // oxlint-disable-next-line typescript/unbound-method -- applied to its pool
    const query: Sql["query"] = (...given: readonly unknown[]) => Reflect.apply(current.query, current, given);
    const { alarms } = publishing(
      { query },
      company,
      fileSink(folder, () => NOW),
    );
    await expect.poll(() => existsSync(checkpointFileOf(folder, company)), SOON).toBe(true);
    expect(alarms()).toEqual([]);
    current = copy.pool;
    await expect.poll(() => alarms().at(0), SOON).toMatchObject({ code: "SINK_FORKED" });
  });

  test("does not mistake a newer head that another process published for a fork", async () => {
    const company = "overtaken";
    await grow(database.pool, company, 0, 3);
    let offered = 0;
    const { alarms, lines } = publishing(database.pool, company, {
      name: "overtaken",
      async publish({ size }) {
        offered += 1;
        if (offered > 1) return;
        await grow(database.pool, company, 3, 2);
        throw new SinkError("SINK_AHEAD", `holds 5, was offered ${size}`, 5);
      },
    });
    await expect.poll(() => offered, SOON).toBe(1);
    await grow(database.pool, company, 5, 1);
    await expect.poll(() => offered, SOON).toBe(2);
    expect([alarms(), lines]).toEqual([[], []]);
  });

  test("waits longer after each failure", async () => {
    const company = "patient";
    await grow(database.pool, company, 0, 1);
    const triedMs: number[] = [];
    const { stop } = publishing(database.pool, company, {
      name: "failing",
      publish() {
        triedMs.push(performance.now());
        return Promise.reject(new Error("no"));
      },
    });
    await expect.poll(() => triedMs.length, { timeout: 5_000 }).toBeGreaterThan(3);
    await stop();
    const waits = triedMs.slice(1, 4).map((at, index) => at - (triedMs[index] ?? 0));
    expect(waits.map((wait, index) => wait >= 40 * 2 ** index)).toEqual([true, true, true]);
  });
});
