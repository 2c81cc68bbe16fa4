import type { DecisionDetails, Mode } from "../../domain/decision-details.ts";
import type { MatchedRule, PolicyRef, Route, Verdict } from "../../domain/decision.ts";
import type { SourceRef } from "../../domain/evidence.ts";
import { asksForOutage } from "../../domain/outage.ts";
import { modeOfCap } from "../../domain/control.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Review } from "../../domain/proposal.ts";
import { derivedId } from "../digest.ts";
import { decisionIdOf, escalationIdOf, recordKeys } from "../record-keys.ts";
import type { RecordDraft } from "../../domain/audit-record.ts";
import type { Ledger, Sql } from "../records.ts";
import { writeStep, type StepPart, type StepWriting } from "./step-writing.ts";
import type { StoredProposal } from "./turns.ts";

/** A decision as kept. `gate` is 1 for the first and counts re-gatings after an approval. */
export type StoredDecision = {
  readonly decisionId: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly route: Route | null;
  readonly actionDigest: string;
  readonly requestedBy: string;
  /** Who that is, by the directory when it was decided. */
  readonly requesterId?: string | undefined;
  readonly approvalId: string | null;
  readonly permitId: string | null;
  /** The key of the effect that the permit is for; null without one. */
  readonly effectKey: string | null;
  readonly decidedAt: string;
  /** The mode it was taken under; in `off` and `shadow` nothing may come of it. */
  readonly mode: Mode;
  /** What the rules that decided owe besides. */
  readonly obligations: readonly string[];
  /** People are asked only because something that deciding needs was away. */
  readonly forOutage: boolean;
  /** Whoever asked can do something about it that is known: ask what would pass, or correct what cannot be read. */
  readonly mendable: boolean;
  /** There is something to tell the partner of it. */
  readonly tellsPartner: boolean;
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
  /** Who that is, by the directory; undefined where it knows nobody by it. */
  readonly requesterId?: string | undefined;
  /** The approval that lets an escalated action pass, when there is one for this very digest. */
  readonly approvalId: string | null;
  readonly details: DecisionDetails;
  /** The mode lets nothing happen: no permit is issued, whatever the verdict. */
  readonly withheld: boolean;
  /** It is about a sum so large that a checkpoint follows at once. */
  readonly large?: boolean;
  readonly at: string;
};

/** The effect that a permit lets through, as the workflow run that will call out makes it known before it calls. */
export type IntentDraft = { readonly tool: string; readonly runId: string; readonly effectKey: string };

/**
 * A decision with its permit when it executes or carries an approval, and the intent of its effect when somebody here is
 * to act on it; and the decision as it stands once that is kept.
 */
export function decisionPart(draft: DecisionDraft, intent?: IntentDraft): { part: StepPart; stored: StoredDecision } {
  const { company, caseId, stepKey, gate, at } = draft;
  const decisionId = decisionIdOf(company, stepKey, gate);
  const passed = draft.verdict === "execute" || (draft.verdict === "escalate" && draft.approvalId !== null);
  const permitted = passed && !draft.withheld;
  const permitId = permitted ? derivedId("prm", decisionId) : null;
  // Who acts itself has a key of its own for it: its request's.
  const effectKey = permitted ? (intent?.effectKey ?? stepKey) : null;
  const { verdict, reason, rules, missing, facts, sources, route, policy, actionDigest, approvalId } = draft;
  const { details, requestedBy, requesterId } = draft;
  const { letter } = details;
  const asker = requesterId === undefined ? { requestedBy } : { requestedBy, requesterId };
  // What the partner is told is sealed apart too: it can be disclosed alone.
  const told = letter === undefined ? {} : { letter };
  const shown = { verdict, reason, rules, missing, facts, sources, policy, details, ...told, actionDigest, ...asker };
  const body = { decisionId, stepKey, gate, proposalId: draft.proposalId, approvalId, permitId, ...shown };
  const key = recordKeys.decision(decisionId);
  const record: RecordDraft = {
    company,
    caseId,
    kind: "decision",
    key,
    at,
    body,
    actionDigest,
    parents: parentsOf(draft),
    // What follows from another action, like its note in the CRM, is nobody's request.
    ...((requesterId ?? requestedBy) !== "" && { person: requesterId ?? requestedBy }),
    urgent: verdict !== "execute" || draft.large === true,
  };
  const { policyDocument } = draft;
  const names = { company, caseId, route, policyId: policy.id, policyVersion: policy.version, policyDocument };
  const { mode, obligations } = details;
  const stored: StoredDecision = {
    decisionId,
    verdict,
    reason,
    route,
    actionDigest,
    ...asker,
    approvalId,
    permitId,
    effectKey,
    decidedAt: at,
    mode,
    obligations,
    forOutage: asksForOutage(rules),
    mendable: isMendable(details),
    tellsPartner: letter !== undefined,
  };
  const begun = permitId === null || intent === undefined ? null : intent;
  const row = { ...body, ...names, effectKey, at, intent: begun };
  return { part: { row, records: [record, ...intentRecords(draft, stored, begun)] }, stored };
}

/** As the ledger's own query has it: both stand in the details only where there is something. */
function isMendable({ offers, unknown }: DecisionDetails): boolean {
  return offers !== undefined || unknown !== undefined;
}

function intentRecords(draft: DecisionDraft, stored: StoredDecision, intent: IntentDraft | null): RecordDraft[] {
  if (intent === null) return [];
  const { company, caseId, at } = draft;
  const { effectKey, tool } = intent;
  const { decisionId, permitId, actionDigest } = stored;
  const body = { effectKey, permitId, decisionId, tool, actionDigest };
  const parents = [recordKeys.decision(decisionId)];
  const key = recordKeys.intent(effectKey);
  return [{ company, caseId, kind: "intent", key, at, body, parents, actionDigest }];
}

/** What a decision rests on: what was proposed and said of it, and what an earlier gate and people made of it. */
function parentsOf({ company, stepKey, gate, approvalId }: DecisionDraft): string[] {
  const earlier = decisionIdOf(company, stepKey, gate - 1);
  return [
    recordKeys.proposal(stepKey),
    recordKeys.review(stepKey),
    ...(gate === 1 ? [] : afterQuestion(earlier)),
    ...(approvalId === null ? [] : [recordKeys.approval(approvalId)]),
  ];
}

/** An earlier gate, its question, and what a person put in place of what that asked. */
function afterQuestion(decisionId: string): string[] {
  const escalationId = escalationIdOf(decisionId);
  return [recordKeys.decision(decisionId), recordKeys.opened(escalationId), recordKeys.edited(escalationId)];
}

/** What else is written in the transaction of a decision. */
export type DecidedWith = Pick<StepWriting, "records" | "proposal"> & { readonly intent?: IntentDraft };

/**
 * Makes a decision durable with its record and, when it executes or carries an approval, its permit: one transaction.
 * The database refuses a permit that has neither. The first writing stands: a concurrent attempt gets that one.
 */
export async function recordDecision(
  ledger: Ledger,
  draft: DecisionDraft,
  { intent, ...besides }: DecidedWith = {},
): Promise<StoredDecision> {
  const { company, stepKey, gate } = draft;
  const { part, stored } = decisionPart(draft, intent);
  if (await writeStep(ledger, { company, ...besides, decision: part })) return stored;
  const { decision } = await readGate(ledger, company, stepKey, gate);
  if (decision === undefined) throw new Error(`decision \`${stored.decisionId}\` was not kept`);
  return decision;
}

/** Why it was decided as it was. */
export async function readDecisionReason(sql: Sql, company: string, decisionId: string): Promise<string> {
  const { rows } = await sql.query<{ reason: string }>({
    name: "read-decision-reason",
    text: "select reason from decision where company = $1 and decision_id = $2",
    values: [company, decisionId],
  });
  const row = rows[0];
  if (row === undefined) throw new Error(`no decision \`${decisionId}\``);
  return row.reason;
}

/** What a gate starts from: the proposal, Compliance's review, and the decision when this gate was passed before. */
export type GateReading = {
  readonly proposal: StoredProposal | undefined;
  readonly review: Review | undefined;
  readonly decision: StoredDecision | undefined;
  /** The lowest autonomy of the agents that took a turn in the step. */
  readonly agentsMode: Mode;
};

type GateRow = {
  proposal_id: string;
  action_id: string;
  tool: string;
  args: JsonObject;
  record_version: string;
  reasoning: string;
  review: string | null;
  decision_id: string | null;
  verdict: Verdict;
  reason: string;
  route: Route | null;
  action_digest: string;
  requested_by: string;
  requester_id: string | null;
  approval_id: string | null;
  permit_id: string | null;
  effect_key: string | null;
  decided_at: string;
  mode: Mode | null;
  obligations: readonly string[] | null;
  rules: readonly MatchedRule[] | null;
  mendable: boolean;
  agents_cap: number | null;
  tells_partner: boolean;
};

/**
 * Reads all that a gate starts from in one round trip. What is proposed is what a person put in its place when the gate before asked, else
 * what that one was about.
 */
export async function readGate(sql: Sql, company: string, stepKey: string, gate: number): Promise<GateReading> {
  const earlier = decisionIdOf(company, stepKey, gate - 1);
  const { rows } = await sql.query<GateRow>({
    name: "read-gate",
    text: `select q.proposal_id, q.action_id, q.tool, q.args, q.record_version, q.reasoning, q.review,
                  d.decision_id, d.verdict, d.reason, d.route, d.action_digest, d.requested_by, d.requester_id, d.approval_id, d.decided_at, p.permit_id, p.effect_key,
                  d.details->>'mode' as mode, d.details->'obligations' as obligations, d.rules,
                  coalesce(d.details ?| array['offers', 'unknown'], false) as mendable, agents_cap(q.company, q.step_key) as agents_cap,
                  coalesce(d.details ? 'letter', false) as tells_partner
           from proposal q
           left join decision d on d.company = q.company and d.step_key = q.step_key and d.gate = $3
           left join lateral (select permit_id, effect_key from permit x
                              where x.company = d.company and x.decision_id = d.decision_id limit 1) p on true
           where q.company = $1 and q.step_key = $2 and q.proposal_id = coalesce(
             (select x.proposal_id from proposal x
              where x.company = $1 and x.step_key = $2 and coalesce(x.edit->>'escalationId', '') = $4),
             (select x.proposal_id from decision x where x.company = $1 and x.decision_id = $5),
             (select x.proposal_id from proposal x
              where x.company = $1 and x.step_key = $2 and coalesce(x.edit->>'escalationId', '') = ''))`,
    values: [company, stepKey, gate, escalationIdOf(earlier), earlier],
  });
  const row = rows[0];
  if (row === undefined) return { proposal: undefined, review: undefined, decision: undefined, agentsMode: "led" };
  const { proposal_id: proposalId, action_id: actionId, tool, args, record_version: recordVersion, reasoning } = row;
  return {
    proposal: { proposalId, actionId, action: { tool, args }, recordVersion, reasoning },
    review: row.review === null ? undefined : (JSON.parse(row.review) as Review),
    decision: row.decision_id === null ? undefined : decisionOf(row, row.decision_id),
    agentsMode: modeOfCap(row.agents_cap),
  };
}

function decisionOf(row: GateRow, decisionId: string): StoredDecision {
  const { verdict, reason, route, action_digest: actionDigest, requested_by: requestedBy } = row;
  return {
    decisionId,
    verdict,
    reason,
    route,
    actionDigest,
    requestedBy,
    requesterId: row.requester_id ?? undefined,
    approvalId: row.approval_id,
    permitId: row.permit_id,
    effectKey: row.effect_key,
    decidedAt: row.decided_at,
    mode: row.mode ?? "led",
    obligations: row.obligations ?? [],
    forOutage: asksForOutage(row.rules ?? []),
    mendable: row.mendable,
    tellsPartner: row.tells_partner,
  };
}
