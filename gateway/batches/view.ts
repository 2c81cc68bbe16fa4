import type { Sql } from "../../audit/records.ts";
import { batchCaseOf } from "../../domain/batch-case.ts";

/** A batch and how far it is. Times are ISO 8601. */
export type BatchView = {
  readonly batchId: string;
  /** Where it is recorded. */
  readonly caseId: string;
  readonly source: string;
  readonly window: string;
  readonly from: string;
  readonly until: string;
  readonly format: "ndjson" | "csv";
  readonly state: "receiving" | "stored" | "told" | "superseded" | "abandoned";
  readonly digest: string | null;
  readonly bytes: number;
  /** Those that are stored so far; bad ones are not among them, unless only some functions cannot read them. */
  readonly rows: number;
  readonly badRows: number;
  readonly supersededBy: string | null;
  readonly storedAt: string | null;
  readonly toldAt: string | null;
  readonly functions: readonly {
    readonly functionId: string;
    readonly state: "folding" | "telling" | "told";
    readonly objects: number;
    readonly told: number;
    /** Told, and not with their cases yet. */
    readonly underWay: number;
  }[];
};

/** What a batch has kept of the rows that could not be read, the first thousand. */
export type BadRow = { readonly line: number; readonly reason: string };

const batches = (condition: string) => `
  select b.batch_id as "batchId", b.source, b.window_name as "window", b.window_from as "from", b.window_until as "until",
    b.format, b.state, b.digest, b.superseded_by as "supersededBy", b.stored_at as "storedAt", b.told_at as "toldAt",
    case b.state when 'receiving' then c.bytes else b.bytes end as bytes,
    case b.state when 'receiving' then c.rows else b.row_count end as rows,
    case b.state when 'receiving' then c.bad else b.bad_count end as "badRows",
    coalesce(s.functions, '[]') as functions, b.bad,
    to_char(b.touched_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as touched
  from batch b
  left join lateral (
    select coalesce(sum(k.bytes), 0)::bigint as bytes, coalesce(sum(k.row_count), 0)::bigint as rows,
      coalesce(sum(k.bad_count), 0)::bigint as bad
    from batch_chunk k where k.company = b.company and k.batch_id = b.batch_id and b.state = 'receiving') c on true
  left join lateral (
    select jsonb_agg(jsonb_build_object('functionId', x.function_id, 'state', x.state, 'objects', x.objects, 'told', x.told,
        'underWay', (
          select count(*) from inbox i
          where i.company = b.company and i.source = 'batch' and i.dispatched_at is null and i.state in ('pending', 'late')
            and i.function_id = x.function_id and starts_with(i.source_key, b.batch_id || '/')))
      order by x.function_id) as functions
    from batch_share x where x.company = b.company and x.batch_id = b.batch_id) s on true
  where b.company = $1 and ${condition}`;

type Row = Omit<BatchView, "caseId"> & { readonly bad: readonly BadRow[]; readonly touched: string };

/** `after`: when a batch was last heard of, as a PostgreSQL timestamp in UTC to the microsecond, and its id. */
type ListedBatches = {
  readonly source: string | undefined;
  readonly after: readonly string[] | undefined;
  readonly limit: number;
};

/** Batches of a source, or of all, those that something came of last first; at most `limit` after a place. */
export async function listBatches(
  sql: Sql,
  company: string,
  { source, after = ["infinity", ""], limit }: ListedBatches,
): Promise<readonly (BatchView & { readonly place: readonly string[] })[]> {
  const { rows } = await sql.query<Row>(
    `${batches(`b.touched_at <= $4 and (b.touched_at, b.batch_id) < ($4::timestamptz, $5)
                and ($2::text is null or b.source = $2)`)}
     order by b.touched_at desc, b.batch_id desc limit $3`,
    [company, source ?? null, limit, ...after],
  );
  return rows.map(({ bad: _bad, touched, ...view }) => {
    return { ...view, caseId: batchCaseOf(company, view.batchId), place: [touched, view.batchId] };
  });
}

/** How many there are. */
export async function countBatches(sql: Sql, company: string, source: string | undefined): Promise<number> {
  const { rows } = await sql.query<{ total: number }>(
    `select count(*) as total from batch
     where company = $1 and touched_at > '-infinity' and ($2::text is null or source = $2)`,
    [company, source ?? null],
  );
  return rows[0]?.total ?? 0;
}

export async function readBatch(
  sql: Sql,
  company: string,
  batchId: string,
): Promise<(BatchView & { readonly bad: readonly BadRow[] }) | undefined> {
  const { rows } = await sql.query<Row>(batches("b.batch_id = $2"), [company, batchId]);
  if (rows[0] === undefined) return undefined;
  const { touched: _touched, ...batch } = rows[0];
  return { ...batch, caseId: batchCaseOf(company, batchId) };
}

/** How much waits for its objects to be told. */
export async function waitingBatches(sql: Sql, company: string): Promise<{ batches: number; bytes: number }> {
  const { rows } = await sql.query<{ batches: number; bytes: number }>({
    name: "waiting-batches",
    text: `select count(*) as batches, coalesce(sum(bytes), 0)::bigint as bytes from batch
           where company = $1 and state = 'stored'`,
    values: [company],
  });
  return rows[0] ?? { batches: 0, bytes: 0 };
}
