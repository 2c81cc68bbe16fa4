import type { StepDecisionReading } from "../../functions/shared/crm-note.ts";
import type { Sql } from "../records.ts";
import { readStepOutcome } from "./effects.ts";

/** A step's last decision and how the step ended; undefined before it is decided. */
export async function readStepDecision(
  sql: Sql,
  company: string,
  stepKey: string,
): Promise<StepDecisionReading | undefined> {
  const { rows } = await sql.query<Omit<StepDecisionReading, "outcome">>({
    name: "step-decision",
    text: `select d.decision_id as "decisionId", d.verdict, d.reason, coalesce(e.detail, '') as detail
           from decision d
           left join lateral (
             select permit_id, effect_key from permit x
             where x.company = d.company and x.decision_id = d.decision_id limit 1) m on true
           left join lateral (
             select detail from effect x where x.company = d.company and x.effect_key = m.effect_key
               and x.permit_id = m.permit_id limit 1) e on true
           where d.company = $1 and d.step_key = $2 order by d.gate desc limit 1`,
    values: [company, stepKey],
  });
  const row = rows[0];
  return row && { ...row, outcome: await readStepOutcome(sql, company, stepKey) };
}
