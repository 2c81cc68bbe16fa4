import type { RecordDraft } from "../../../domain/audit-record.ts";
import type { LedgerPool, Sql } from "../../../audit/records.ts";
import { AT } from "../../fixtures/ledger.ts";

/** A record of a company with one changed fact; its key is `<company>/<index>`. */
export function draftFor(company: string, index: number, changed: Partial<RecordDraft> = {}): RecordDraft {
  const caseId = `${company}:quoting:${index % 3}`;
  return { company, caseId, kind: "event", key: `${company}/${index}`, at: AT, body: { index }, ...changed };
}

export function draftsFor(company: string, from: number, count: number): RecordDraft[] {
  return Array.from({ length: count }, (_, place) =>
    draftFor(company, from + place, { caseId: `${company}:quoting:0` }),
  );
}

type Leaf = {
  readonly key: string;
  readonly seq: number;
  readonly hash: Buffer;
  readonly envelope: {
    readonly case: { readonly id: string; readonly n: number };
    readonly parents: readonly string[];
  };
};

/** A log's leaves in the order of the tree, their hashes taken from the envelopes. */
export async function leavesOf(sql: Sql, company: string, log = company): Promise<Leaf[]> {
  const { rows } = await sql.query<Leaf>(
    `select k.key, p.seq + k.nth - 1 as seq, leaf_hash(r.envelope) as hash, r.envelope::jsonb as envelope
     from audit_place p cross join lateral unnest(p.keys) with ordinality as k (key, nth)
     join audit_record r on r.company = p.company and r.key = k.key
     where p.company = $1 and p.log = $2 and p.seq is not null order by 2`,
    [company, log],
  );
  return rows;
}

/** Every checkpoint that was signed of a log, smallest first. */
export async function checkpointsOf(sql: Sql, company: string, log = company) {
  const { rows } = await sql.query<{ size: number; root: Buffer; note: string }>(
    "select size, root, note from audit_checkpoint where company = $1 and log = $2 order by size",
    [company, log],
  );
  return rows;
}

/** Changes what nobody may change, as somebody does who owns the database. */
export async function tamper(
  pool: LedgerPool,
  table: string,
  statement: string,
  values: readonly unknown[],
): Promise<void> {
  await pool.query(`alter table ${table} disable trigger all`);
  await pool.query(statement, [...values]);
  await pool.query(`alter table ${table} enable trigger all`);
}

/** Shows what `look` answers while one table is changed, and puts its rows back as they were: no copy of the database is needed. */
export async function whileTampered<T>(
  pool: LedgerPool,
  table: string,
  statement: string,
  values: readonly unknown[],
  look: () => Promise<T>,
): Promise<T> {
  const { rows } = await pool.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  );
  const columns = rows[0]?.columns ?? "";
  await pool.query(`create table as_written as select ${columns} from ${table}`);
  try {
    await tamper(pool, table, statement, values);
    return await look();
  } finally {
    await tamper(pool, table, `delete from ${table}`, []);
    const back = `insert into ${table} (${columns}) overriding system value select ${columns} from as_written`;
    await tamper(pool, table, back, []);
    await pool.query("drop table as_written");
  }
}
