import type { StepDecisionReading } from "../../functions/shared/crm-note.ts";
import type { Ledger } from "../records.ts";
import { readStepOutcome } from "./effects.ts";
import { readRefusal } from "./refusals.ts";

/**
 * A step's last decision and how the step ended; undefined before it is decided. Where the step was refused with nothing decided
 * that holds, that is what is read, whatever was decided of it before; an attempt that decided it later stands.
 */
export async function readStepDecision(
  ledger: Ledger,
  company: string,
  stepKey: string,
): Promise<StepDecisionReading | undefined> {
  const refusal = await readRefusal(ledger, company, stepKey);
  const { rows } = await ledger.query<Omit<StepDecisionReading, "outcome"> & { decidedAt: string }>({
    name: "step-decision",
    text: `select d.decision_id as "decisionId", d.verdict, d.reason, coalesce(e.detail, '') as detail,
             coalesce(q.action_id, '') as "actionId", d.decided_at as "decidedAt"
           from decision d
           left join lateral (
             select action_id from proposal x
             where x.company = d.company and x.proposal_id = d.proposal_id limit 1) q on true
           left join lateral (
             select permit_id, effect_key from permit x
             where x.company = d.company and x.decision_id = d.decision_id limit 1) m on true
           left join lateral (
             select detail from effect x where x.company = d.company and x.effect_key = m.effect_key
               and x.permit_id = m.permit_id limit 1) e on true
           where d.company = $1 and d.step_key = $2 order by d.gate desc limit 1`,
    values: [company, stepKey],
  });
  const [row] = rows;
  if (refusal !== undefined && (row === undefined || row.decidedAt <= refusal.at)) {
    const { actionId, reason } = refusal;
    return { actionId, reason, decisionId: "", verdict: "none", outcome: "refused", detail: "" };
  }
  if (row === undefined) return undefined;
  const { decidedAt: _decidedAt, ...decision } = row;
  return { ...decision, outcome: await readStepOutcome(ledger, company, stepKey) };
}
