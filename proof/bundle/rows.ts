import { MOST_LEAVES, placeInTree } from "../../audit/places.ts";
import { joinSealedParts, type SealedPart } from "../../audit/sealed-part.ts";
import type { Sql } from "../../audit/vault.ts";

/** A record as it is exported: its place, its envelope and the sealed parts of its body. */
export type ExportRow = {
  readonly seq: number;
  readonly key: string;
  readonly kind: string;
  readonly envelope: string;
  readonly sealed: readonly SealedPart[];
};

const rowsOf = (places: string) => `
  select p.seq, r.key, r.kind, r.envelope, s.sealed
  from (${places}) p
  cross join lateral (select x.*, x.envelope from audit_record x where x.company = p.company and x.key = p.key limit 1) r
  ${joinSealedParts}
  order by p.seq`;

/** The entries of a log from place `from` up to but without `to`. */
export async function rowsBetween(
  sql: Sql,
  { company, log, from, to }: { company: string; log: string; from: number; to: number },
): Promise<ExportRow[]> {
  const { rows } = await sql.query<ExportRow>({
    name: "export-page",
    text: rowsOf(`
      select p.company, k.key, p.seq + k.nth - 1 as seq
      from audit_place p cross join lateral unnest(p.keys) with ordinality as k (key, nth)
      where p.company = $1 and p.log = $2 and p.seq > $3::bigint - ${MOST_LEAVES} and p.seq < $4 and p.seq + k.nth - 1 >= $3 and p.seq + k.nth - 1 < $4`),
    values: [company, log, from, to],
  });
  return rows;
}

/** The entries of a log that belong to a case, or have one of these keys, below place `size`. */
export async function rowsOfCase(
  sql: Sql,
  asked: { company: string; log: string; caseId: string; keys: readonly string[]; size: number },
): Promise<ExportRow[]> {
  const { company, log, caseId, keys, size } = asked;
  const { rows } = await sql.query<ExportRow>({
    name: "export-case",
    text: rowsOf(`
      select own.* from (
        select distinct unnest($4::text[] || array(
          select c.key from audit_record c where c.company = $1 and c.log = $2 and c.case_id = $3)) as key) wanted
      cross join lateral (select place from audit_record x where x.company = $1 and x.key = wanted.key limit 1) r
      cross join lateral (select x.company, x.log, wanted.key, ${placeInTree("x", "wanted.key")} as seq from audit_place x
                          where x.company = $1 and x.ordinal = r.place limit 1) own
      where own.log = $2 and own.seq < $5`),
    values: [company, log, caseId, keys, size],
  });
  return rows;
}

/** How many records a log has of a case, as appending counts them: what was taken away since does not lessen it. */
export async function recordsOfCase(
  sql: Sql,
  { company, log, caseId }: { company: string; log: string; caseId: string },
): Promise<number> {
  const { rows } = await sql.query<{ records: number }>({
    name: "records-of-case",
    text: "select records from case_head where company = $1 and log = $2 and case_id = $3",
    values: [company, log, caseId],
  });
  return rows[0]?.records ?? 0;
}

/** The keys of the records of the erasures after which parts of a case's records stay closed. */
export async function erasuresOf(sql: Sql, company: string, caseId: string): Promise<readonly string[]> {
  const { rows } = await sql.query<{ key: string }>({
    name: "export-erasures",
    text: `select distinct s.erased_under as key from case_head c
           cross join lateral (select subjects from audit_record x
                               where x.company = c.company and x.log = c.log and x.case_id = c.case_id offset 0) r
           cross join lateral unnest(r.subjects) as named (subject_id)
           cross join lateral (select erased_under from audit_subject x
                               where x.company = $1 and x.subject_id = named.subject_id limit 1) s
           where c.company = $1 and c.case_id = $2 and s.erased_under is not null`,
    values: [company, caseId],
  });
  return rows.map(({ key }) => key);
}

type Waiting = {
  readonly company: string;
  readonly log: string;
  readonly size: number;
  /** Null: every record of the log. */
  readonly of: { readonly caseId: string; readonly keys: readonly string[] } | null;
};

/** Records that a checkpoint of `size` leaves does not cover yet, with the keys of the first 100. */
export async function waitingOf(
  sql: Sql,
  { company, log, size, of }: Waiting,
): Promise<{ readonly count: number; readonly keys: readonly string[] }> {
  const { rows } = await sql.query<{ count: number; keys: string[] }>({
    name: "export-waiting",
    text: `select count(*)::int as count, coalesce((array_agg(w.key order by w.ordinal, w.nth))[1:100], '{}') as keys
           from (
             select k.key, p.ordinal, k.nth from audit_place p cross join lateral unnest(p.keys) with ordinality as k (key, nth)
             where p.company = $1 and p.log = $2 and p.seq is null
             union all
             select k.key, p.ordinal, k.nth from audit_place p cross join lateral unnest(p.keys) with ordinality as k (key, nth)
             where p.company = $1 and p.log = $2 and p.seq > $3::bigint - ${MOST_LEAVES} and p.seq + k.nth - 1 >= $3) w
           where $4::text is null or w.key = any ($5)
             or (select r.case_id from audit_record r where r.company = $1 and r.key = w.key) = $4`,
    values: [company, log, size, of?.caseId ?? null, of?.keys ?? []],
  });
  return rows[0] ?? { count: 0, keys: [] };
}

/** Every log of a company that a record was made in. */
export async function logNames(sql: Sql, company: string): Promise<readonly string[]> {
  const { rows } = await sql.query<{ log: string }>({
    name: "export-logs",
    text: `select log from audit_log where company = $1 union select distinct log from audit_place
           where company = $1 and seq is null order by log`,
    values: [company],
  });
  return rows.map(({ log }) => log);
}

/** PostgreSQL's settings that decide whether a commit survives a crash. */
export async function readDurability(sql: Sql) {
  const { rows } = await sql.query<{ fsync: string; fullPageWrites: string; synchronousCommit: string }>(
    `select current_setting('fsync') as fsync, current_setting('full_page_writes') as "fullPageWrites",
            current_setting('synchronous_commit') as "synchronousCommit"`,
  );
  return rows[0] ?? { fsync: "", fullPageWrites: "", synchronousCommit: "" };
}
