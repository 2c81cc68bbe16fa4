import { rmSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, onTestFinished, test } from "vitest";
import { startIntegrator, type IntegratorSettings } from "../../../proof/log/integrator.ts";
import { checkpointFileOf } from "../../../proof/sinks/checkpoint-file.ts";
import { fileSink } from "../../../proof/sinks/file.ts";
import type { CheckpointSink, Outgoing } from "../../../proof/sinks/sink.ts";
import { withClient } from "../../../engines/postgres-connection.ts";
import { createLedgerPool } from "../../../db/pool.ts";
import { newestCheckpoint, waitingLogs } from "../../../proof/log/log-store.ts";
import { logSigner } from "../../../proof/log/log-keys.ts";
import { witnessSink } from "../../../proof/sinks/witness.ts";
import { appendRecord, appendRecords, type LedgerPool } from "../../../audit/records.ts";
import { checkpointsOf, draftFor, draftsFor, leavesOf, tamper } from "./kept-log.ts";
import { AT } from "../../fixtures/ledger.ts";
import { keptLog } from "../../fixtures/log.ts";
import { givenCheckpoint, TEST_HOST } from "../../fixtures/logged.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../../setup/database.ts";
import { removeHome, temporaryHome } from "../../setup/temporary-home.ts";
import { copyOf } from "../copied-database.ts";
import { running } from "../witness/running.ts";

/** Longer than a loaded machine takes. */
const SOON = { timeout: 20_000 };

/** Longer than any test takes: what is signed meanwhile was not signed because its time had come. */
const NEVER_MS = 600_000;
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

let companies = 0;
let company = "";
beforeEach(() => {
  company = `co-${(companies += 1)}`;
});

function started(more: Partial<IntegratorSettings> = {}) {
  const { log, lines } = keptLog();
  const settings = { company, secret: TEST_SECRET, host: TEST_HOST, sinks: [], log, pollMs: 20, pool: database.pool };
  const integrator = startIntegrator({ ...settings, ...more });
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= integrator.stop());
  onTestFinished(stop);
  return { stop, lines };
}

const signedSize = async (log = company) => (await newestCheckpoint(database.pool, company, log))?.size ?? 0;
const append = (index: number, urgent = false) => appendRecord(database.pool, draftFor(company, index, { urgent }));

describe("the integrator", () => {
  test("signs the first record soon, then waits, and signs at once what is urgent", async () => {
    started({ everyMs: NEVER_MS });
    await append(0);
    await expect.poll(() => signedSize(), SOON).toBe(1);
    await append(1);
    await append(2, true);
    await expect.poll(() => signedSize(), SOON).toBe(3);
    expect((await checkpointsOf(database.pool, company)).map(({ size }) => size)).toEqual([1, 3]);
  });

  test("signs what is not urgent when its time has come", async () => {
    started({ everyMs: 100 });
    await append(0);
    await expect.poll(() => signedSize(), SOON).toBe(1);
    await append(1);
    await expect.poll(() => signedSize(), SOON).toBe(2);
  });

  test("looks after every log of the company", async () => {
    started();
    const log = `${company}~globex`;
    await appendRecord(database.pool, draftFor(company, 0, { log, urgent: true }));
    await append(1, true);
    await expect.poll(() => signedSize(log), SOON).toBe(1);
    await expect.poll(() => signedSize(), SOON).toBe(1);
  });

  test("leaves nothing waiting when it is asked to stop", async () => {
    const { stop } = started({ everyMs: NEVER_MS });
    await append(0);
    await expect.poll(() => signedSize(), SOON).toBe(1);
    await appendRecords(database.pool, draftsFor(company, 1, 50));
    await stop();
    expect(await waitingLogs(database.pool, company)).toEqual([]);
    expect(await signedSize()).toBe(51);
  });

  test("shares the work with another one, and neither signs what the other does not extend", async () => {
    const both = [started({ everyMs: 1 }), started({ everyMs: 1 })];
    for (let index = 0; index < 60; index += 1) await append(index, index % 3 === 0);
    await Promise.all(both.map(({ stop }) => stop()));
    expect((await leavesOf(database.pool, company)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 60 }, (_, seq) => seq),
    );
    expect(await signedSize()).toBe(60);
    for (const { lines } of both) expect(lines.filter(({ level }) => level >= 40)).toEqual([]);
  });

  test("tells of a log that was tampered with, leaves it as it is, and goes on with the others", async () => {
    const partnerLog = `${company}~globex`;
    await appendRecord(database.pool, draftFor(company, 0, { log: partnerLog }));
    await givenCheckpoint(database.pool, company, partnerLog);
    await tamper(database.pool, "audit_log", "update audit_log set size = 0 where company = $1", [company]);
    const { lines, stop } = started({ everyMs: 100 });
    await appendRecord(database.pool, draftFor(company, 1, { log: partnerLog, urgent: true }));
    await expect
      .poll(() => lines.find(({ msg }) => msg === "no checkpoint was signed"))
      .toMatchObject({
        level: 50,
        log: partnerLog,
        code: "size-changed",
      });
    await append(2, true);
    await expect.poll(() => signedSize(), SOON).toBe(1);
    await append(3);
    await stop();
    expect(await waitingLogs(database.pool, company)).toEqual([{ log: partnerLog, urgent: true }]);
    expect(await checkpointsOf(database.pool, company, partnerLog)).toHaveLength(1);
  });

  test("signs no second tree when the database was put back to an older copy, until somebody clears the file", async () => {
    const folder = temporaryHome("integrator");
    onTestFinished(() => removeHome(folder));
    const sinks = [fileSink(folder, () => AT)];
    await appendRecords(database.pool, draftsFor(company, 0, 3));
    await started({ sinks }).stop();
    const copy = await copyOf(database);
    await appendRecords(database.pool, draftsFor(company, 3, 2));
    await started({ sinks }).stop();
    await appendRecords(copy.pool, draftsFor(company, 1_000, 9));
    const { lines } = started({ sinks, pool: copy.pool, everyMs: 50 });
    await expect
      .poll(() => lines.find(({ msg }) => msg === "no checkpoint was signed"), SOON)
      .toMatchObject({
        level: 50,
        code: "SINK_FORKED",
        error: expect.stringContaining("5 leaves were signed, and the database has 3") as string,
      });
    expect((await checkpointsOf(copy.pool, company)).map(({ size }) => size)).toEqual([3]);
    rmSync(checkpointFileOf(folder, company));
    await expect
      .poll(async () => (await checkpointsOf(copy.pool, company)).map(({ size }) => size), SOON)
      .toEqual([3, 12]);
  });

  test("signs no second tree when the whole home was put back and only a witness knows, whoever starts next", async () => {
    const origin = `${TEST_HOST}/${company}`;
    const { url, vkey, stop: stopWitness } = await running([{ origin, vkey: logSigner(TEST_SECRET, origin).vkey }]);
    const seenBy = (pool: LedgerPool) => [witnessSink(pool, { url, vkey, timeoutMs: 2_000 })];
    await appendRecords(database.pool, draftsFor(company, 0, 3));
    await started({ sinks: seenBy(database.pool) }).stop();
    const copy = await copyOf(database);
    await appendRecords(database.pool, draftsFor(company, 3, 2));
    await started({ sinks: seenBy(database.pool) }).stop();
    await appendRecords(copy.pool, draftsFor(company, 1_000, 9));
    const refused = async () => {
      const { lines, stop } = started({ sinks: seenBy(copy.pool), pool: copy.pool, everyMs: 50 });
      await expect
        .poll(() => lines.find(({ msg }) => msg === "no checkpoint was signed"), SOON)
        .toMatchObject({
          level: 50,
          code: "SINK_FORKED",
          error: expect.stringMatching(/holds 5 leaves of .*; 3 were offered; the database was put back/) as string,
        });
      await stop();
      expect((await checkpointsOf(copy.pool, company)).map(({ size }) => size)).toEqual([3]);
    };
    await refused();
    // What was refused once is known to who cannot ask.
    await stopWitness();
    await refused();
    await started({ pool: copy.pool }).stop();
    expect((await checkpointsOf(copy.pool, company)).map(({ size }) => size)).toEqual([3, 12]);
  });

  test("signs on while a witness does not answer", async () => {
    const { url, vkey, stop } = await running([]);
    await stop();
    started({ sinks: [witnessSink(database.pool, { url, vkey, timeoutMs: 500 })], everyMs: 50 });
    await append(0);
    await expect.poll(() => signedSize(), SOON).toBe(1);
    await append(1);
    await expect.poll(() => signedSize(), SOON).toBe(2);
  });

  test("outlives a database that is away, and goes on when it is back", async () => {
    const name = new URL(database.url).pathname.slice(1);
    const allow = (connections: boolean) =>
      withClient(inject("postgresUrl"), "test", async (admin) => {
        await admin.query(`alter database ${name} allow_connections ${connections}`);
        if (connections) return;
        await admin.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1", [name]);
      });
    const pool = createLedgerPool(database.url, TEST_SECRET);
    onTestFinished(() => pool.end());
    const { lines } = started({ pool, everyMs: 100 });
    await append(0, true);
    await expect.poll(() => signedSize(), SOON).toBe(1);
    await allow(false);
    await expect.poll(() => lines.filter(({ level }) => level >= 40).length, SOON).toBeGreaterThan(0);
    await allow(true);
    await append(1, true);
    await expect.poll(() => signedSize(), SOON).toBe(2);
  });
});

describe("checkpoints on their way out", () => {
  /** A sink that fails as often as it is told to, and keeps what it was given. */
  function keepingSink(name: string, failures = 0) {
    const published: Outgoing[] = [];
    let left = failures;
    const sink: CheckpointSink = {
      name,
      async publish(checkpoint) {
        if ((left -= 1) >= 0) throw new Error("no room");
        published.push(checkpoint);
      },
    };
    return { sink, sizes: () => published.map(({ size }) => size) };
  }

  test("reach every sink, the last ones when the process ends", async () => {
    const [one, other] = [keepingSink("one"), keepingSink("other")];
    const { stop } = started({ everyMs: NEVER_MS, sinks: [one.sink, other.sink] });
    await append(0);
    await expect.poll(one.sizes, SOON).toEqual([1]);
    await expect.poll(other.sizes, SOON).toEqual([1]);
    await append(1);
    await stop();
    expect([one.sizes(), other.sizes()]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test("wait for a sink that fails, which holds up neither the others nor the signing", async () => {
    const [failing, other] = [keepingSink("failing", 1), keepingSink("other")];
    const { lines } = started({ sinks: [failing.sink, other.sink] });
    await append(0, true);
    await expect.poll(other.sizes, SOON).toEqual([1]);
    await append(1, true);
    await expect.poll(other.sizes, SOON).toEqual([1, 2]);
    await expect.poll(failing.sizes, { timeout: 10_000 }).toEqual([2]);
    expect(lines.find(({ msg }) => msg === "checkpoint not published")).toMatchObject({
      level: 40,
      sink: "failing",
      log: company,
      error: "no room",
    });
  });
});
