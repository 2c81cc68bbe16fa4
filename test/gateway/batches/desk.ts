import type { LedgerPool } from "../../../audit/records.ts";
import type { FunctionTable } from "../../../functions/definition.ts";
import { foldRows } from "../../../gateway/batches/fold-rows.ts";
import { hearersOf, type Hearer } from "../../../gateway/batches/hearers.ts";
import { closeDone, openShares } from "../../../gateway/batches/open-batches.ts";
import { receiveBatch, type Received, type SentBatch } from "../../../gateway/batches/receive.ts";
import { tellObjects } from "../../../gateway/batches/tell.ts";
import { parseWindow } from "../../../gateway/batches/window.ts";
import { withUsage, type UsageLine } from "../../fixtures/usage.ts";
import type { TestDatabase } from "../../setup/database.ts";

/** The company's clock at every step. */
export const AT = "2026-03-03T02:00:00.000Z";

type Sending = Partial<Omit<SentBatch, "window" | "body">> & { readonly functions?: FunctionTable };
type Body = string | AsyncIterable<Uint8Array>;

export async function* piecesOf(...pieces: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece as string);
}

/** Rows about 500 accounts. */
export const lines = (count: number): UsageLine[] =>
  Array.from({ length: count }, (_, n) => ({ account: `a${(n * 7_919) % 500}`, points: n }));

export const hearerOf = (functionId: string, functions = withUsage): Hearer =>
  hearersOf("usage", functions).find((one) => one.functionId === functionId)!;

/** Batches of acme's source `usage`, step by step, as the gateway takes them. `acme`: the company's own login. */
export function batchDesk({ pool: owner }: TestDatabase, acme: LedgerPool) {
  let day = 0;

  /** Windows are each test's own. */
  function nextWindow(): string {
    day += 1;
    return new Date(Date.UTC(2020, 0, day)).toISOString().slice(0, 10);
  }

  async function send(
    window: string,
    body: Body,
    { functions = withUsage, ...changes }: Sending = {},
  ): Promise<Received> {
    const [first, ...others] = hearersOf("usage", functions);
    const named = parseWindow(window);
    if (named === undefined || first === undefined) throw new Error("no such window or hearer");
    return receiveBatch(
      { pool: acme, now: () => AT },
      {
        company: "acme",
        source: "usage",
        window: named,
        format: "ndjson",
        hearers: [first, ...others],
        replace: false,
        personId: "feed",
        body: typeof body === "string" ? piecesOf(body) : body,
        ...changes,
      },
    );
  }

  async function stored(window: string, body: Body, sending: Sending = {}): Promise<string> {
    const received = await send(window, body, sending);
    if (received.kind !== "stored") throw new Error(received.kind);
    return received.batchId;
  }

  async function shareOf(batchId: string, functionId = "usage") {
    return (await openShares(acme, "acme", batchId)).find((share) => share.functionId === functionId);
  }

  async function folded(batchId: string, functionId = "usage", functions = withUsage): Promise<boolean> {
    const share = await shareOf(batchId, functionId);
    return share !== undefined && foldRows(acme, share, hearerOf(functionId, functions), () => false);
  }

  /** As if cases had heard of all that waits in the inbox. */
  const deliver = () =>
    owner.query(
      "update inbox set state = case state when 'pending' then 'dispatched' else state end, dispatched_at = now()",
    );

  /** Folds and tells until nothing may go on; what is in the inbox goes to its cases in between when `delivered`. */
  async function carriedOn(batchId: string, delivered = true, at = AT): Promise<void> {
    await folded(batchId);
    for (let share = await shareOf(batchId); share !== undefined; share = await shareOf(batchId)) {
      const told = await tellObjects(acme, share, hearerOf("usage"), at);
      await closeDone(acme, "acme", at);
      if (told === 0 && !delivered) return;
      if (delivered) await deliver();
    }
  }

  /** Readings that wait to be told, by object. */
  async function objectsOf(batchId: string, functionId = "usage") {
    const { rows } = await owner.query<{ object_id: string; reading: object }>(
      `select coalesce(n.object_id, o.object_id) as object_id, o.reading from batch_object o
       left join object_name n on n.company = o.company and n.name = o.object_id
       where o.batch_id = $1 and o.function_id = $2 order by 1`,
      [batchId, functionId],
    );
    return Object.fromEntries(rows.map(({ object_id: id, reading }) => [id, reading]));
  }

  /** What cases were told, in the order it came. */
  async function toldOf(batchId: string) {
    const { rows } = await owner.query<{ object_id: string; state: string; reading: object }>(
      `select object_id, state, body->'reading' as reading from inbox
       where source = 'batch' and body->>'batchId' = $1 order by received_at, object_id`,
      [batchId],
    );
    return rows;
  }

  const chunks = async (batchId: string) =>
    (await owner.query("select 1 from batch_chunk where batch_id = $1", [batchId])).rowCount;

  return { nextWindow, send, stored, shareOf, folded, carriedOn, objectsOf, toldOf, chunks };
}
