import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerPool } from "../../../audit/records.ts";
import { foldRows } from "../../../gateway/batches/fold-rows.ts";
import { closeDone } from "../../../gateway/batches/open-batches.ts";
import { readBatch } from "../../../gateway/batches/view.ts";
import { withFunctions } from "../../fixtures/functions.ts";
import { ndjson, regions, usage, usageOf, type UsageLine } from "../../fixtures/usage.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { AT, batchDesk, hearerOf, lines, piecesOf } from "./desk.ts";

let database: TestDatabase;
let acme: LedgerPool;
let desk: ReturnType<typeof batchDesk>;
beforeAll(async () => {
  database = await testDatabase();
  acme = await database.poolOf("acme");
  desk = batchDesk(database, acme);
});
afterAll(() => database.drop());

describe("rows become objects", () => {
  test("each with its reading, and none for one that has nothing to tell", async () => {
    const given: UsageLine[] = [
      { account: "b", points: 2 },
      { account: "a", points: 1 },
      { account: "b", points: 5, metered: false },
      { account: "idle", points: 0 },
      { account: "Ä", points: 9 },
    ];
    const batchId = await desk.stored(desk.nextWindow(), ndjson(given));
    await desk.folded(batchId);
    expect(await desk.objectsOf(batchId)).toEqual({
      a: { rows: 1, points: 1, last: 1 },
      b: { rows: 2, points: 2, last: 5 },
      Ä: { rows: 1, points: 9, last: 9 },
    });
  });

  test("the same ones in whatever chunks and formats rows came", async () => {
    const account = fc.constantFrom("a", "b", "ab", "B", "z-1", "ä", "10", "9");
    const row = fc.record({ account, points: fc.nat(50), metered: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 60 }),
        fc.array(fc.nat(3_000), { maxLength: 8 }),
        fc.constantFrom("ndjson" as const, "csv" as const),
        async (given, cuts, format) => {
          const csv = ["account,points,metered", ...given.map((one) => Object.values(one).join(","))].join("\n");
          const bytes = Buffer.from(format === "csv" ? csv : ndjson(given));
          const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
          const pieces = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
          const batchId = await desk.stored(desk.nextWindow(), piecesOf(...pieces), { format });
          await inSmallChunks(batchId);
          await desk.folded(batchId);
          expect(await desk.objectsOf(batchId)).toEqual(usageOf(given));
        },
      ),
      { numRuns: 40 },
    );
  });

  /** Cuts what is stored into chunks of seven rows, as if they had been that small. */
  async function inSmallChunks(batchId: string): Promise<void> {
    await database.pool.query(
      `with old as (delete from batch_chunk where batch_id = $1 returning *),
            pairs as (select pair, row_number() over (order by old.n, place) as nth from old, jsonb_array_elements(rows) with ordinality as r (pair, place))
       insert into batch_chunk (company, batch_id, n, digest, bytes, row_count, bad_count, rows, bad)
       select 'acme', $1, 1000 - (nth - 1) / 7, 'x', 0, count(*), 0, jsonb_agg(pair order by nth), '[]' from pairs group by (nth - 1) / 7`,
      [batchId],
    );
  }

  test("for each function that hears the source, by its own key", async () => {
    const functions = withFunctions(usage, regions);
    const given = [
      { account: "a", region: "emea", points: 1 },
      { account: "b", region: "emea", points: 2 },
      { account: "a", region: "apac", points: 4 },
      { account: "c", points: 8 },
    ];
    const batchId = await desk.stored(desk.nextWindow(), ndjson(given), { functions });
    await desk.folded(batchId, "usage", functions);
    expect(await desk.chunks(batchId)).toBe(1);
    await desk.folded(batchId, "regions", functions);
    expect(Object.keys(await desk.objectsOf(batchId, "usage"))).toEqual(["a", "b", "c"]);
    expect(await desk.objectsOf(batchId, "regions")).toEqual({ apac: { points: 4 }, emea: { points: 3 } });
    await closeDone(acme, "acme", AT);
    expect(await desk.chunks(batchId)).toBe(0);
  });

  test("interrupted, it goes on after the last object that was kept", async () => {
    const given = Array.from({ length: 6_000 }, (_, n) => ({ account: `a${n % 3_000}`, points: n + 1 }));
    const batchId = await desk.stored(desk.nextWindow(), ndjson(given));
    let interruptions = 0;
    for (let isDone = false; !isDone; interruptions += 1) {
      const share = await desk.shareOf(batchId);
      if (share === undefined) throw new Error("no share");
      let pages = 0;
      isDone = await foldRows(acme, share, hearerOf("usage"), () => (pages += 1) > 1);
    }
    expect(interruptions).toBeGreaterThan(2);
    expect(await desk.objectsOf(batchId)).toEqual(usageOf(given));
    expect((await readBatch(acme, "acme", batchId))?.functions).toMatchObject([{ state: "telling", objects: 3_000 }]);
  });

  test("of a batch that is replaced meanwhile are not kept", async () => {
    const window = desk.nextWindow();
    const batchId = await desk.stored(window, ndjson(lines(100)));
    const share = await desk.shareOf(batchId);
    await desk.stored(window, ndjson(lines(101)), { replace: true });
    if (share !== undefined) await foldRows(acme, share, hearerOf("usage"), () => false);
    expect(await desk.objectsOf(batchId)).toEqual({});
  });
});
