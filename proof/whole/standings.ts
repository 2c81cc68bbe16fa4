import type { ComparedLedger, ToldRow } from "./ledgers.ts";

/** Where something stands, against what other rows tell of it, which are held against their records themselves. */
export const comparedStandings: readonly ComparedLedger[] = [
  {
    ledger: "escalation",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<ToldRow>({
        name: "compared-answers",
        text: `select e.escalation_id as key, e.escalation_id || '/opened' as record,
             jsonb_build_object('state', e.state) as row,
             jsonb_build_object('state', case
               when ended.state is not null then ended.state
               when answers.rejected then 'rejected'
               when answers.approvals >= (e.route->>'quorum')::int and e.state not in
                 ('committing', 'approved', 'executed', 'execution-failed') then 'approved'
               when answers.approvals < (e.route->>'quorum')::int and e.state not in ('open', 'info-requested') then 'open'
               else e.state end) as told
           from escalation e
           cross join lateral (
             select coalesce(bool_or(a.verdict = 'reject'), false) as rejected,
                    count(*) filter (where a.verdict = 'approve' and a.undone_at is null) as approvals
             from approval a where a.company = e.company and a.escalation_id = e.escalation_id) answers
           cross join lateral (select coalesce(
             (select 'expired' from audit_record r where r.company = e.company and r.key = e.escalation_id || '/expired/' || e.version),
             (select 'superseded' from audit_record r where r.company = e.company and r.key = e.escalation_id || '/superseded/' || e.version),
             (select 'superseded' from audit_record r where r.company = e.company and r.key = e.escalation_id || '/edited/' || e.version),
             (select 'withdrawn' from audit_record r where r.company = e.company and r.key = e.escalation_id || '/withdrawn/' || e.version)
           ) as state) ended
           where e.company = $1 and e.escalation_id > $2 order by e.escalation_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    ledger: "agreement",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<ToldRow>({
        name: "compared-agreed",
        text: `select g.agreement_id as key, g.agreement_id || '/asked' as record,
             jsonb_build_object('state', g.state) as row,
             jsonb_build_object('state', case
               when g.company <> g.executor then coalesce(stands.state, 'asked')
               when g.state in ('intent', 'unknown', 'done', 'failed') then coalesce(acted.state, 'ready')
               when lapsed.is_so then 'lapsed'
               when 'refuse' = any (said.words) then 'refused'
               when 'withdraw' = any (said.words) then 'withdrawn'
               when said.oks = cardinality(g.sides) then 'ready'
               else 'asked' end) as told
           from agreement g
           cross join lateral (
             select array_agg(w.word) as words, count(*) filter (where w.word = 'ok' and w.side = any (g.sides)) as oks
             from agreement_word w where w.company = g.company and w.agreement_id = g.agreement_id) said
           cross join lateral (select (
             select r.key from audit_record r where r.company = g.company and r.key = g.agreement_id || '/lapsed' limit 1)
             is not null as is_so) lapsed
           left join lateral (
             select s.state from unnest(array['done', 'failed', 'unknown', 'intent', 'lapsed', 'refused', 'withdrawn', 'ready'])
               with ordinality as s (state, nth)
             where (select r.key from audit_record r where r.company = g.company
                    and r.key = g.agreement_id || '/stands/' || s.state limit 1) is not null order by s.nth limit 1) stands on true
           left join lateral (
             select x.state from (select * from effect f where f.company = g.company and f.case_id = g.case_id offset 0) x
             where g.proposal_id = (
               select d.proposal_id from decision d where d.company = g.company and d.decision_id = (
                 select p.decision_id from permit p where p.company = g.company and p.permit_id = x.permit_id))
             limit 1) acted on true
           where g.company = $1 and g.agreement_id > $2 order by g.agreement_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    ledger: "account_entry",
    async page(sql, { company, after, most }) {
      const [decision = "", account = ""] = after.split("/");
      const { rows } = await sql.query<ToldRow>({
        name: "compared-holdings",
        text: `select d.decision_id || '/' || l.account as key, d.decision_id || '/decision' as record,
             jsonb_build_object('held', held.is_so, 'posted', posted.is_so, 'released', released.is_so) as row,
             jsonb_build_object('held', true, 'posted', coalesce(e.state = 'done', false),
                                'released', released.is_so or coalesce(e.state = 'failed', false)) as told
           from decision d
           cross join lateral (
             select x->>'account' as account from jsonb_array_elements(d.details->'limits') as x) l
           cross join lateral (
             select p.effect_key from permit p where p.company = d.company and p.decision_id = d.decision_id limit 1) m
           left join lateral (
             select x.state from effect x where x.company = d.company and x.effect_key = m.effect_key limit 1) e on true
           cross join lateral (select (entry_of(d.company, d.decision_id, l.account, 'reservation')).cause is not null as is_so) held
           cross join lateral (select (entry_of(d.company, d.decision_id, l.account, 'posting')).cause is not null as is_so) posted
           cross join lateral (select (entry_of(d.company, d.decision_id, l.account, 'release')).cause is not null as is_so) released
           where d.company = $1 and d.decision_id >= $2 and (d.decision_id, l.account) > ($2, $3)
           order by d.decision_id, l.account limit $4`,
        values: [company, decision, account, most],
      });
      return rows;
    },
  },
];
