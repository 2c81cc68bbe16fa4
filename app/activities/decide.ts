import { readGate, type StoredDecision } from "../../audit/ledgers/decisions.ts";
import type { StoredProposal } from "../../audit/ledgers/turns.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { governedActionOf } from "../../functions/governed-actions.ts";
import { mayAct } from "../../guardrails/mode.ts";
import type { DecisionRef, LedgerActivities, ProposalRef, StepRef } from "../../workflows/activities.ts";
import { createDecider, type DeciderDeps } from "../../deciding/decider.ts";
import { readEvidence, recordVersionOf, type FrozenEvidence, type ReadTools } from "../../deciding/evidence.ts";

type Deps = DeciderDeps & { readonly pool: LedgerPool; readonly readTools: ReadTools };

/** Freezes the facts, evaluates them, and answers only after the decision is durable. A retry reads the first answer. */
export function createDecide({ readTools, ...deps }: Deps): LedgerActivities["decide"] {
  const { pool } = deps;
  const decider = createDecider(deps);
  return async (step, proposalRef, gate, approvalId, at) => {
    const { company, caseId, stepKey } = step;
    const { proposal, review, decision: known } = await readGate(pool, company, stepKey, gate);
    if (proposal === undefined) throw new Error(`no proposal for step \`${stepKey}\``);
    const { tool } = proposal.action;
    if (known !== undefined) return refOf(step, known, tool);
    const action = governedActionOf(proposal.actionId);
    const evidence = await readEvidence(readTools, action, step, proposalRef.reportsStep);
    if (isStale(proposal, evidence)) return { kind: "stale" };
    const stored = await decider({
      company,
      caseId,
      stepKey,
      gate,
      approvalId,
      at,
      proposal,
      review: isFollowUp(proposalRef) ? "exempt" : review,
      facts: action.facts({ evidence, action: proposal.action }),
      sources: Object.values(evidence).map(({ source }) => source),
      requestedBy: action.requestedBy(evidence["crm.record"]?.value ?? {}),
    });
    return refOf(step, stored, tool);
  };
}

function isFollowUp({ reportsStep }: ProposalRef): boolean {
  return reportsStep !== "";
}

/** The reasoning rests on another version of the record than the one there now. */
function isStale({ recordVersion }: StoredProposal, evidence: FrozenEvidence): boolean {
  return recordVersion !== "" && recordVersion !== recordVersionOf(evidence);
}

/** What leaves the ledger for the workflow: names, and what is owed when there is something. */
function refOf(step: StepRef, stored: StoredDecision, tool: string): DecisionRef {
  const { obligations } = stored;
  const ref = verdictRef(step, stored, tool);
  return obligations.length === 0 ? ref : { ...ref, owes: obligations };
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
