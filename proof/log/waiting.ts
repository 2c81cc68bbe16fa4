import type { Sql } from "../../audit/vault.ts";

/** How many records of a log wait for a place in its tree, and for how long the oldest of them has (milliseconds). */
export type Waiting = { readonly log: string; readonly records: number; readonly waitedMs: number };

/** What waits, per log. It reads every waiting record: for people who look, not for a loop. */
export async function waitingOf(sql: Sql, company: string): Promise<readonly Waiting[]> {
  const { rows } = await sql.query<{ log: string; records: number; waited_ms: number }>({
    name: "waiting-of",
    text: `select p.log, sum(cardinality(p.keys))::int as records,
                  greatest(0, extract(epoch from clock_timestamp() - min(r.recorded_at)) * 1000)::float8 as waited_ms
           from audit_place p
           cross join lateral (select recorded_at from audit_record x where x.company = p.company and x.key = p.keys[1] limit 1) r
           where p.company = $1 and p.seq is null group by p.log order by p.log`,
    values: [company],
  });
  return rows.map(({ log, records, waited_ms: waitedMs }) => ({ log, records, waitedMs: Math.round(waitedMs) }));
}

/** The key of the newest record of a company's own log, or undefined while it has none. */
export async function newestKey(sql: Sql, company: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ key: string }>({
    name: "newest-key",
    text: `(select keys[cardinality(keys)] as key from audit_place where company = $1 and log = $1 and seq is null order by ordinal desc limit 1)
           union all
           (select keys[cardinality(keys)] from audit_place where company = $1 and log = $1 and seq is not null order by seq desc limit 1)
           limit 1`,
    values: [company],
  });
  return rows[0]?.key;
}
