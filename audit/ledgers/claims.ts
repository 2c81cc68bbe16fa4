import type { JsonObject } from "../../domain/json.ts";
import type { Sql } from "../records.ts";

/** Requests that are told; a person reads no more. */
const MOST = 20;

/**
 * What partners asked for of an account and a product family within a year, and did not get or still wait for: a row per
 * partner and registration, by its last decision, the newest first. `at`, ISO 8601, is when it is asked.
 */
export async function readClaims(
  sql: Sql,
  company: string,
  { account, productFamily }: { readonly account: string; readonly productFamily: string },
  at: string,
): Promise<readonly JsonObject[]> {
  const { rows } = await sql.query<{ claim: JsonObject }>({
    name: "read-claims",
    text: `select jsonb_build_object('partnerId', last.partner_id, 'partnerName', p.name, 'registrationId', last.registration_id,
             'customerDomain', last.customer_domain,
             'decidedAt', to_char(last.decided_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             'state', case when last.state in ('open', 'info-requested', 'committing') then 'waits' else 'was denied' end) as claim
           from (
             select distinct on (d.facts->>'partner', q.args->>'registrationId') d.company, d.decided_at,
               d.facts->>'partner' as partner_id, coalesce(q.args->>'registrationId', '') as registration_id,
               coalesce(q.args->>'customerDomain', '') as customer_domain,
               case when d.verdict = 'block' then 'blocked' else s.state end as state
             from (select * from programme.claim x
                   where x.company = $1 and x.account = $2 and x.product_family = $3 offset 0) c
             cross join lateral (
               select * from decision x where x.company = c.company and x.decision_id = c.decision_id limit 1) d
             cross join lateral (
               select args from proposal x where x.company = d.company and x.proposal_id = d.proposal_id limit 1) q
             left join lateral (
               select state from escalation x where x.company = d.company and x.decision_id = d.decision_id limit 1) s on true
             where d.facts->>'partner' is not null and d.decided_at > $4::timestamptz - interval '366 days'
             order by d.facts->>'partner', q.args->>'registrationId', d.decided_at desc) last
           left join lateral (
             select name from programme.partner x
             where x.company = last.company and x.partner_id = last.partner_id limit 1) p on true
           where last.state in ('open', 'info-requested', 'committing', 'rejected', 'expired', 'blocked')
           order by last.decided_at desc limit ${MOST}`,
    values: [company, account, productFamily, at],
  });
  return rows.map(({ claim }) => claim);
}
