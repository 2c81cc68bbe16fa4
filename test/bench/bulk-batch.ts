import { foldRows } from "../../gateway/batches/fold-rows.ts";
import { hearersOf } from "../../gateway/batches/hearers.ts";
import { openShares } from "../../gateway/batches/open-batches.ts";
import { receiveBatch } from "../../gateway/batches/receive.ts";
import { parseWindow } from "../../gateway/batches/window.ts";
import { withUsage } from "../fixtures/usage.ts";
import { createDatabase } from "../setup/database.ts";

/** Rows per second from the stream into the database, and from there into objects. `highestMb`: of this process. */
export type Bulk = {
  readonly name: string;
  readonly batchRows: number;
  readonly objects: number;
  readonly storedPerSecond: number;
  readonly foldedPerSecond: number;
  readonly highestMb: number;
};

const ROWS = 1_000_000;
const OBJECTS = 10_000;
const PIECE_ROWS = 2_000;
const NOW = "2026-03-03T02:00:00.000Z";

/** A million rows as they come over HTTP, in pieces that know nothing of lines. */
async function* rows(): AsyncGenerator<Uint8Array> {
  let left = "";
  for (let n = 0; n < ROWS; n += PIECE_ROWS) {
    const lines = Array.from({ length: PIECE_ROWS }, (_, at) => lineOf(n + at));
    const text = left + lines.join("");
    const cut = text.length - ((n / PIECE_ROWS) % 20);
    left = text.slice(cut);
    yield Buffer.from(text.slice(0, cut));
  }
  yield Buffer.from(left);
}

function lineOf(n: number): string {
  return `${JSON.stringify({ account: `a${(n * 7_919) % OBJECTS}`, points: n % 1_000, day: n % 28 })}\n`;
}

export async function bulkBatch({ postgresUrl }: { readonly postgresUrl: string }): Promise<Bulk> {
  const database = await createDatabase(postgresUrl);
  const watch = watchMemory();
  try {
    const pool = await database.poolOf("acme");
    const [hearer] = hearersOf("usage", withUsage);
    const window = parseWindow("2026-03-02");
    if (hearer === undefined || window === undefined) throw new Error("nobody hears it");
    const begun = performance.now();
    const received = await receiveBatch(
      { pool, now: () => NOW },
      {
        company: "acme",
        source: "usage",
        window,
        format: "ndjson",
        hearers: [hearer],
        replace: false,
        personId: "feed",
        body: rows(),
      },
    );
    const storedMs = performance.now() - begun;
    const [share] = await openShares(pool, "acme");
    if (received.kind !== "stored" || share === undefined) throw new Error(`the batch is ${received.kind}`);
    const folding = performance.now();
    await foldRows(pool, share, hearer, () => false);
    const foldedMs = performance.now() - folding;
    const [done] = await openShares(pool, "acme");
    if (done?.state !== "telling") throw new Error("not every row was folded");
    return {
      name: "bulk batch",
      batchRows: ROWS,
      objects: OBJECTS,
      storedPerSecond: (ROWS * 1_000) / storedMs,
      foldedPerSecond: (ROWS * 1_000) / foldedMs,
      highestMb: watch.stop(),
    };
  } finally {
    watch.stop();
    await database.drop();
  }
}

/** The most that this process held, in megabytes. */
function watchMemory(): { stop(): number } {
  let highest = 0;
  const look = () => {
    highest = Math.max(highest, process.memoryUsage().rss);
  };
  const timer = setInterval(look, 50);
  return {
    stop() {
      clearInterval(timer);
      return Math.round(highest / 1_048_576);
    },
  };
}
