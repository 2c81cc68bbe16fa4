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
    text: `select decision_id as "decisionId", verdict, reason from decision
           where company = $1 and step_key = $2 order by gate desc limit 1`,
    values: [company, stepKey],
  });
  const row = rows[0];
  return row && { ...row, outcome: await readStepOutcome(sql, company, stepKey) };
}
