import type { Action } from "../../domain/proposal.ts";
import type { JsonObject } from "../../domain/json.ts";
import { recordKeys } from "../record-keys.ts";
import { appendOnce, type LedgerPool, type Sql } from "../records.ts";

/** What a case goes by from now on: dates and what its record asks for, by the names that its function gives them. */
export type PlanRecord = {
  readonly company: string;
  readonly caseId: string;
  readonly eventId: string;
  /** Names the plan's content: one that stays as it was is recorded once for each event. */
  readonly digest: string;
  readonly body: JsonObject;
  readonly at: string;
};

export async function recordPlan(pool: LedgerPool, { digest, body, eventId, ...plan }: PlanRecord): Promise<void> {
  const { company, caseId, at } = plan;
  const key = recordKeys.plan(caseId, eventId, digest);
  const parents = [recordKeys.event(eventId)];
  await appendOnce(pool, { company, caseId, kind: "plan", key, at, body: { eventId, ...body }, parents });
}

/** An action whose effect is done, as it was decided. */
export type DoneAction = {
  readonly actionId: string;
  readonly action: Action;
  /** What was proposed first, in whose place people may have put another one. */
  readonly asked: Action;
  /** The day on which it was decided, `2026-12-31`, in UTC. */
  readonly on: string;
};

/** What was done in a case, in the order in which it was. */
export async function readDoneActions(sql: Sql, company: string, caseId: string): Promise<readonly DoneAction[]> {
  const { rows } = await sql.query<DoneAction>({
    name: "read-done-actions",
    text: `select q.action_id as "actionId", jsonb_build_object('tool', q.tool, 'args', q.args) as action,
             jsonb_build_object('tool', f.tool, 'args', f.args) as asked,
             to_char(d.decided_at at time zone 'utc', 'YYYY-MM-DD') as on
           from (select * from effect x where x.company = $1 and x.case_id = $2 offset 0) e
           cross join lateral (
             select decision_id from permit x where x.company = $1 and x.permit_id = e.permit_id limit 1) m
           cross join lateral (
             select proposal_id, step_key, decided_at from decision x
             where x.company = $1 and x.decision_id = m.decision_id limit 1) d
           cross join lateral (
             select action_id, tool, args from proposal x
             where x.company = $1 and x.proposal_id = d.proposal_id limit 1) q
           cross join lateral (
             select tool, args from proposal x
             where x.company = $1 and x.step_key = d.step_key and coalesce(x.edit->>'escalationId', '') = '' limit 1) f
           where e.state = 'done'
           order by d.decided_at, e.effect_key`,
    values: [company, caseId],
  });
  return rows;
}
