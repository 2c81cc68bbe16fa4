import { canonicalJson } from "../../audit/canonical-json.ts";
import { nameObject } from "../../audit/object-names.ts";
import { inTransaction } from "../../audit/ledgers/transaction.ts";
import type { Ledger, LedgerPool, Sql } from "../../audit/records.ts";
import type { JsonObject } from "../../domain/json.ts";
import { createFold, type FoldedObject } from "./fold.ts";
import type { Hearer } from "./hearers.ts";
import type { OpenShare } from "./open-batches.ts";

/** Rows in memory at a time, and objects that are written together. */
const PAGE_ROWS = 2_000;
const PAGE_OBJECTS = 500;

type SortedRow = { objectId: string; row: JsonObject };

/**
 * Folds the rows of a function's batch into objects, in one reading that PostgreSQL sorts by object and line, and keeps
 * their readings as it goes: interrupted, it goes on after the last object that was kept. Answers false when `stopped`.
 */
export async function foldRows(
  pool: LedgerPool,
  share: OpenShare,
  hearer: Hearer,
  stopped: () => boolean,
): Promise<boolean> {
  const isDone = await inTransaction(pool, async (sql) => {
    await sql.query("set transaction read only");
    await openReading(sql, share, hearer);
    return foldPages(pool, sql, share, hearer, stopped);
  });
  if (isDone) await endFolding(pool, share);
  return isDone;
}

async function openReading(sql: Sql, share: OpenShare, { aggregate }: Hearer): Promise<void> {
  const { company, batchId, afterId } = share;
  await sql.query(
    `declare batch_rows no scroll cursor for
     select (r.pair->1->>$3) collate "C" as "objectId", r.pair->1 as row
     from batch_chunk c, jsonb_array_elements(c.rows) as r (pair)
     where c.company = $1 and c.batch_id = $2 and (r.pair->1->>$3) collate "C" > $4
     order by (r.pair->1->>$3) collate "C", (r.pair->>0)::int`,
    [company, batchId, aggregate.by, afterId],
  );
}

async function foldPages(
  pool: Ledger,
  reading: Sql,
  share: OpenShare,
  hearer: Hearer,
  stopped: () => boolean,
): Promise<boolean> {
  const fold = createFold(hearer, share.window);
  let done: FoldedObject[] = [];
  for (;;) {
    if (stopped()) return false;
    const { rows } = await reading.query<SortedRow>(`fetch ${PAGE_ROWS} from batch_rows`);
    for (const { objectId, row } of rows) {
      const before = fold.add(objectId, row);
      if (before !== undefined) done.push(before);
    }
    const last = rows.length < PAGE_ROWS ? fold.end() : undefined;
    if (last !== undefined) done.push(last);
    if (done.length >= PAGE_OBJECTS || rows.length < PAGE_ROWS) {
      await keepObjects(pool, share, await namedHere(pool, share, hearer, done));
      done = [];
    }
    if (rows.length < PAGE_ROWS) return true;
  }
}

type NamedObject = FoldedObject & { readonly name: string };

async function namedHere(
  ledger: Ledger,
  { company }: OpenShare,
  { system, objectType: type }: Hearer,
  done: readonly FoldedObject[],
): Promise<readonly NamedObject[]> {
  return Promise.all(
    done.map(async (one) => ({ ...one, name: await nameObject(ledger, company, { system, type, id: one.objectId }) })),
  );
}

/** Keeps readings and how far the fold is, in one statement; nothing of a batch that another one replaced meanwhile. */
async function keepObjects(sql: Sql, share: OpenShare, done: readonly NamedObject[]): Promise<void> {
  const last = done.at(-1);
  if (last === undefined) return;
  const told = done.flatMap(({ objectId: id, name, reading }) =>
    reading === undefined ? [] : [{ id, name, reading }],
  );
  await sql.query({
    name: "keep-batch-objects",
    text: `with live as (
             select s.company, s.batch_id, s.function_id, s.after_id from batch b
             cross join lateral (
               select * from batch_share x
               where x.company = b.company and x.batch_id = b.batch_id and x.function_id = $3 limit 1) s
             where b.company = $1 and b.batch_id = $2 and b.state = 'stored' and s.state = 'folding'
             for share of b),
           kept as (
             insert into batch_object (company, batch_id, function_id, object_id, reading)
             select live.company, live.batch_id, live.function_id, o.name, o.reading
             from live, jsonb_to_recordset($4::jsonb) as o (id text, name text, reading jsonb)
             where o.id collate "C" > live.after_id
             on conflict do nothing returning 1)
           update batch_share s set after_id = greatest(s.after_id, $5), objects = s.objects + (select count(*) from kept)
           where s.company = $1 and s.batch_id = $2 and s.function_id = $3 and exists (select from live)`,
    values: [share.company, share.batchId, share.functionId, canonicalJson(told), last.objectId],
  });
}

async function endFolding(sql: Sql, { company, batchId, functionId }: OpenShare): Promise<void> {
  await sql.query({
    name: "end-folding",
    text: `update batch_share set state = 'telling'
           where company = $1 and batch_id = $2 and function_id = $3 and state = 'folding'`,
    values: [company, batchId, functionId],
  });
}
