import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordKeys } from "../../../audit/record-keys.ts";
import { openRecord, readRecords, type LedgerPool } from "../../../audit/records.ts";
import { tellStory } from "../../../audit/story.ts";
import { batchCaseOf } from "../../../domain/batch-case.ts";
import { abandonBatches, openShares } from "../../../gateway/batches/open-batches.ts";
import { readBatch } from "../../../gateway/batches/view.ts";
import { ndjson, usageOf } from "../../fixtures/usage.ts";
import { tablesWith } from "../../proof/privacy/planted.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { batchDesk, lines, piecesOf } from "./desk.ts";

let database: TestDatabase;
let acme: LedgerPool;
let desk: ReturnType<typeof batchDesk>;
beforeAll(async () => {
  database = await testDatabase();
  acme = await database.poolOf("acme");
  desk = batchDesk(database, acme);
});
afterAll(() => database.drop());

describe("a batch", () => {
  test("is stored in chunks, with its digest, what could not be read, and a record of who sent it", async () => {
    const window = desk.nextWindow();
    const given = lines(4_500);
    const text = ndjson(given.slice(0, 3_000)) + '{"account":"a","points":"secret"}\n' + ndjson(given.slice(3_000));
    const received = await desk.send(window, text);
    expect(received).toEqual({ kind: "stored", batchId: expect.any(String), digest: expect.any(String) });
    const { batchId, digest } = received as { batchId: string; digest: string };
    expect(await desk.chunks(batchId)).toBe(3);
    expect(await readBatch(acme, "acme", batchId)).toMatchObject({
      batchId,
      source: "usage",
      window,
      state: "stored",
      format: "ndjson",
      digest,
      bytes: Buffer.byteLength(text),
      rows: 4_500,
      badRows: 1,
      bad: [{ line: 3_001, reason: "`points`: Invalid input: expected number, received string" }],
      functions: [{ functionId: "usage", state: "folding", objects: 0, told: 0, underWay: 0 }],
    });
    const opened = await openRecord(acme, "acme", recordKeys.batch(batchId));
    expect(opened?.record.body).toMatchObject({
      change: "stored",
      window,
      digest,
      rows: 4_500,
      badRows: 1,
      person: "feed",
    });
    expect(JSON.stringify(opened?.envelope)).not.toMatch(/feed/);
    expect(tellStory(opened ? [opened.record] : [])).toMatchObject([
      { who: "feed", text: `sends 4500 rows of usage for ${window}`, because: ["1 more could not be read"] },
    ]);
  });

  test("keeps no column that nobody named, and no word of a row that could not be read", async () => {
    const canary = "kim-at-example-com";
    const given = [
      { account: "stays-in-its-batch", points: 1, email: canary },
      { account: canary, points: canary },
    ];
    const batchId = await desk.stored(desk.nextWindow(), ndjson(given));
    expect(await tablesWith(database.pool, canary)).toEqual([]);
    expect((await tablesWith(database.pool, "stays-in-its-batch")).sort((a, b) => a.localeCompare(b))).toEqual([
      "batch_chunk",
    ]);
    await desk.carriedOn(batchId);
    expect(await tablesWith(database.pool, "stays-in-its-batch")).not.toContain("batch_chunk");
  });

  test("sent again with the same bytes is the same batch", async () => {
    const window = desk.nextWindow();
    const batchId = await desk.stored(window, ndjson(lines(10)));
    expect(await desk.send(window, ndjson(lines(10)))).toMatchObject({ kind: "known", batchId });
    expect(await desk.send(window, ndjson(lines(10)), { replace: true })).toMatchObject({ kind: "known", batchId });
    expect((await readBatch(acme, "acme", batchId))?.state).toBe("stored");
  });

  test("is the same however its window is written", async () => {
    const first = desk.nextWindow();
    const second = desk.nextWindow();
    const batchId = await desk.stored(first, ndjson(lines(10)));
    expect(await desk.send(`${first}/${second}`, ndjson(lines(10)))).toMatchObject({ kind: "known", batchId });
  });

  test("with other bytes is a conflict, and changes nothing", async () => {
    const window = desk.nextWindow();
    const batchId = await desk.stored(window, ndjson(lines(10)));
    expect(await desk.send(window, ndjson(lines(11)))).toMatchObject({ kind: "conflict", batchId });
    expect(await readBatch(acme, "acme", batchId)).toMatchObject({ state: "stored", rows: 10 });
  });

  test("that replaces another one takes its place, with a record of both", async () => {
    const window = desk.nextWindow();
    const first = await desk.stored(window, ndjson(lines(10)));
    await desk.folded(first);
    const second = await desk.stored(window, ndjson(lines(11)), { replace: true });
    expect(second).not.toBe(first);
    expect(await readBatch(acme, "acme", first)).toMatchObject({ state: "superseded", supersededBy: second });
    expect([await desk.chunks(first), await desk.objectsOf(first)]).toEqual([0, {}]);
    const { records } = await readRecords(acme, "acme", batchCaseOf("acme", first));
    const replacing = await openRecord(acme, "acme", recordKeys.batch(second));
    expect(records.map(({ body }) => body["change"])).toEqual(["stored", "superseded"]);
    expect(records[1]?.parents).toEqual([records[0]?.digest, replacing?.record.digest]);
    expect(replacing?.record.body).toMatchObject({ replaces: first });
    expect(await desk.send(window, ndjson(lines(11)))).toMatchObject({ kind: "known", batchId: second });
  });

  test("of nothing is a batch too, and told at once", async () => {
    const batchId = await desk.stored(desk.nextWindow(), "");
    await desk.carriedOn(batchId);
    expect(await readBatch(acme, "acme", batchId)).toMatchObject({ state: "told", rows: 0 });
  });

  test("lists its first thousand bad rows and counts the rest", async () => {
    const batchId = await desk.stored(desk.nextWindow(), "no\n".repeat(2_500));
    const batch = await readBatch(acme, "acme", batchId);
    expect([batch?.badRows, batch?.bad.length, batch?.bad.at(-1)?.line]).toEqual([2_500, 1_000, 1_000]);
  });

  test("that is too large, or has no readable header, leaves no row behind", async () => {
    const window = desk.nextWindow();
    const megabyte = Buffer.from(`${"x".repeat(1023)}\n`.repeat(1024));
    expect(await desk.send(window, piecesOf(...Array.from({ length: 65 }, () => megabyte)))).toEqual({
      kind: "too-large",
    });
    expect(await desk.send(window, "email\na", { format: "csv" })).toMatchObject({ kind: "unreadable" });
    const { rows } = await database.pool.query(
      "select 1 from batch_chunk where batch_id in (select batch_id from batch where window_name = $1)",
      [window],
    );
    expect(rows).toEqual([]);
    expect(await desk.send(window, ndjson(lines(1)))).toMatchObject({ kind: "stored" });
  });

  test("of one source and window comes from one sender at a time", async () => {
    const window = desk.nextWindow();
    let goOn = () => {};
    const halfway = new Promise<void>((resume) => (goOn = resume));
    let begins = () => {};
    const begun = new Promise<void>((resume) => (begins = resume));
    async function* slowly() {
      begins();
      yield Buffer.from(ndjson(lines(1)));
      await halfway;
    }
    const slow = desk.send(window, slowly());
    await begun;
    expect(await desk.send(window, ndjson(lines(2)))).toEqual({ kind: "under-way" });
    goOn();
    expect(await slow).toMatchObject({ kind: "stored" });
    expect(await desk.send(window, ndjson(lines(2)))).toMatchObject({ kind: "conflict" });
  });
});

describe("a sender that is cut off", () => {
  async function* cutOff(text: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
    throw new Error("cut off");
  }

  test("goes on where it was: chunks that stand are not written again", async () => {
    const window = desk.nextWindow();
    const text = ndjson(lines(9_000));
    await expect(desk.send(window, cutOff(ndjson(lines(5_000))))).rejects.toThrow("cut off");
    const { rows } = await database.pool.query<{ batch_id: string; n: number; xmin: string }>(
      "select c.batch_id, c.n, c.xmin::text from batch_chunk c join batch b using (company, batch_id) where window_name = $1 order by n",
      [window],
    );
    expect(rows.map(({ n }) => n)).toEqual([1, 2]);
    expect(await readBatch(acme, "acme", rows[0]?.batch_id ?? "")).toMatchObject({ state: "receiving", rows: 4_000 });
    const batchId = await desk.stored(window, text);
    expect(batchId).toBe(rows[0]?.batch_id);
    const after = await database.pool.query<{ n: number; xmin: string }>(
      "select n, xmin::text from batch_chunk where batch_id = $1 order by n",
      [batchId],
    );
    expect(after.rows).toHaveLength(5);
    expect(after.rows.slice(0, 2)).toEqual(rows.map(({ n, xmin }) => ({ n, xmin })));
    await desk.folded(batchId);
    expect(await desk.objectsOf(batchId)).toEqual(usageOf(lines(9_000)));
  });

  test("may come back with other bytes, or fewer: nothing of the first attempt stays", async () => {
    const window = desk.nextWindow();
    await expect(desk.send(window, cutOff(ndjson(lines(9_000))))).rejects.toThrow("cut off");
    const other = lines(3_000).map(({ account, points }) => ({ account, points: points + 1 }));
    const batchId = await desk.stored(window, ndjson(other));
    await desk.folded(batchId);
    expect(await desk.objectsOf(batchId)).toEqual(usageOf(other));
  });

  test("and never comes back is given up, with its rows", async () => {
    const window = desk.nextWindow();
    await expect(desk.send(window, cutOff(ndjson(lines(5_000))))).rejects.toThrow("cut off");
    await abandonBatches(acme, "acme", "2026-03-03T01:00:00.000Z");
    expect(await desk.send(window, cutOff(ndjson(lines(5_000)))).catch((error: Error) => error.message)).toBe(
      "cut off",
    );
    await abandonBatches(acme, "acme", "2026-03-04T03:00:00.000Z");
    const { rows } = await database.pool.query(
      "select b.n, b.state, c.n as chunk from batch b left join batch_chunk c using (company, batch_id) where window_name = $1",
      [window],
    );
    expect(rows).toEqual([{ n: 1, state: "abandoned", chunk: null }]);
    await desk.stored(window, ndjson(lines(1)));
  });
});

test("a company sees and works at its own batches alone", async () => {
  const batchId = await desk.stored(desk.nextWindow(), ndjson(lines(10)));
  const bolt = await database.poolOf("bolt");
  expect(await readBatch(bolt, "acme", batchId)).toBeUndefined();
  expect(await openShares(bolt, "acme")).toEqual([]);
});
