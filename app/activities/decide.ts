import type { Pool } from "pg";
import { digestOf } from "../../audit/digest.ts";
import { readGate, recordDecision, type StoredDecision } from "../../audit/ledgers/decisions.ts";
import { readApproval } from "../../audit/ledgers/escalations.ts";
import type { StoredProposal } from "../../audit/ledgers/turns.ts";
import type { Decision } from "../../domain/decision.ts";
import { governedActionOf } from "../../domain/governed-actions.ts";
import type { JsonObject } from "../../domain/json.ts";
import { evaluate, type Disagreement } from "../../guardrails/evaluate.ts";
import { tighten } from "../../guardrails/tighten.ts";
import type { DecisionRef, LedgerActivities, ProposalRef, StepRef } from "../../workflows/activities.ts";
import type { Policies, VersionedPolicy } from "../policies.ts";
import { readEvidence, recordVersionOf, type FrozenEvidence, type ReadTools } from "./evidence.ts";

/** The two evaluators found different rules for one gate of a step. Its decision did not execute for that reason. */
export type Alarm = (detail: Disagreement & { readonly caseId: string; readonly stepKey: string }) => void;

type Deps = {
  readonly pool: Pool;
  readonly policies: Policies;
  readonly readTools: ReadTools;
  readonly alarm: Alarm;
};

/** What an approval and a permit are bound to. Any change of any part is another action. */
export type BoundAction = {
  readonly company: string;
  readonly tool: string;
  readonly args: JsonObject;
  readonly recordVersion: string;
  readonly policyVersion: string;
};

export function actionDigestOf(action: BoundAction): string {
  return digestOf({ ...action });
}

/** Freezes the facts, evaluates them, and answers only after the decision is durable. A retry reads the first answer. */
export function createDecide({ pool, policies, readTools, alarm }: Deps): LedgerActivities["decide"] {
  return async (step, proposalRef, gate, approvalId, at) => {
    const { company, stepKey } = step;
    const { proposal, review, decision: known } = await readGate(pool, company, stepKey, gate);
    if (proposal === undefined) throw new Error(`no proposal for step \`${stepKey}\``);
    const { tool } = proposal.action;
    if (known !== undefined) return refOf(step, known, tool);
    const action = governedActionOf(proposal.actionId);
    const evidence = await readEvidence(readTools, action, step, proposalRef.reportsStep);
    if (isStale(proposal, evidence)) return { kind: "stale" };
    const facts = action.facts({ evidence, action: proposal.action });
    const versioned = policies.policyOf(action.id);
    const policyDecision = await evaluate(versioned.policy, facts, {
      onDisagreement: (detail) => alarm({ ...detail, caseId: step.caseId, stepKey }),
    });
    const decision = isFollowUp(proposalRef) ? policyDecision : tighten(policyDecision, review, versioned.policy);
    const requestedBy = action.requestedBy(evidence["crm.record"]?.value ?? {});
    const draft = { pool, step, gate, approvalId, at, proposal, evidence, facts, decision, versioned, requestedBy };
    return refOf(step, await keep(draft), tool);
  };
}

function isFollowUp({ reportsStep }: ProposalRef): boolean {
  return reportsStep !== "";
}

/** The reasoning rests on another version of the record than the one there now. */
function isStale({ recordVersion }: StoredProposal, evidence: FrozenEvidence): boolean {
  return recordVersion !== "" && recordVersion !== recordVersionOf(evidence);
}

type Keep = {
  readonly pool: Pool;
  readonly step: StepRef;
  readonly gate: number;
  readonly approvalId: string | null;
  readonly at: string;
  readonly proposal: StoredProposal;
  readonly evidence: FrozenEvidence;
  readonly facts: JsonObject;
  readonly decision: Decision;
  readonly versioned: VersionedPolicy;
  readonly requestedBy: string;
};

async function keep(input: Keep): Promise<StoredDecision> {
  const { pool, step, gate, approvalId, at, proposal, evidence, facts, decision, versioned, requestedBy } = input;
  const { company, caseId, stepKey } = step;
  const policy = { id: versioned.policy.id, version: versioned.version };
  const { tool, args } = proposal.action;
  const { recordVersion } = proposal;
  const actionDigest = actionDigestOf({ company, tool, args, recordVersion, policyVersion: policy.version });
  const approved = decision.kind === "escalate" && (await approves(pool, company, approvalId, actionDigest));
  return recordDecision(pool, {
    company,
    caseId,
    stepKey,
    gate,
    proposalId: proposal.proposalId,
    verdict: decision.kind,
    reason: reasonOf(decision),
    rules: decision.rules,
    missing: decision.kind === "escalate" ? decision.missing : [],
    facts,
    sources: Object.values(evidence).map(({ source }) => source),
    route: decision.kind === "escalate" ? decision.route : null,
    policy,
    policyDocument: versioned.document,
    actionDigest,
    requestedBy,
    approvalId: approved ? approvalId : null,
    at,
  });
}

/** An approval holds only for the very action it named: a changed policy, record or argument needs a new one. */
async function approves(
  pool: Pool,
  company: string,
  approvalId: string | null,
  actionDigest: string,
): Promise<boolean> {
  if (approvalId === null) return false;
  const approval = await readApproval(pool, company, approvalId);
  return approval?.verdict === "approve" && approval.actionDigest === actionDigest;
}

function reasonOf(decision: Decision): string {
  if (decision.kind !== "execute") return decision.reason;
  return decision.rules.map(({ reason }) => reason).join("; ");
}

function refOf(step: StepRef, stored: StoredDecision, tool: string): DecisionRef {
  const { decisionId, actionDigest, permitId, requestedBy, route, decidedAt } = stored;
  const { company, caseId, stepKey } = step;
  if (permitId !== null) {
    const permit = { permitId, company, caseId, decisionId, tool, decidedAt, actionDigest, effectKey: stepKey };
    return { kind: "execute", decisionId, permit };
  }
  if (stored.verdict === "block") return { kind: "block", decisionId };
  if (route === null) throw new Error(`decision \`${decisionId}\` escalates without a route`);
  return { kind: "escalate", decisionId, actionDigest, requestedBy, reason: stored.reason, route };
}
