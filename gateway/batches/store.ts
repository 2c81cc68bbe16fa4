import { batchCaseOf } from "../../domain/batch-case.ts";
import { inTransaction } from "../../audit/ledgers/transaction.ts";
import { recordKeys } from "../../audit/record-keys.ts";
import { appendRecord, type Ledger, type LedgerPool, type Sql } from "../../audit/records.ts";
import { derivedId } from "../../audit/digest.ts";
import type { Chunk } from "./chunks.ts";
import { LISTED_BAD_ROWS } from "./limits.ts";
import type { BatchFormat } from "./split.ts";
import type { NamedWindow } from "./window.ts";

/** What a batch is of. */
export type BatchOf = { readonly company: string; readonly source: string; readonly window: NamedWindow };

type KnownBatch = {
  readonly batchId: string;
  readonly n: number;
  readonly state: "receiving" | "stored" | "told" | "superseded" | "abandoned";
  readonly digest: string | null;
};

/** Every batch of a source and window, the newest first. */
export async function batchesOf(sql: Sql, { company, source, window }: BatchOf): Promise<readonly KnownBatch[]> {
  const { rows } = await sql.query<KnownBatch>({
    name: "batches-of-window",
    text: `select batch_id as "batchId", n, state, digest from batch
           where company = $1 and source = $2 and window_from = $3 and window_until = $4 order by n desc`,
    values: [company, source, window.from, window.until],
  });
  return rows;
}

/** Makes the row of a batch that begins to come in. */
export async function beginBatch(sql: Sql, of: BatchOf, n: number, format: BatchFormat, at: string): Promise<string> {
  const { company, source, window } = of;
  const batchId = derivedId("bat", company, source, window.from, window.until, n);
  await sql.query({
    name: "begin-batch",
    text: `insert into batch (company, batch_id, source, window_name, window_from, window_until, n, format, state, touched_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, 'receiving', $9)`,
    values: [company, batchId, source, window.name, window.from, window.until, n, format, at],
  });
  return batchId;
}

/** The digests of the chunks that stand, in order. */
export async function chunkDigests(sql: Sql, company: string, batchId: string): Promise<readonly string[]> {
  const { rows } = await sql.query<{ digest: string }>({
    name: "batch-chunk-digests",
    text: "select digest from batch_chunk where company = $1 and batch_id = $2 order by n",
    values: [company, batchId],
  });
  return rows.map(({ digest }) => digest);
}

/** Writes a chunk, or another one in its place. */
export async function keepChunk(sql: Sql, company: string, batchId: string, chunk: Chunk, at: string): Promise<void> {
  const { n, digest, bytes, rowCount, badCount, rows, bad } = chunk;
  await sql.query({
    name: "keep-batch-chunk",
    text: `with touched as (update batch set touched_at = $10 where company = $1 and batch_id = $2)
           insert into batch_chunk (company, batch_id, n, digest, bytes, row_count, bad_count, rows, bad)
           values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb)
           on conflict (company, batch_id, n) do update set digest = excluded.digest, bytes = excluded.bytes,
             row_count = excluded.row_count, bad_count = excluded.bad_count, rows = excluded.rows, bad = excluded.bad`,
    values: [company, batchId, n, digest, bytes, rowCount, badCount, rows, bad, at],
  });
}

/** Lets go of the chunks after the first `keep`. */
export async function dropChunks(sql: Sql, company: string, batchId: string, keep = 0): Promise<void> {
  await sql.query({
    name: "drop-batch-chunks",
    text: "delete from batch_chunk where company = $1 and batch_id = $2 and n > $3",
    values: [company, batchId, keep],
  });
}

/** A batch that is all there. `digests`: of its chunks, as this sender sent them. */
export type WholeBatch = BatchOf & {
  readonly batchId: string;
  readonly format: BatchFormat;
  readonly digest: string;
  readonly bytes: number;
  readonly digests: readonly string[];
  /** The functions that hear it. */
  readonly hearers: readonly string[];
  /** The batch in whose place it comes. */
  readonly replaces: string | undefined;
  readonly personId: string;
  readonly at: string;
};

/**
 * Makes a batch whole, with its record, and takes the one that it replaces out of force, with a record of that: all or
 * nothing. Throws when what stands is not what this sender sent: another one wrote at the same time.
 */
export async function completeBatch(pool: LedgerPool, whole: WholeBatch): Promise<void> {
  const { company, batchId, format, digest, bytes, digests, hearers, replaces, personId, at } = whole;
  await inTransaction(pool, async (sql) => {
    await sql.query("select from batch where company = $1 and batch_id = $2 for update", [company, batchId]);
    await dropChunks(sql, company, batchId, digests.length);
    const standing = await chunkDigests(sql, company, batchId);
    if (standing.join() !== digests.join())
      throw new Error(`batch \`${batchId}\` was written by two at once; send it again`);
    const { rows } = await sql.query<{ rows: number; badRows: number }>({
      name: "complete-batch",
      text: `update batch b set state = 'stored', digest = $3, bytes = $4, stored_at = $5, touched_at = $5,
               format = $7, stored_by = $8, row_count = c.row_count, bad_count = c.bad_count, bad = c.bad
             from (select coalesce(sum(row_count), 0) as row_count, coalesce(sum(bad_count), 0) as bad_count,
                     coalesce((select jsonb_agg(listed.bad) from (
                       select x.bad from batch_chunk k, jsonb_array_elements(k.bad) with ordinality as x (bad, place)
                       where k.company = $1 and k.batch_id = $2 order by k.n, x.place limit $6) as listed), '[]') as bad
                   from batch_chunk where company = $1 and batch_id = $2) as c
             where b.company = $1 and b.batch_id = $2
             returning b.row_count as rows, b.bad_count as "badRows"`,
      values: [company, batchId, digest, bytes, at, LISTED_BAD_ROWS, format, personId],
    });
    await sql.query({
      name: "share-batch",
      text: `insert into batch_share (company, batch_id, function_id, state) select $1, $2, unnest($3::text[]), 'folding'`,
      values: [company, batchId, hearers],
    });
    await recordStored(sql, whole, rows[0] ?? { rows: 0, badRows: 0 });
    if (replaces !== undefined) await supersede(sql, whole, replaces);
  });
}

async function recordStored(ledger: Ledger, whole: WholeBatch, counts: { rows: number; badRows: number }) {
  const { company, batchId, source, window, digest, bytes, replaces, personId, at } = whole;
  const { name, from, until } = window;
  const what = { batchId, source, window: name, from, until, digest, bytes, ...counts };
  await appendRecord(ledger, {
    company,
    caseId: batchCaseOf(company, batchId),
    kind: "batch",
    key: recordKeys.batch(batchId),
    at,
    body: { change: "stored", ...what, ...(replaces !== undefined && { replaces }), person: personId },
    person: personId,
  });
}

/** What it did not tell yet is told by nobody; what it told stands, and what comes in its place is told after it. */
async function supersede(
  ledger: Ledger,
  { company, batchId, personId, at }: WholeBatch,
  replaced: string,
): Promise<void> {
  await standAside(ledger, company, replaced, batchId, at);
  await appendRecord(ledger, {
    company,
    caseId: batchCaseOf(company, replaced),
    kind: "batch",
    key: recordKeys.superseded(replaced),
    at,
    body: { change: "superseded", batchId: replaced, by: batchId, person: personId },
    person: personId,
    parents: [recordKeys.batch(replaced), recordKeys.batch(batchId)],
  });
}

/** Takes a batch out of force, with all that is left of it to be done. */
export async function standAside(sql: Sql, company: string, batchId: string, by: string, at: string): Promise<void> {
  await sql.query({
    name: "supersede-batch",
    text: `update batch set state = 'superseded', superseded_by = $3, touched_at = $4
           where company = $1 and batch_id = $2`,
    values: [company, batchId, by, at],
  });
  await dropChunks(sql, company, batchId);
  await sql.query({
    name: "drop-batch-objects",
    text: "delete from batch_object where company = $1 and batch_id = $2",
    values: [company, batchId],
  });
}
