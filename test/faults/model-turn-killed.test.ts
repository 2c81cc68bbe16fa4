import { Client, Connection } from "@temporalio/client";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startBusySupplier, type BusySupplier } from "../fixtures/busy-model.ts";
import { givenPartner, givenQuote } from "../fixtures/programme.ts";
import { buildForTest } from "../setup/build.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { arrive, eventually } from "../setup/system.ts";
import { keepWorker } from "./kept-worker.ts";

let database: TestDatabase;
let connection: Connection;
let supplier: BusySupplier;

beforeAll(async () => {
  database = await testDatabase();
  connection = await Connection.connect({ address: inject("temporalAddress") });
  supplier = await startBusySupplier();
});
afterAll(async () => {
  await connection.close();
  await supplier.stop();
  await database.drop();
});

/** How long a turn may stand still when the worker that does it dies. */
const STALL_MS = 10_000;

test("a worker killed while a model speaks: another takes the turn up within 10 s", { timeout: 120_000 }, async () => {
  const company = "killed-turn";
  const pool = await database.poolOf(company);
  await givenPartner(pool, company, { partnerId: "partner-7" });
  await givenQuote(pool, company, "d1", 120_000);
  const settings = {
    databaseUrl: await database.urlOf(company),
    temporalAddress: inject("temporalAddress"),
    queuePrefix: company,
    model: supplier.model,
  };
  const entry = await buildForTest("test/faults/faulty-worker.ts");
  const client = new Client({ connection });
  const first = keepWorker(entry, settings);
  let second: ReturnType<typeof keepWorker> | undefined;
  try {
    await first.ready();
    // The model begins to speak after 60 s: whoever asks is in the middle of it.
    supplier.isSlow(60_000);
    const caseId = await arrive(client, {
      company,
      queuePrefix: company,
      functionId: "quoting",
      objectId: "d1",
      event: {},
    });
    await eventually(async () => (supplier.requests() === 1 ? true : undefined), 30_000);
    second = keepWorker(entry, settings);
    await second.ready();
    await first.stop("SIGKILL");
    const killedMs = performance.now();
    await eventually(async () => (supplier.requests() === 2 ? true : undefined), 30_000);
    expect(performance.now() - killedMs).toBeLessThan(STALL_MS);
    expect(await client.workflow.getHandle(caseId).result()).toEqual({ outcomes: ["executed"] });
    const { rows } = await pool.query<{ attempts: number }>(
      "select max(attempts) as attempts from model_turn where company = $1",
      [company],
    );
    expect(rows).toEqual([{ attempts: 2 }]);
  } finally {
    await Promise.all([first.stop(), second?.stop()]);
  }
});
