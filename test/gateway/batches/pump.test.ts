import { setTimeout } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { LedgerPool } from "../../../audit/records.ts";
import type { Pump } from "../../../db/pump.ts";
import { MAX_UNTOLD } from "../../../gateway/batches/limits.ts";
import { startBatchPump } from "../../../gateway/batches/pump.ts";
import { tellObjects } from "../../../gateway/batches/tell.ts";
import { readBatch } from "../../../gateway/batches/view.ts";
import { keptLog } from "../../fixtures/log.ts";
import { ndjson, withUsage } from "../../fixtures/usage.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { eventually } from "../../setup/system.ts";
import { AT, batchDesk, hearerOf, lines, piecesOf } from "./desk.ts";

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

test("a batch that was told when its gateway died is closed by the next one, which leaves those that come in alone", async () => {
  async function* cutOff() {
    yield* piecesOf(ndjson(lines(5_000)));
    throw new Error("cut off");
  }
  const halfway = desk.nextWindow();
  await expect(desk.send(halfway, cutOff())).rejects.toThrow("cut off");
  const batchId = await desk.stored(desk.nextWindow(), ndjson([{ account: "a", points: 1 }]));
  await desk.folded(batchId);
  const share = await desk.shareOf(batchId);
  expect(share && (await tellObjects(acme, share, hearerOf("usage"), AT))).toBe(1);
  expect(await readBatch(acme, "acme", batchId)).toMatchObject({ state: "stored", functions: [{ state: "told" }] });
  pump = start();
  const closed = await eventually(async () => {
    const batch = await readBatch(acme, "acme", batchId);
    return batch?.state === "stored" ? undefined : batch;
  });
  expect([closed.state, closed.toldAt, await desk.chunks(batchId)]).toEqual(["told", AT, 0]);
  const { rows } = await database.pool.query("select batch_id from batch where window_name = $1", [halfway]);
  const [begun] = rows as [{ batch_id: string }];
  expect(await desk.chunks(begun.batch_id)).toBe(2);
});
