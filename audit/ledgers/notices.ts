import type { JsonObject } from "../../domain/json.ts";
import { decidedInsteadAs } from "../../domain/outage.ts";
import type { Sql } from "../records.ts";

/**
 * What somebody is to know of questions that they had to do with. `asked-back`: something was asked back about what they asked; `edited`:
 * other values were put in place of it.
 * Of what they approved: `not-done`: it did not come about; `moot`: what was asked changed before anything was done; `taken-back`:
 * it was done, and taken back since.
 * Of what they had taken, put off or begun to answer, `asked-no-more`: it was decided without people.
 */
export const noticeKinds = ["asked-back", "edited", "not-done", "moot", "taken-back", "asked-no-more"] as const;

/** `detail`: why, as the ledger has it. `at`: ISO 8601. */
export type Notice = {
  readonly escalationId: string;
  readonly caseId: string;
  readonly what: (typeof noticeKinds)[number];
  readonly at: string;
  readonly detail: string | null;
  readonly tool: string;
  readonly args: JsonObject;
};

type NoticesAsked = {
  readonly company: string;
  readonly personId: string;
  /** Of approvals given since, ISO 8601; what is asked back is told however old it is. */
  readonly since: string;
  /** Actions that take back what others did. */
  readonly takingBack: readonly string[];
  /** A place before which the page begins, or none. */
  readonly before?: readonly string[] | undefined;
  readonly limit: number;
};

/** The newest first. Read from where the questions stand: nothing has to be told once for all. */
export async function readNotices(
  sql: Sql,
  { company, personId, since, takingBack, before = ["infinity", ""], limit }: NoticesAsked,
): Promise<readonly (Notice & { readonly place: readonly string[] })[]> {
  const { rows } = await sql.query<Notice & { place: readonly string[] }>({
    name: "read-notices",
    text: `with approved as materialized (
             select s.*, e.state as effect_state, e.detail, e.settled_at, last.verdict, last.reason as why
             from (select * from approval x
                   where x.company = $1 and x.person_id = $2 and x.given_at >= $3 and x.verdict = 'approve'
                     and x.undone_at is null offset 0) a
             cross join lateral (
               select * from escalation x where x.company = $1 and x.escalation_id = a.escalation_id limit 1) s
             cross join lateral (
               select * from decision x where x.company = $1 and x.step_key = s.step_key order by x.gate desc limit 1) last
             left join lateral (
               select effect_key from permit x where x.company = $1 and x.decision_id = last.decision_id limit 1) m on true
             left join lateral (
               select * from effect x where x.company = $1 and x.effect_key = m.effect_key limit 1) e on true
             where s.state in ('executed', 'execution-failed', 'superseded')),
           told as (
             select s.escalation_id, s.case_id, s.decision_id, 'asked-back' as what, s.paused_at as at, null as detail from escalation s where s.company = $1 and s.requester_id = $2 and s.state = 'info-requested'
             union all
             select s.escalation_id, s.case_id, s.decision_id, 'edited', s.closed_at, x.edit->>'reason'
             from escalation s cross join lateral (
               select edit from proposal x where x.company = $1 and x.step_key = s.step_key
                 and coalesce(x.edit->>'escalationId', '') = s.escalation_id limit 1) x
             where s.company = $1 and s.requester_id = $2 and s.closed_at >= $3 and s.state = 'superseded'
             union all
             select escalation_id, case_id, decision_id, case state when 'superseded' then 'moot' else 'not-done' end,
               coalesce(settled_at, closed_at), case when effect_state = 'failed' then detail when verdict = 'block' then why end
             from approved where state <> 'executed'
             union all
             select s.escalation_id, s.case_id, s.decision_id, 'taken-back', back.settled_at, null
             from approved s
             cross join lateral (
               select e.settled_at
               from (select * from effect x where x.company = $1 and x.case_id = s.case_id offset 0) e
               cross join lateral (select decision_id from permit x where x.company = $1 and x.permit_id = e.permit_id limit 1) m
               cross join lateral (select proposal_id from decision x where x.company = $1 and x.decision_id = m.decision_id limit 1) d
               cross join lateral (
                 select action_id from proposal x where x.company = $1 and x.proposal_id = d.proposal_id limit 1) q
               where e.state = 'done' and e.settled_at > s.settled_at and q.action_id = any ($4)
               order by e.settled_at limit 1) back
             where s.state = 'executed'
             union all
             select s.escalation_id, s.case_id, s.decision_id, 'asked-no-more', s.closed_at, s.instead
             from (select * from escalation x where x.company = $1 and x.instead is not null and x.closed_at >= $3 offset 0) s
             where $2 in (s.assignee, s.held_by) or exists (select from approval x where x.company = $1 and x.escalation_id = s.escalation_id and x.person_id = $2))
           select t.escalation_id as "escalationId", t.case_id as "caseId", t.what, t.at, t.detail, q.tool, q.args,
             array[to_char(t.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), t.escalation_id] as place
           from told t
           cross join lateral (select proposal_id from decision x where x.company = $1 and x.decision_id = t.decision_id limit 1) d
           cross join lateral (select tool, args from proposal x where x.company = $1 and x.proposal_id = d.proposal_id limit 1) q
           where (t.at, t.escalation_id) < ($5::timestamptz, $6)
           order by t.at desc, t.escalation_id desc limit $7`,
    values: [company, personId, since, takingBack, ...before, limit],
  });
  return rows.map(toldInWords);
}

/** Of what was decided without people, the ledger keeps the decision. */
function toldInWords<N extends Notice>(notice: N): N {
  const { what, detail } = notice;
  return what === "asked-no-more" && detail !== null ? { ...notice, detail: decidedInsteadAs(detail) } : notice;
}
