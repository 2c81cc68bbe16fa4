import type { Answered } from "../../domain/answered.ts";
import type { Sql } from "../records.ts";

type Asked = { readonly company: string; readonly policyId: string; readonly since: string; readonly most: number };

/**
 * The latest requests that people were asked about and that are settled, and those that executed alone before people
 * rejected a question about the same object. Superseded questions are left out: nobody answered them; so are approvals of
 * what was over a limit, for they say nothing about the rules. Latest first.
 */
export async function readAnswered(sql: Sql, { company, policyId, since, most }: Asked): Promise<Answered[]> {
  const { rows } = await sql.query<Answered>({
    name: "answered-history",
    text: `with decided as (
             select company, decision_id, case_id, decided_at, facts, verdict, details from decision
             where company = $1 and policy_id = $2 and decided_at >= $3)
           select d.decision_id as "decisionId", d.case_id as "caseId", d.decided_at as at, d.facts, answer_in(e.state) as "end",
             array(select a.person_id from approval a
                   where a.company = e.company and a.escalation_id = e.escalation_id
                     and a.verdict = case answer_in(e.state) when 'approved' then 'approve' else 'reject' end and a.undone_at is null
                   order by a.given_at) as people,
             case when e.state <> 'expired'
               then floor(extract(epoch from greatest(e.closed_at - e.opened_at, interval '0')))::int end as seconds
           from decided d
           cross join lateral (select * from escalation x
                               where x.company = d.company and x.decision_id = d.decision_id limit 1) e
           where e.state in ('approved', 'executed', 'execution-failed', 'rejected', 'expired')
             and not (answer_in(e.state) = 'approved' and jsonb_path_exists(d.details, '$.limits[*] ? (@.admitted == false)'))
           union all
           select d.decision_id, d.case_id, d.decided_at, d.facts, 'executed', '{}', null
           from decided d
           cross join lateral (select from permit x
                               where x.company = d.company and x.decision_id = d.decision_id limit 1) permitted
           cross join lateral (select from (select * from escalation x
                                            where x.company = d.company and x.case_id = d.case_id offset 0) e
                               where e.closed_at > d.decided_at and e.state = 'rejected' limit 1) rejected
           where d.verdict = 'execute'
           order by at desc, "decisionId" limit $4`,
    values: [company, policyId, since, most],
  });
  return rows;
}

/** How a person answers: many approvals in one hour, each in seconds, is no review. */
export type ApproverRow = {
  readonly personId: string;
  readonly answers: number;
  readonly approvals: number;
  /** The most approvals in one hour of the clock, UTC. */
  readonly mostPerHour: number;
  /** From the question to this person's answer; the lower median. */
  readonly medianSeconds: number;
};

/** Everybody who answered since a time (ISO 8601), whatever the policy: a person tires of all questions together. */
export async function readApprovers(sql: Sql, company: string, since: string): Promise<ApproverRow[]> {
  const { rows } = await sql.query<ApproverRow>({
    name: "approvers",
    text: `with given as (
             select a.person_id, a.verdict, date_trunc('hour', a.given_at, 'UTC') as hour,
               floor(extract(epoch from greatest(a.given_at - e.opened_at, interval '0')))::int as seconds
             from approval a
             cross join lateral (select opened_at from escalation x
                                 where x.company = a.company and x.escalation_id = a.escalation_id limit 1) e
             where a.company = $1 and a.given_at >= $2),
           hours as (select person_id, count(*)::int as n from given where verdict = 'approve' group by person_id, hour),
           most as (select person_id, max(n) as n from hours group by person_id)
           select person_id as "personId", count(*)::int as answers,
             (count(*) filter (where verdict = 'approve'))::int as approvals, coalesce(max(most.n), 0) as "mostPerHour",
             percentile_disc(0.5) within group (order by seconds) as "medianSeconds"
           from given left join most using (person_id) group by person_id order by approvals desc, person_id`,
    values: [company, since],
  });
  return rows;
}
