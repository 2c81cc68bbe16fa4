import type { Route } from "../../domain/decision.ts";
import type { EscalationStanding, EscalationState } from "../../domain/escalation.ts";
import { escalationIdOf, recordKeys } from "../record-keys.ts";
import { appendRecord, type Ledger, type LedgerPool, type Sql } from "../records.ts";
import { sealRecord } from "../seal.ts";
import { inTransaction } from "./transaction.ts";

/** Who waits for what; whose request it is, is the decision's. Level 0 is the route's first rung. */
export type EscalationDraft = {
  readonly company: string;
  readonly caseId: string;
  readonly stepKey: string;
  readonly decisionId: string;
  readonly actionDigest: string;
  readonly route: Route;
  readonly reason: string;
  readonly at: string;
};

type EscalationRow = {
  case_id: string;
  step_key: string;
  decision_id: string;
  route: Route;
  level: number;
  state: EscalationStanding;
};

/** `at` plus a duration, ISO 8601. */
export function later(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}

/** The row `open_escalation` takes: the route's first level is asked. */
export async function escalationRow(ledger: Ledger, draft: EscalationDraft) {
  const { company, caseId, stepKey, decisionId, actionDigest, route, reason, at } = draft;
  const escalationId = escalationIdOf(decisionId);
  const first = route.levels[0];
  if (first === undefined) throw new Error(`route \`${route.id}\` has no level`);
  const dueAt = later(at, first.slaMs);
  const recordKey = recordKeys.opened(escalationId);
  const body = { escalationId, decisionId, stepKey, change: "opened", role: first.role, level: 0, dueAt, reason };
  const parents = [recordKeys.decision(decisionId)];
  const record = { company, caseId, kind: "escalation", key: recordKey, at, body, parents } as const;
  const canonical = await sealRecord(ledger, record);
  const names = { company, caseId, stepKey, escalationId, decisionId, actionDigest, route };
  return { ...names, role: first.role, dueAt, at, recordKey, canonical };
}

/** Opens an escalation at the route's first level, with its record, in one transaction. Idempotent by decision. */
export async function openEscalation(
  ledger: Ledger,
  draft: EscalationDraft,
): Promise<{ escalationId: string; state: EscalationState }> {
  const { company } = draft;
  const row = await escalationRow(ledger, draft);
  const { escalationId } = row;
  await ledger.query({
    name: "open-escalation",
    text: "select open_escalation($1)",
    values: [JSON.stringify(row)],
  });
  return { escalationId, state: await readEscalationState(ledger, company, escalationId) };
}

async function readRow(sql: Sql, company: string, escalationId: string, lock: boolean): Promise<EscalationRow> {
  const { rows } = await sql.query<EscalationRow>({
    name: lock ? "lock-escalation-row" : "read-escalation-row",
    text: `select case_id, step_key, decision_id, route, level, state from escalation
     where company = $1 and escalation_id = $2 ${lock ? "for update" : ""}`,
    values: [company, escalationId],
  });
  const row = rows[0];
  if (row === undefined) throw new Error(`no escalation \`${escalationId}\``);
  return row;
}

async function stateOf(sql: Sql, company: string, escalationId: string, row: EscalationRow): Promise<EscalationState> {
  switch (row.state) {
    case "open":
      return { kind: "waiting", level: row.level, slaMs: row.route.levels[row.level]?.slaMs ?? 0 };
    case "approved":
    case "rejected": {
      const answer = await sql.query<{ approval_id: string }>({
        name: "read-newest-approval",
        text: "select approval_id from approval where company = $1 and escalation_id = $2 order by given_at desc limit 1",
        values: [company, escalationId],
      });
      const approvalId = answer.rows[0]?.approval_id;
      if (approvalId === undefined)
        throw new Error(`escalation \`${escalationId}\` is ${row.state} without an approval`);
      return { kind: row.state, approvalId };
    }
    case "withdrawn":
      // Only who asks the decide service withdraws, and no case waits for that; to one that did, the question would be moot.
      return { kind: "superseded" };
    default:
      return { kind: row.state };
  }
}

/** Where an escalation stands in the ledger. Messages only wake the workflow; this is what it believes. */
export async function readEscalationState(sql: Sql, company: string, escalationId: string): Promise<EscalationState> {
  return stateOf(sql, company, escalationId, await readRow(sql, company, escalationId, false));
}

/** A person's verdict as kept, with all who approved the same, or undefined. */
export async function readApproval(
  sql: Sql,
  company: string,
  approvalId: string,
): Promise<{ verdict: "approve" | "reject"; actionDigest: string; readonly approvers: readonly string[] } | undefined> {
  const { rows } = await sql.query<{
    verdict: "approve" | "reject";
    actionDigest: string;
    approvers: readonly string[];
  }>({
    name: "read-approval",
    text: `select a.verdict, a.action_digest as "actionDigest",
             array(select x.person_id from approval x where x.company = a.company and x.escalation_id = a.escalation_id
                   and x.verdict = 'approve') as approvers
           from approval a where a.company = $1 and a.approval_id = $2`,
    values: [company, approvalId],
  });
  return rows[0];
}

type Change = { readonly company: string; readonly escalationId: string; readonly at: string };

async function recordChange(
  ledger: Ledger,
  { company, escalationId, at }: Change,
  row: EscalationRow,
  change: {
    change: "raised" | "expired" | "superseded" | "withdrawn";
    role: string;
    level: number;
    dueAt: string | null;
    reason: string;
  },
): Promise<void> {
  const key = `${escalationId}/${change.change}/${change.level}`;
  const body = { escalationId, decisionId: row.decision_id, stepKey: row.step_key, ...change };
  const parents = [recordKeys.opened(escalationId)];
  await appendRecord(ledger, { company, caseId: row.case_id, kind: "escalation", key, at, body, parents });
}

/**
 * Silence past a level's SLA: the next level is asked, and the last level's silence denies. A verdict that reached the
 * ledger first wins. `fromLevel` makes a retry harmless: an escalation already raised is left where it is.
 */
export async function raiseEscalation(pool: LedgerPool, change: Change, fromLevel: number): Promise<EscalationState> {
  const { company, escalationId, at } = change;
  return inTransaction(pool, async (ledger) => {
    const row = await readRow(ledger, company, escalationId, true);
    if (row.state !== "open" || row.level > fromLevel) return stateOf(ledger, company, escalationId, row);
    const next = row.route.levels[row.level + 1];
    if (next === undefined) {
      await ledger.query({
        name: "expire-escalation",
        text: "update escalation set state = 'expired', closed_at = $3 where company = $1 and escalation_id = $2",
        values: [company, escalationId, at],
      });
      const role = row.route.levels[row.level]?.role ?? "";
      const reason = `nobody answered in time; silence of ${role} denies`;
      await recordChange(ledger, change, row, { change: "expired", role, level: row.level, dueAt: null, reason });
      return { kind: "expired" };
    }
    const level = row.level + 1;
    const dueAt = later(at, next.slaMs);
    await ledger.query({
      name: "raise-escalation",
      text: "update escalation set level = $3, role = $4, due_at = $5 where company = $1 and escalation_id = $2",
      values: [company, escalationId, level, next.role, dueAt],
    });
    const reason = `no answer from ${row.route.levels[row.level]?.role ?? ""} in time`;
    await recordChange(ledger, change, row, { change: "raised", role: next.role, level, dueAt, reason });
    return { kind: "waiting", level, slaMs: next.slaMs };
  });
}

/** The question is moot: a newer event came or the record changed. A verdict that reached the ledger first wins. */
export async function supersedeEscalation(pool: LedgerPool, change: Change, reason: string): Promise<EscalationState> {
  return inTransaction(pool, async (ledger) => {
    const row = await closeUnanswered(ledger, change, { change: "superseded", reason });
    return stateOf(ledger, change.company, change.escalationId, row);
  });
}

/** Who asked takes the question back. Answers how it then stands: a verdict that reached the ledger first wins. */
export async function withdrawEscalation(
  pool: LedgerPool,
  change: Change,
  reason: string,
): Promise<EscalationStanding> {
  return inTransaction(pool, async (ledger) => {
    const { state } = await closeUnanswered(ledger, change, { change: "withdrawn", reason });
    return state;
  });
}

/** Closes a question that nobody has answered yet, with its record; what it held of limits is given back. */
async function closeUnanswered(
  ledger: Ledger,
  change: Change,
  closing: { readonly change: "superseded" | "withdrawn"; readonly reason: string },
): Promise<EscalationRow> {
  const { company, escalationId, at } = change;
  const row = await readRow(ledger, company, escalationId, true);
  if (row.state !== "open") return row;
  await ledger.query({
    name: "close-escalation",
    text: "update escalation set state = $4, closed_at = $3 where company = $1 and escalation_id = $2",
    values: [company, escalationId, at, closing.change],
  });
  const role = row.route.levels[row.level]?.role ?? "";
  await recordChange(ledger, change, row, { ...closing, role, level: row.level, dueAt: null });
  return { ...row, state: closing.change };
}
