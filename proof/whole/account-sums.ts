import type { Json } from "../../domain/json.ts";
import type { Sql } from "../../audit/records.ts";

/** An account whose total is not what its entries come to. Totals are in the account's unit. */
export type WrongTotal = { readonly key: string; readonly total: string; readonly kept: Json; readonly summed: Json };

/** A company's accounts whose totals are not the sums of their entries: one walk through all of its entries. */
export async function readWrongTotals(sql: Sql, company: string): Promise<readonly WrongTotal[]> {
  const { rows } = await sql.query<WrongTotal>({
    name: "wrong-totals",
    text: `with entered as materialized (
             select e.account, e.window_from, sum(e.deposited)::bigint as deposited, sum(e.used)::bigint as used,
                    sum(e.reserved)::bigint as reserved,
                    coalesce(sum(e.used) filter (where e.counts_at <= (
                      select o.gone_until from account o where o.company = e.company and o.account = e.account
                        and o.window_from = e.window_from)), 0)::bigint as gone
             from account_entry e where e.company = $1 group by e.account, e.window_from)
           select a.account || '/' || to_char(nullif(a.window_from, '-infinity') at time zone 'utc', 'YYYY-MM-DD') as key,
                  t.total, t.kept, t.summed
           from account a
           left join entered e on e.account = a.account and e.window_from = a.window_from
           cross join lateral (values
             ('deposited', to_jsonb(a.deposited), to_jsonb(coalesce(e.deposited, 0))),
             ('used', to_jsonb(a.used), to_jsonb(coalesce(e.used, 0))),
             ('reserved', to_jsonb(a.reserved), to_jsonb(coalesce(e.reserved, 0))),
             ('gone', to_jsonb(a.gone), to_jsonb(coalesce(e.gone, 0)))) as t (total, kept, summed)
           where a.company = $1 and t.kept <> t.summed order by a.account, a.window_from, t.total`,
    values: [company],
  });
  return rows;
}
