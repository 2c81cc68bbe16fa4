import type { Sql } from "../../audit/records.ts";
import type { LedgerPage } from "./ledgers.ts";

/** A record, and the ledger that must hold a row of what it tells; `ledger` is null where none has to, or where it does. */
export type RowlessRecord = { readonly key: string; readonly kind: string; readonly ledger: string | null };

/** The next records of a company by key, and which of them a ledger was written with and holds no row of any more. */
export async function readRowless(sql: Sql, { company, after, most }: LedgerPage): Promise<readonly RowlessRecord[]> {
  const { rows } = await sql.query<RowlessRecord>({
    name: "rowless-records",
    text: `select r.key, r.kind, case r.kind
             when 'decision' then case when not exists (
               select from decision d where d.company = r.company and d.decision_id = r.about) then 'decision' end
             when 'approval' then case when not exists (
               select from approval a where a.company = r.company and a.approval_id = r.about) then 'approval' end
             when 'escalation' then case when not exists (
               select from escalation e where e.company = r.company and e.escalation_id = split_part(r.key, '/', 1)) then 'escalation' end
             when 'intent' then case when not exists (
               select from effect e where e.company = r.company and e.effect_key = r.about) then 'effect' end
             when 'receipt' then case when not exists (
               select from effect e where e.company = r.company and e.effect_key = regexp_replace(r.about, '/receipt$', '')) then 'effect' end
             when 'agreement' then case
               when not exists (select from agreement g where g.company = r.company and g.agreement_id = split_part(r.key, '/', 1))
                 then 'agreement'
               when r.key ~ '/(ok|refuse|withdraw)$' and not exists (
                 select from agreement_word w where w.company = r.company and w.agreement_id = split_part(r.key, '/', 1)
                   and w.side = split_part(r.key, '/', 2) and w.word = split_part(r.key, '/', 3)) then 'agreement_word' end
             when 'proposal' then case when not exists (
               select from proposal q where q.company = r.company and q.proposal_id = r.fields->>'proposalId') then 'proposal' end
             when 'review' then case when not exists (
               select from proposal q where q.company = r.company and q.step_key = r.about
                 and coalesce(q.edit->>'escalationId', '') = '' and q.review is not null) then 'proposal' end
             when 'people' then case
               when r.key ~ '/ask$' and not exists (
                 select from person_change c where c.company = r.company and c.change_id = r.fields->>'changeId')
                 and not exists (select from audit_subject s where s.company = r.company
                   and s.subject_id = r.fields->>'subject' and s.destroyed_at is not null) then 'person_change'
               when r.key ~ '/(second|drop)$' and exists (
                 select from person_change c where c.company = r.company and c.change_id = r.fields->>'changeId'
                   and c.settled_at is null) then 'person_change' end
             when 'policy' then case
               when r.about = r.case_id || '/calendar' and not exists (
                 select from company_calendar k where k.company = r.company and k.n = r.last::int) then 'company_calendar'
               when r.about = r.case_id || '/control' and not exists (
                 select from control k where k.company = r.company and k.n = r.last::int) then 'control'
               when r.about = r.case_id || '/release' and not exists (
                 select from policy_release_event e where e.company = r.company and e.n = r.last::int) then 'policy_release_event'
               when r.about = r.case_id || '/list' and not exists (
                 select from name_list_change c where c.company = r.company and c.n = r.last::int) then 'name_list_change'
               when r.about = r.case_id || '/mode' and not exists (
                 select from autonomy_mode m where m.company = r.company and m.n = r.last::int) then 'autonomy_mode' end
           end as ledger
           from (select a.company, a.key, a.kind, a.case_id, regexp_replace(a.key, '/[^/]*$', '') as about,
                   case when a.key ~ '/[0-9]{1,9}$' then regexp_replace(a.key, '^.*/', '') end as last,
                   case when a.kind in ('proposal', 'people') then envelope(a)::jsonb->'fields' end as fields
                 from audit_record a where a.company = $1 and a.key > $2 order by a.key limit $3) r
           order by r.key`,
    values: [company, after, most],
  });
  return rows;
}
