import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LedgerPool } from "../../../audit/records.ts";
import { createReadTools } from "../../../deciding/read-tools.ts";
import { MAX_UNTOLD } from "../../../gateway/batches/limits.ts";
import { readBatch } from "../../../gateway/batches/view.ts";
import { parseWindow } from "../../../gateway/batches/window.ts";
import { embeddedAdapters } from "../../../tools/adapters.ts";
import { ndjson } from "../../fixtures/usage.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { AT, batchDesk } from "./desk.ts";

let database: TestDatabase;
let acme: LedgerPool;
let desk: ReturnType<typeof batchDesk>;
beforeAll(async () => {
  database = await testDatabase();
  acme = await database.poolOf("acme");
  desk = batchDesk(database, acme);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query("truncate inbox, inbox_clock");
});

describe("objects are told to their cases", () => {
  const accounts = (count: number) =>
    ndjson(Array.from({ length: count }, (_, n) => ({ account: `a${n}`, points: n + 1 })));

  test("once each, and then nothing of the batch is left but its counts", async () => {
    const window = desk.nextWindow();
    const batchId = await desk.stored(window, accounts(450));
    await desk.carriedOn(batchId);
    const told = await desk.toldOf(batchId);
    expect(told).toHaveLength(450);
    expect(new Set(told.map(({ object_id: id }) => id)).size).toBe(450);
    expect(told.find(({ object_id: id }) => id === "a7")).toMatchObject({ reading: { rows: 1, points: 8, last: 8 } });
    expect(await readBatch(acme, "acme", batchId)).toMatchObject({
      state: "told",
      toldAt: AT,
      functions: [{ functionId: "usage", state: "told", objects: 450, told: 450, underWay: 0 }],
    });
    expect([await desk.chunks(batchId), await desk.objectsOf(batchId)]).toEqual([0, {}]);
  });

  test(`at most ${MAX_UNTOLD} at a time, and more as cases have heard of them`, async () => {
    const batchId = await desk.stored(desk.nextWindow(), accounts(450));
    await desk.carriedOn(batchId, false);
    expect(await desk.toldOf(batchId)).toHaveLength(MAX_UNTOLD);
    await database.pool.query(
      "update inbox set dispatched_at = now(), state = 'dispatched' where event_id in (select event_id from inbox limit 30)",
    );
    await desk.carriedOn(batchId, false);
    expect(await desk.toldOf(batchId)).toHaveLength(MAX_UNTOLD + 30);
    expect((await readBatch(acme, "acme", batchId))?.functions).toMatchObject([
      { state: "telling", told: MAX_UNTOLD + 30, underWay: MAX_UNTOLD },
    ]);
  });

  test("a crash between telling and letting go tells nobody twice", async () => {
    const batchId = await desk.stored(desk.nextWindow(), accounts(20));
    await desk.folded(batchId);
    const { rows } = await database.pool.query("select * from batch_object where batch_id = $1", [batchId]);
    await desk.carriedOn(batchId);
    const before = await desk.toldOf(batchId);
    await database.pool.query(
      "insert into batch_object select * from jsonb_populate_recordset(null::batch_object, $1)",
      [JSON.stringify(rows)],
    );
    await database.pool.query("update batch set state = 'stored' where batch_id = $1", [batchId]);
    await database.pool.query("update batch_share set state = 'telling' where batch_id = $1", [batchId]);
    await desk.carriedOn(batchId);
    expect(await desk.toldOf(batchId)).toEqual(before);
  });

  test("an older window that comes later moves no case back, and opens those that never heard of a later one", async () => {
    const [older, later] = [desk.nextWindow(), desk.nextWindow()];
    await desk.carriedOn(await desk.stored(later, accounts(2)));
    const backfill = await desk.stored(older, accounts(3));
    await desk.carriedOn(backfill, true, "2026-03-04T02:00:00.000Z");
    const told = await desk.toldOf(backfill);
    expect(told.map(({ object_id: id, state }) => [id, state])).toEqual(
      expect.arrayContaining([
        ["a0", "late"],
        ["a1", "late"],
        ["a2", "dispatched"],
      ]),
    );
  });

  test("can be read by those who decide, until what said it is replaced", async () => {
    const read = async () => {
      const tools = createReadTools(
        acme,
        embeddedAdapters(acme, () => AT),
        () => AT,
      );
      return tools["batch.reading"]?.read("acme", { functionId: "usage", objectType: "account", objectId: "read-1" });
    };
    const [older, later] = [desk.nextWindow(), desk.nextWindow()];
    const points = (count: number) => ndjson([{ account: "read-1", points: count }]);
    expect(await read()).toBeUndefined();
    const first = await desk.stored(later, points(7));
    await desk.carriedOn(first);
    await desk.carriedOn(await desk.stored(older, points(3)));
    expect(await read()).toEqual({
      source: { source: "batch.reading", ref: "account/read-1", version: first, observedAt: AT },
      value: {
        source: "usage",
        window: later,
        until: parseWindow(later)?.until,
        reading: { rows: 1, points: 7, last: 7 },
      },
    });
    await desk.stored(later, ndjson([]), { replace: true });
    expect(await read()).toBeUndefined();
  });

  test("one that replaces another is told after it", async () => {
    const window = desk.nextWindow();
    await desk.carriedOn(await desk.stored(window, accounts(2)));
    const second = await desk.stored(window, accounts(3), { replace: true });
    await desk.carriedOn(second);
    expect((await desk.toldOf(second)).map(({ state }) => state)).toEqual(["dispatched", "dispatched", "dispatched"]);
  });
});
