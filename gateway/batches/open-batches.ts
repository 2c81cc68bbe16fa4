import type { Sql } from "../../audit/records.ts";
import type { Window } from "../../functions/definition.ts";

/** A function's part of a batch that is stored and not told. */
export type OpenShare = {
  readonly company: string;
  readonly batchId: string;
  readonly source: string;
  readonly window: Window & { readonly name: string };
  readonly functionId: string;
  readonly state: "folding" | "telling";
  readonly afterId: string;
};

type ShareRow = Omit<OpenShare, "company" | "window"> & { windowName: string; from: string; until: string };

/** What is left to do of batches, or of one of them, the oldest first. */
export async function openShares(sql: Sql, company: string, batchId?: string): Promise<readonly OpenShare[]> {
  const { rows } = await sql.query<ShareRow>({
    name: "open-batch-shares",
    text: `select b.batch_id as "batchId", b.source, b.window_name as "windowName", b.window_from as "from",
             b.window_until as "until", s.function_id as "functionId", s.state, s.after_id as "afterId"
           from batch b
           cross join lateral (
             select * from batch_share x where x.company = b.company and x.batch_id = b.batch_id offset 0) s
           where b.company = $1 and b.state = 'stored' and s.state <> 'told' and ($2::text is null or b.batch_id = $2)
           order by b.stored_at, b.batch_id, s.function_id`,
    values: [company, batchId ?? null],
  });
  return rows.map(({ windowName: name, from, until, ...share }) => ({
    ...share,
    company,
    window: { name, from, until },
  }));
}

/** Closes the stored batches of which every function is done, and lets go of the rows of those that all have folded. */
export async function closeDone(sql: Sql, company: string, at: string): Promise<void> {
  await sql.query({
    name: "drop-folded-rows",
    text: `delete from batch_chunk where company = $1 and batch_id = any (array(
             select b.batch_id from batch b where b.company = $1 and b.state = 'stored' and not exists (
               select from batch_share s where s.company = $1 and s.batch_id = b.batch_id and s.state = 'folding' offset 0)))`,
    values: [company],
  });
  await sql.query({
    name: "close-batches",
    text: `update batch b set state = 'told', told_at = $2, touched_at = $2
           where b.company = $1 and b.state = 'stored' and not exists (
             select from batch_share s where s.company = $1 and s.batch_id = b.batch_id and s.state <> 'told' offset 0)`,
    values: [company, at],
  });
}

/** Gives up batches of which nothing came since `before` (ISO 8601): their rows go. */
export async function abandonBatches(sql: Sql, company: string, before: string): Promise<void> {
  await sql.query({
    name: "abandon-batches",
    text: `with given_up as (
             update batch set state = 'abandoned' where company = $1 and state = 'receiving' and touched_at < $2
             returning batch_id)
           delete from batch_chunk where company = $1 and batch_id = any (array(select batch_id from given_up))`,
    values: [company, before],
  });
}
