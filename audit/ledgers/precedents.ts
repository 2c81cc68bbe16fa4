import type { PastQuestion } from "../../domain/answered.ts";
import type { Sql } from "../records.ts";

/** The latest questions under a policy that were settled before a time, latest first. */
export async function readSettled(
  sql: Sql,
  { company, policyId, before, most }: { company: string; policyId: string; before: string; most: number },
): Promise<readonly PastQuestion[]> {
  const { rows } = await sql.query<PastQuestion>({
    name: "settled-questions",
    text: `select e.escalation_id as "escalationId", d.case_id as "caseId",
             to_char(d.decided_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, d.facts, d.missing,
             to_char(e.closed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "settledAt",
             array(select r->>'id' from jsonb_array_elements(d.rules) r where r->>'effect' = 'escalate') as rules,
             answer_in(e.state) as answer, e.state = 'execution-failed' as failed
           from (select * from decision x
                 where x.company = $1 and x.policy_id = $2 and x.decided_at < $3
                 order by x.decided_at desc, x.decision_id desc limit $4) d
           cross join lateral (select * from escalation x
                               where x.company = d.company and x.decision_id = d.decision_id limit 1) e
           where e.state in ('approved', 'executed', 'execution-failed', 'rejected', 'expired') and e.closed_at < $3
           order by d.decided_at desc, d.decision_id desc`,
    values: [company, policyId, before, most],
  });
  return rows;
}
