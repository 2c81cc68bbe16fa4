import type { JsonObject } from "../../domain/json.ts";
import type { Sql } from "../records.ts";

/** Requests that are told; a person reads no more. */
const MOST = 20;

/** `cases`: what the ids of the function's cases begin with, before their object's own id. */
type Claimed = { readonly account: string; readonly productFamily: string; readonly cases: string };

/**
 * Protections of which the claim's case was told that they ended, by their occasion; `asked`: its partner's text went out, or is not to.
 * The text's step is what `workflows/steps.ts` calls it.
 */
const ASKED = `
  select coalesce(jsonb_agg(jsonb_build_object('protection', k.protection, 'asked',
    exists (select from (select * from audit_record x where x.company = $1 and x.key = k.end_key offset 0) ended)
    or exists (
      select from (select * from decision x where x.company = $1 and x.step_key = k.step_key offset 0) d
      left join lateral (
        select permit_id, effect_key from permit x
        where x.company = d.company and x.decision_id = d.decision_id limit 1) m on true
      left join lateral (
        select settled_at from effect x where x.company = d.company and x.effect_key = m.effect_key
          and x.permit_id = m.permit_id limit 1) e on true
      where d.verdict <> 'execute' or e.settled_at is not null))), '[]') as protections
  from (
    select i.body->'tells'->>'occasion' as protection, last.case_id || '/' || i.event_id || '/end' as end_key,
      last.case_id || '/' || i.event_id || '/tell-' || (i.body->'tells'->>'template') || '-' || (i.body->'tells'->>'occasion') as step_key
    from (select substr(last.case_id, length($5) + 1) as object_id offset 0) o
    cross join lateral (
      select * from inbox x
      where x.company = $1 and x.source = 'schedule' and x.function_id = 'deal-registration'
        and x.object_type = 'registration' and x.object_id = o.object_id offset 0) i
    where i.body->'tells' is not null and i.state in ('pending', 'dispatched') offset 0) k`;

/**
 * What partners asked for of an account and a product family within a year, and did not get or still wait for: a row per
 * partner and registration, by its last decision, the newest first. `at`, ISO 8601, is when it is asked.
 */
export async function readClaims(
  sql: Sql,
  company: string,
  { account, productFamily, cases }: Claimed,
  at: string,
): Promise<readonly JsonObject[]> {
  const { rows } = await sql.query<{ claim: JsonObject }>({
    name: "read-claims",
    text: `select jsonb_build_object('partnerId', last.partner_id, 'partnerName', p.name, 'registrationId', last.registration_id,
             'customerDomain', last.customer_domain,
             'decidedAt', to_char(last.decided_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             'state', case when last.state in ('open', 'info-requested', 'committing') then 'waits' else 'was denied' end,
             'ended', told.protections) as claim
           from (
             select distinct on (d.facts->>'partner', q.args->>'registrationId') d.company, d.case_id, d.decided_at,
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
           cross join lateral (${ASKED}) told
           where last.state in ('open', 'info-requested', 'committing', 'rejected', 'expired', 'blocked')
           order by last.decided_at desc limit ${MOST}`,
    values: [company, account, productFamily, at, cases],
  });
  return rows.map(({ claim }) => claim);
}
