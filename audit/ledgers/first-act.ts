import type { JsonObject } from "../../domain/json.ts";
import type { Sql } from "../records.ts";

/** What a case did first by a tool: its arguments, and the decision that let it through. Undefined when it did nothing by it. */
export async function readFirstAct(
  sql: Sql,
  company: string,
  { caseId, tool }: { readonly caseId: string; readonly tool: string },
): Promise<{ readonly decisionId: string; readonly args: JsonObject } | undefined> {
  const { rows } = await sql.query<{ decisionId: string; args: JsonObject }>({
    name: "first-act",
    text: `select d.decision_id as "decisionId", q.args
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
