import { setTimeout } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { LedgerPool } from "../../../audit/records.ts";
import type { Pump } from "../../../db/pump.ts";
import { MAX_UNTOLD } from "../../../gateway/batches/limits.ts";
import { startBatchPump } from "../../../gateway/batches/pump.ts";
import { keptLog } from "../../fixtures/log.ts";
import { ndjson, withUsage } from "../../fixtures/usage.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { AT, batchDesk } from "./desk.ts";

let database: TestDatabase;
let acme: LedgerPool;
let desk: ReturnType<typeof batchDesk>;
let pump: Pump;
beforeAll(async () => {
  database = await testDatabase();
  acme = await database.poolOf("acme");
  desk = batchDesk(database, acme);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query("truncate inbox, inbox_clock");
});
afterEach(async () => {
  await pump.stop();
  vi.restoreAllMocks();
});

const start = () =>
  startBatchPump({
    pool: acme,
    company: "acme",
    functions: withUsage,
    now: () => AT,
    onTold: () => {},
    log: keptLog().log,
  });

test("while objects are on their way it looks a few times a second, however often it was poked", async () => {
  const accounts = Array.from({ length: MAX_UNTOLD + 1 }, (_, n) => ({ account: `a${n}`, points: 1 }));
  await desk.carriedOn(await desk.stored(desk.nextWindow(), ndjson(accounts)), false);
  const sent = vi.spyOn(acme, "query");
  const rounds = () =>
    sent.mock.calls.filter(([statement]) => (statement as { name?: string }).name === "abandon-batches").length;
  pump = start();
  for (let poke = 0; poke < 20; poke += 1) {
    pump.poke();
    await setTimeout(30);
  }
  const before = rounds();
  await setTimeout(2_000);
  expect(rounds() - before).toBeGreaterThan(2);
  expect(rounds() - before).toBeLessThan(16);
});
