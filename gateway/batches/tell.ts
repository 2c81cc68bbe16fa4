import { canonicalJson } from "../../audit/canonical-json.ts";
import { inTransaction } from "../../audit/ledgers/transaction.ts";
import type { LedgerPool, Sql } from "../../audit/records.ts";
import { objectRefOf } from "../../domain/ids.ts";
import type { JsonObject } from "../../domain/json.ts";
import { acceptEvents, inboxEventFor, type InboxEvent } from "../inbox/accept.ts";
import { batchKeyOf, madeHere } from "../inbox/origin.ts";
import type { Hearer } from "./hearers.ts";
import { MAX_UNTOLD } from "./limits.ts";
import type { OpenShare } from "./open-batches.ts";

type ObjectRow = { objectId: string; reading: JsonObject; overtaken: boolean };

/**
 * Puts the next objects of a function's batch into the inbox, as many as may wait there, and lets go of them here, in one
 * transaction. Answers how many; the share is told once none is left.
 */
export async function tellObjects(pool: LedgerPool, share: OpenShare, hearer: Hearer, at: string): Promise<number> {
  return inTransaction(pool, async (sql) => {
    if (!(await isLive(sql, share))) return 0;
    const room = MAX_UNTOLD - (await untold(sql, share));
    const rows = room <= 0 ? [] : await nextObjects(sql, share, hearer, room);
    if (rows.length > 0)
      await acceptEvents(
        sql,
        rows.map((row) => eventOf(share, hearer, row, at)),
      );
    if (room > 0) await letGo(sql, share, rows);
    return rows.length;
  });
}

/** Holds off whoever would replace the batch until this transaction ends. */
async function isLive(sql: Sql, { company, batchId }: OpenShare): Promise<boolean> {
  const { rows } = await sql.query({
    name: "hold-batch",
    text: "select from batch where company = $1 and batch_id = $2 and state = 'stored' for share",
    values: [company, batchId],
  });
  return rows.length > 0;
}

/** Rows of the batch in the inbox that have not reached their cases. */
async function untold(sql: Sql, { company, batchId }: OpenShare): Promise<number> {
  const { rows } = await sql.query<{ count: number }>({
    name: "untold-of-batch",
    text: `select count(*) as count from inbox
           where company = $1 and source = 'batch' and dispatched_at is null and state in ('pending', 'late')
             and starts_with(source_key, $2)`,
    values: [company, batchKeyOf(batchId, "")],
  });
  return rows[0]?.count ?? 0;
}

/** An object of which a later window of the source was told already is overtaken: its case does not go back. */
async function nextObjects(sql: Sql, share: OpenShare, hearer: Hearer, room: number): Promise<readonly ObjectRow[]> {
  const { company, batchId, functionId, source, window } = share;
  const { rows } = await sql.query<ObjectRow>({
    name: "next-batch-objects",
    text: `select o.object_id as "objectId", o.reading, exists (
             select from inbox i
             where i.company = $1 and i.source = 'batch' and i.function_id = $3 and i.object_type = $6
               and i.object_id = o.object_id and i.body->>'source' = $4 and i.body->>'until' > $5) as overtaken
           from batch_object o where o.company = $1 and o.batch_id = $2 and o.function_id = $3
           order by o.object_id limit $7`,
    values: [company, batchId, functionId, source, window.until, hearer.objectType, room],
  });
  return rows;
}

function eventOf(
  share: OpenShare,
  hearer: Hearer,
  { objectId, reading, overtaken }: ObjectRow,
  at: string,
): InboxEvent {
  const { company, batchId, source, window } = share;
  const { system, objectType } = hearer;
  const body = { batchId, source, window: window.name, until: window.until, reading };
  const told = {
    company,
    source: madeHere.batch,
    sourceKey: batchKeyOf(batchId, objectRefOf(system, objectType, objectId)),
    bodyDigestInput: canonicalJson(body),
    system,
    objectType,
    objectId,
    occurredAt: overtaken && window.until < at ? window.until : at,
    stamp: overtaken ? ("source" as const) : ("arrival" as const),
    body,
  };
  return inboxEventFor(told, share.functionId);
}

async function letGo(sql: Sql, { company, batchId, functionId }: OpenShare, rows: readonly ObjectRow[]): Promise<void> {
  const names = [company, batchId, functionId];
  await sql.query({
    name: "let-go-of-objects",
    text: `delete from batch_object where company = $1 and batch_id = $2 and function_id = $3 and object_id = any ($4::text[])`,
    values: [...names, rows.map(({ objectId }) => objectId)],
  });
  await sql.query({
    name: "count-told-objects",
    text: `update batch_share s set told = s.told + $4, state = case when s.state = 'telling' and not exists (
               select from batch_object o where o.company = $1 and o.batch_id = $2 and o.function_id = $3)
             then 'told' else s.state end
           where s.company = $1 and s.batch_id = $2 and s.function_id = $3`,
    values: [...names, rows.length],
  });
}
