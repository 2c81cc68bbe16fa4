import type { StoredDecision } from "../audit/ledgers/decisions.ts";
import { reportedAction } from "../functions/shared/write-back.ts";
import { mayAct } from "../guardrails/mode.ts";
import type { DecisionRef, StepRef } from "../workflows/activities.ts";

/** What leaves the ledger for the workflow: names, and what is owed when there is something. `tool` is the action's. */
export function decisionRefOf(step: StepRef, stored: StoredDecision, tool: string): DecisionRef {
  const { obligations } = stored;
  const own = reportedAction(step.action);
  return {
    ...verdictRef(step, stored, tool),
    ...(obligations.length > 0 && { owes: obligations }),
    ...(own !== undefined && own.writeBack === undefined && { tells: false }),
  };
}

function verdictRef(step: StepRef, stored: StoredDecision, tool: string): DecisionRef {
  const { decisionId, actionDigest, permitId, requestedBy, route, decidedAt } = stored;
  const { company, caseId, stepKey } = step;
  if (permitId !== null) {
    const permit = { permitId, company, caseId, decisionId, tool, decidedAt, actionDigest, effectKey: stepKey };
    return { kind: "execute", decisionId, permit };
  }
  if (!mayAct(stored.mode)) return { kind: "withheld", decisionId, mode: stored.mode };
  if (stored.verdict === "block") return { kind: "block", decisionId };
  if (route === null) throw new Error(`decision \`${decisionId}\` escalates without a route`);
  return { kind: "escalate", decisionId, actionDigest, requestedBy, reason: stored.reason, route };
}
