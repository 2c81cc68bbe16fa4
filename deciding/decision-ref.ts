import type { StoredDecision } from "../audit/ledgers/decisions.ts";
import type { AskReading, Standing } from "../audit/ledgers/standing.ts";
import { personRefOf } from "../audit/person-ref.ts";
import type { Vault } from "../audit/vault.ts";
import { PARTNER_LETTER } from "../domain/obligations.ts";
import { functionOf } from "../functions/index.ts";
import { LETTER } from "../functions/shared/letter.ts";
import { reportedAction } from "../functions/shared/write-back.ts";
import { mayAct } from "../guardrails/mode.ts";
import type { Action } from "../domain/proposal.ts";
import type { DecisionRef, StepRef } from "../workflows/activities.ts";

/** What was decided or stands; a refusal is neither. */
type Ref = Exclude<DecisionRef, { kind: "refused" }>;

/** What leaves the ledger for the workflow: names, and what is owed when there is something. */
export function decisionRefOf(vault: Pick<Vault, "blind">, step: StepRef, stored: StoredDecision, action: Action): Ref {
  const ref = verdictRef(vault, step, stored, action.tool);
  // What is granted tells itself.
  const isTold = stored.tellsPartner && (ref.kind === "block" || ref.kind === "escalate") && hasLetter(step);
  const owes = [...stored.obligations, ...(isTold ? [PARTNER_LETTER] : [])];
  return {
    ...ref,
    ...(owes.length > 0 && { owes }),
    ...tellingOf(step, action),
  };
}

/** Whether the step's function has a letter for partners. */
function hasLetter({ functionId }: StepRef): boolean {
  return Object.hasOwn(functionOf(functionId).messages ?? {}, LETTER);
}

/**
 * What was permitted before stands for a step that asks the same. An intent that was left is taken up under its own permit
 * and key: whoever acts on it asks the target first.
 */
export function standingRefOf(
  step: StepRef,
  { effectKey }: Pick<AskReading, "effectKey">,
  first: Standing,
  action: Action,
): Ref {
  return { ...stateRef(step.company, effectKey, first), ...tellingOf(step, action) };
}

function stateRef(company: string, effectKey: string, first: Standing): Ref {
  const { state, decisionId, permitId, caseId, tool, decidedAt, actionDigest } = first;
  switch (state) {
    case "done":
      return { kind: "already-done", decisionId };
    case "unknown":
      return { kind: "unknown", decisionId };
    case "intent": {
      const permit = { permitId, company, caseId, decisionId, tool, decidedAt, actionDigest, effectKey };
      return { kind: "execute", decisionId, permit };
    }
  }
}

/** Nothing is written back of an action whose record has no property for it, or that says so of what it does. */
function tellingOf({ action }: StepRef, { args }: Action): Pick<Ref, "tells"> {
  const own = reportedAction(action);
  if (own === undefined) return {};
  const isTold = own.writeBack !== undefined && (own.writeBack.tells?.(args) ?? true);
  return isTold ? {} : { tells: false };
}

function verdictRef(vault: Pick<Vault, "blind">, step: StepRef, stored: StoredDecision, tool: string): Ref {
  const { decisionId, actionDigest, permitId, effectKey, requesterId, route, decidedAt, forOutage, mendable } = stored;
  const { company, caseId } = step;
  if (permitId !== null && effectKey !== null) {
    const permit = { permitId, company, caseId, decisionId, tool, decidedAt, actionDigest, effectKey };
    return { kind: "execute", decisionId, permit };
  }
  if (!mayAct(stored.mode)) return { kind: "withheld", decisionId, mode: stored.mode };
  if (stored.verdict === "block") return { kind: "block", decisionId };
  if (route === null) throw new Error(`decision \`${decisionId}\` escalates without a route`);
  return {
    kind: "escalate",
    decisionId,
    actionDigest,
    route,
    ...(forOutage && { forOutage: true as const }),
    ...(mendable && { mendable: true as const }),
    ...(requesterId !== undefined && { requester: personRefOf(vault, company, requesterId) }),
  };
}
