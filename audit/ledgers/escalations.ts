import { deadlineAfter, workingMsBetween, workingTimeAfter, type WorkingTime } from "../../domain/calendar.ts";
import type { Route } from "../../domain/decision.ts";
import type { JsonObject } from "../../domain/json.ts";
import { decidedInsteadAs } from "../../domain/outage.ts";
import { isStanding, type EscalationStanding, type EscalationState } from "../../domain/escalation.ts";
import { escalationIdOf, recordKeys } from "../record-keys.ts";
import type { Ledger, LedgerPool, Sql } from "../records.ts";
import { sealRecord } from "../seal.ts";
import {
  lockEscalation,
  moveRow,
  readEscalationRow,
  recordMove,
  type EscalationChange,
  type EscalationRow,
} from "./escalation-row.ts";
import { openingsOf, tellReach, type OnOutOfReach, type Opening } from "./opening.ts";
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

/** `at` plus a duration, ISO 8601. */
export function later(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}

/** Until when whoever is asked at `at` has to answer: `slaMs` later, or so much working time. */
function dueAfter(workingTime: WorkingTime | null, at: string, slaMs: number): string {
  return workingTime === null ? later(at, slaMs) : deadlineAfter(workingTime, at, slaMs);
}

/** The row `open_escalation` takes: the route's first level is asked. */
export async function escalationRow(ledger: Ledger, draft: EscalationDraft, { workingTime, reach }: Opening) {
  const { company, caseId, stepKey, decisionId, actionDigest, route, reason, at } = draft;
  const escalationId = escalationIdOf(decisionId);
  const first = route.levels[0];
  if (first === undefined) throw new Error(`route \`${route.id}\` has no level`);
  const dueAt = dueAfter(workingTime, at, first.slaMs);
  const recordKey = recordKeys.opened(escalationId);
  const asked = { escalationId, decisionId, stepKey, change: "opened", role: first.role, level: 0, dueAt, reason };
  const body = {
    ...asked,
    ...(workingTime !== null && { workingTime: workingTime as unknown as JsonObject }),
    ...(reach !== "now" && { reach }),
  };
  const parents = [recordKeys.decision(decisionId)];
  const record = { company, caseId, kind: "escalation", key: recordKey, at, body, parents } as const;
  const canonical = await sealRecord(ledger, record);
  const names = { company, caseId, stepKey, escalationId, decisionId, actionDigest, route };
  return { ...names, role: first.role, dueAt, at, workingTime, recordKey, canonical };
}

/** Opens an escalation at the route's first level, with its record, in one transaction. Idempotent by decision. */
export async function openEscalation(
  ledger: Ledger,
  draft: EscalationDraft,
  onOutOfReach?: OnOutOfReach,
): Promise<{ escalationId: string; state: EscalationState }> {
  const { company, decisionId, route } = draft;
  const askers = await askersOf(ledger, company, decisionId);
  const [opening = { workingTime: null, reach: "nobody" }] = await openingsOf(ledger, company, [{ route, askers }]);
  const row = await escalationRow(ledger, draft, opening);
  const { escalationId } = row;
  await ledger.query({
    name: "open-escalation",
    text: "select open_escalation($1)",
    values: [JSON.stringify(row)],
  });
  const state = await readEscalationState(ledger, company, escalationId);
  tellReach(onOutOfReach, row, opening);
  return { escalationId, state };
}

/** Who asked for what is decided: the text it was asked under, and whom the directory knew by it. */
async function askersOf(ledger: Ledger, company: string, decisionId: string): Promise<readonly string[]> {
  const { rows } = await ledger.query<{ askers: readonly string[] }>({
    name: "askers-of-decision",
    text: `select array_remove(array[requested_by, requester_id], null) as askers from decision
           where company = $1 and decision_id = $2`,
    values: [company, decisionId],
  });
  return rows[0]?.askers ?? [];
}

function stateOf(row: EscalationRow): EscalationState {
  const { state, level, until_at: until } = row;
  const approvalId = row.approval_id ?? "";
  switch (state) {
    case "open":
      return { kind: "waiting", level, slaMs: row.route.levels[level]?.slaMs ?? 0, dueAt: row.due_at };
    case "info-requested":
    case "committing":
      return { kind: state === "committing" ? "committing" : "paused", level, until: until ?? row.due_at };
    case "rejected":
      return { kind: "rejected", approvalId };
    case "approved":
    case "executed":
    case "execution-failed":
      return { kind: "approved", approvalId };
    case "superseded":
      return { kind: row.edited ? "edited" : state };
    case "withdrawn":
    case "expired":
      return { kind: state };
  }
}

async function locked(ledger: Ledger, change: EscalationChange): Promise<EscalationRow> {
  const row = await lockEscalation(ledger, change);
  if (row === undefined) throw new Error(`no escalation \`${change.escalationId}\``);
  return row;
}

/** Where an escalation stands in the ledger. Messages only wake the workflow; this is what it believes. */
export async function readEscalationState(
  ledger: Ledger,
  company: string,
  escalationId: string,
): Promise<EscalationState> {
  const row = await readEscalationRow(ledger, { company, escalationId });
  if (row === undefined) throw new Error(`no escalation \`${escalationId}\``);
  return stateOf(row);
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
                   and x.verdict = 'approve' and x.undone_at is null) as approvers
           from approval a where a.company = $1 and a.approval_id = $2`,
    values: [company, approvalId],
  });
  return rows[0];
}

/**
 * Silence past a level's SLA: the next level is asked, and the last level's silence denies. A verdict that reached the
 * ledger first wins. `fromLevel` makes a retry harmless: an escalation already raised is left where it is.
 */
export async function raiseEscalation(
  pool: LedgerPool,
  change: EscalationChange,
  fromLevel: number,
): Promise<EscalationState> {
  return inTransaction(pool, async (ledger) => {
    const row = await locked(ledger, change);
    // A deadline that moved while its clock stood still has not passed.
    if (row.state !== "open" || row.level > fromLevel || change.at < row.due_at) return stateOf(row);
    return stateOf(await silence(ledger, change, row));
  });
}

async function silence(ledger: Ledger, change: EscalationChange, row: EscalationRow): Promise<EscalationRow> {
  const { role, route } = row;
  const next = route.levels[row.level + 1];
  if (next === undefined) {
    const expired = await moveRow(ledger, change, row, { state: "expired" });
    const reason = `nobody answered in time; silence of ${role} denies`;
    await recordMove(ledger, change, expired, { change: "expired", reason });
    return expired;
  }
  const dueAt = dueAfter(row.working_time, change.at, next.slaMs);
  const moved = { state: "open", level: row.level + 1, role: next.role, dueAt, assignee: null } as const;
  const raised = await moveRow(ledger, change, row, moved);
  await recordMove(ledger, change, raised, { change: "raised", dueAt, reason: `no answer from ${role} in time` });
  return raised;
}

/**
 * What was waited for beside a verdict has passed: an approval that was not undone counts, and a question whose asking back was not
 * answered goes on. Before its time nothing happens.
 */
export async function passEscalation(pool: LedgerPool, change: EscalationChange): Promise<EscalationState> {
  return inTransaction(pool, async (ledger) => {
    const row = await locked(ledger, change);
    if (row.until_at === null || change.at < row.until_at) return stateOf(row);
    if (row.state === "committing") {
      const approved = await moveRow(ledger, change, row, { state: "approved" });
      await recordMove(ledger, change, approved, { change: "committed", reason: "nobody undid it in time" });
      return stateOf(approved);
    }
    const reopened = await resume(ledger, change, row);
    const reason = "what was asked back was not answered in time";
    await recordMove(ledger, change, reopened, { change: "reopened", dueAt: reopened.due_at, reason });
    return stateOf(reopened);
  });
}

/** The clock of a question goes on where it stood: what was left of its time when it stopped is given back. */
export async function resume(ledger: Ledger, change: EscalationChange, row: EscalationRow): Promise<EscalationRow> {
  return moveRow(ledger, change, row, { state: "open", dueAt: dueAgain(row, change.at) });
}

function dueAgain({ paused_at: pausedAt, due_at: dueAt, working_time: time }: EscalationRow, at: string): string {
  if (pausedAt === null) return dueAt;
  if (time !== null) return workingTimeAfter(time, at, workingMsBetween(time, pausedAt, dueAt));
  return later(dueAt, Math.max(0, Date.parse(at) - Date.parse(pausedAt)));
}

/** The question is moot: a newer event came or the record changed. A verdict that counts already wins. */
export async function supersedeEscalation(
  pool: LedgerPool,
  change: EscalationChange,
  reason: string,
): Promise<EscalationState> {
  return inTransaction(pool, async (ledger) => {
    const row = await closeUnanswered(ledger, change, { change: "superseded", reason });
    return stateOf(row);
  });
}

/**
 * Takes back a question that only an outage asked; answers whether it is. One that somebody has answered, is undoing or has asked
 * back about stays theirs. `instead`: the decision that is taken in place of it, in the same transaction.
 */
export async function takeBackUntouched(ledger: Ledger, change: EscalationChange, instead: string): Promise<boolean> {
  const row = await locked(ledger, change);
  if (row.state !== "open" || row.approved_by.length > 0) return false;
  const closed = await moveRow(ledger, change, row, { state: "superseded", instead });
  await recordMove(ledger, change, closed, { change: "superseded", reason: decidedInsteadAs(instead) });
  return true;
}

/** What was approved came to nothing before anything was done: the record is another by now, or asks for it no more. */
export async function supersedeApproved(
  ledger: Ledger,
  { company, approvalId, at }: { readonly company: string; readonly approvalId: string; readonly at: string },
  reason: string,
): Promise<void> {
  const { rows } = await ledger.query<{ escalation_id: string }>({
    name: "escalation-of-approval",
    text: "select escalation_id from approval where company = $1 and approval_id = $2",
    values: [company, approvalId],
  });
  const escalationId = rows[0]?.escalation_id;
  if (escalationId === undefined) return;
  const change = { company, escalationId, at };
  const row = await locked(ledger, change);
  if (row.state !== "approved") return;
  await recordMove(ledger, change, await moveRow(ledger, change, row, { state: "superseded" }), {
    change: "superseded",
    reason,
  });
}

/** Who asked takes the question back. Answers how it then stands: a verdict that counts already wins. */
export async function withdrawEscalation(
  pool: LedgerPool,
  change: EscalationChange,
  reason: string,
): Promise<EscalationStanding> {
  return inTransaction(pool, async (ledger) => {
    const { state } = await closeUnanswered(ledger, change, { change: "withdrawn", reason });
    return state;
  });
}

/** Closes a question whose answer does not count yet, with its record; what it held of limits is given back. */
async function closeUnanswered(
  ledger: Ledger,
  change: EscalationChange,
  closing: { readonly change: "superseded" | "withdrawn"; readonly reason: string },
): Promise<EscalationRow> {
  const row = await locked(ledger, change);
  if (!isStanding(row.state)) return row;
  const closed = await moveRow(ledger, change, row, { state: closing.change });
  await recordMove(ledger, change, closed, closing);
  return closed;
}
