import type { Action } from "../../domain/proposal.ts";
import type { JsonObject } from "../../domain/json.ts";
import { recordKeys } from "../record-keys.ts";
import { appendOnce, type LedgerPool, type Sql } from "../records.ts";

/** What a case goes by from now on: dates and what its record asks for, by the names that its function gives them. */
export type PlanRecord = {
  readonly company: string;
  readonly caseId: string;
  readonly eventId: string;
  /** Names the plan's content: a plan that stays as it was is recorded once. */
  readonly digest: string;
  readonly body: JsonObject;
  readonly at: string;
};

export async function recordPlan(pool: LedgerPool, { digest, body, eventId, ...plan }: PlanRecord): Promise<void> {
  const { company, caseId, at } = plan;
  const key = recordKeys.plan(caseId, digest);
  const parents = [recordKeys.event(eventId)];
  await appendOnce(pool, { company, caseId, kind: "plan", key, at, body: { eventId, ...body }, parents });
}

/** The actions whose effects are done in a case, each as it was proposed. */
export async function readDoneActions(sql: Sql, company: string, caseId: string): Promise<readonly Action[]> {
  const { rows } = await sql.query<{ tool: string; args: JsonObject }>({
    name: "read-done-actions",
    text: `select q.tool, q.args from effect e
           join permit m on m.company = e.company and m.permit_id = e.permit_id
           join decision d on d.company = m.company and d.decision_id = m.decision_id
           join proposal q on q.company = d.company and q.proposal_id = d.proposal_id
           where e.company = $1 and e.case_id = $2 and e.state = 'done'`,
    values: [company, caseId],
  });
  return rows;
}
