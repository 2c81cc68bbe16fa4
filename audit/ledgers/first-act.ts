import type { JsonObject } from "../../domain/json.ts";
import type { Sql } from "../records.ts";

/** What was done first, and the decision that let it through, at its instant (ISO 8601). */
export type FirstAct = { readonly decisionId: string; readonly decidedAt: string; readonly args: JsonObject };

/** What a case did first by a tool, with its arguments. Undefined when it did nothing by it. */
export async function readFirstAct(
  sql: Sql,
  company: string,
  { caseId, tool }: { readonly caseId: string; readonly tool: string },
): Promise<FirstAct | undefined> {
  const { rows } = await sql.query<FirstAct>({
    name: "first-act",
    text: `select d.decision_id as "decisionId", d.decided_at as "decidedAt", q.args
           from (select * from effect where company = $1 and case_id = $2 offset 0) e
           cross join lateral (
             select * from permit x where x.company = e.company and x.permit_id = e.permit_id limit 1) m
           cross join lateral (
             select * from decision x where x.company = m.company and x.decision_id = m.decision_id limit 1) d
           cross join lateral (
             select * from proposal x where x.company = d.company and x.proposal_id = d.proposal_id limit 1) q
           where e.state = 'done' and e.tool = $3
           order by d.decided_at, d.decision_id limit 1`,
    values: [company, caseId, tool],
  });
  return rows[0];
}

/** What another system was permitted first in a case of the decide service, with the facts of that decision. */
export type FirstPermitted = FirstAct & { readonly facts: JsonObject };

/** Undefined while nothing was. What its caller reported as failed was not done; what it never reported on may have been. */
export async function readFirstPermitted(
  sql: Sql,
  company: string,
  caseId: string,
): Promise<FirstPermitted | undefined> {
  const { rows } = await sql.query<FirstPermitted>({
    name: "first-permitted",
    text: `select d.decision_id as "decisionId", d.decided_at as "decidedAt", q.args, d.facts
           from (select * from decision where company = $1 and case_id = $2 offset 0) d
           cross join lateral (
             select * from permit x where x.company = d.company and x.decision_id = d.decision_id limit 1) m
           cross join lateral (
             select * from proposal x where x.company = d.company and x.proposal_id = d.proposal_id limit 1) q
           left join lateral (
             select * from effect x where x.company = d.company and x.effect_key = d.step_key limit 1) e on true
           where e.state is distinct from 'failed'
           order by d.decided_at, d.decision_id limit 1`,
    values: [company, caseId],
  });
  return rows[0];
}
