import type { MatchedRule, PolicyRef, Route, Verdict } from "../../domain/decision.ts";
import type { SourceRef } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import { derivedId } from "../digest.ts";
import { canonicalRecord, type Sql } from "../records.ts";

/** A decision as kept. `gate` is 1 for the first and counts re-gatings after an approval. */
export type StoredDecision = {
  readonly decisionId: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly route: Route | null;
  readonly actionDigest: string;
  readonly requestedBy: string;
  readonly approvalId: string | null;
  readonly permitId: string | null;
};

/** Everything a decision is rebuilt from. */
export type DecisionDraft = {
  readonly company: string;
  readonly caseId: string;
  readonly stepKey: string;
  readonly gate: number;
  readonly proposalId: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly rules: readonly MatchedRule[];
  readonly missing: readonly string[];
  readonly facts: JsonObject;
  readonly sources: readonly SourceRef[];
  readonly route: Route | null;
  readonly policy: PolicyRef;
  readonly policyDocument: string;
  readonly actionDigest: string;
  readonly requestedBy: string;
  /** The approval that lets an escalated action pass, when there is one for this very digest. */
  readonly approvalId: string | null;
  readonly at: string;
};

export function decisionIdOf(company: string, stepKey: string, gate: number): string {
  return derivedId("dec", company, stepKey, gate);
}

/**
 * Makes a decision durable with its record and, when it executes or carries an approval, its permit: one transaction.
 * The database refuses a permit that has neither. A retry changes nothing; read the decision afterwards.
 */
export async function recordDecision(sql: Sql, draft: DecisionDraft): Promise<void> {
  const { company, caseId, stepKey, gate, at } = draft;
  const decisionId = decisionIdOf(company, stepKey, gate);
  const permitted = draft.verdict === "execute" || (draft.verdict === "escalate" && draft.approvalId !== null);
  const permitId = permitted ? derivedId("prm", decisionId) : null;
  const recordKey = `${stepKey}/decision/${gate}`;
  const { verdict, reason, rules, missing, facts, sources, route, policy, actionDigest, requestedBy, approvalId } =
    draft;
  const shown = { verdict, reason, rules, missing, facts, sources, policy, actionDigest, requestedBy };
  const body = { decisionId, stepKey, gate, proposalId: draft.proposalId, approvalId, permitId, ...shown };
  const canonical = canonicalRecord({ company, caseId, kind: "decision", key: recordKey, at, body });
  const row = { ...body, company, caseId, route, policyId: policy.id, policyVersion: policy.version };
  await sql.query({
    name: "record-decision",
    text: "select record_decision($1)",
    values: [JSON.stringify({ ...row, policyDocument: draft.policyDocument, at, recordKey, canonical })],
  });
}

/** The decision of one gate of a step, or undefined before it was taken. */
export async function readDecision(
  sql: Sql,
  { company, stepKey, gate }: { company: string; stepKey: string; gate: number },
): Promise<StoredDecision | undefined> {
  const { rows } = await sql.query<{
    decision_id: string;
    verdict: Verdict;
    reason: string;
    route: Route | null;
    action_digest: string;
    requested_by: string;
    approval_id: string | null;
    permit_id: string | null;
  }>({
    name: "read-decision",
    text: `select d.decision_id, d.verdict, d.reason, d.route, d.action_digest, d.requested_by, d.approval_id, p.permit_id
           from decision d left join permit p using (company, decision_id)
           where d.company = $1 and d.step_key = $2 and d.gate = $3`,
    values: [company, stepKey, gate],
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    decisionId: row.decision_id,
    verdict: row.verdict,
    reason: row.reason,
    route: row.route,
    actionDigest: row.action_digest,
    requestedBy: row.requested_by,
    approvalId: row.approval_id,
    permitId: row.permit_id,
  };
}
