import type { Route } from "../../domain/decision.ts";
import type { WorkingTime } from "../../domain/calendar.ts";
import { isStanding, type EscalationStanding } from "../../domain/escalation.ts";
import type { JsonObject } from "../../domain/json.ts";
import { recordKeys } from "../record-keys.ts";
import { appendRecord, type Ledger } from "../records.ts";

/** A question as its row has it. Times are ISO 8601; null where its state has none. */
export type EscalationRow = {
  readonly case_id: string;
  readonly step_key: string;
  readonly decision_id: string;
  readonly action_digest: string;
  readonly requested_by: string;
  readonly requester_id: string | null;
  readonly route: Route;
  readonly level: number;
  readonly role: string;
  readonly state: EscalationStanding;
  readonly due_at: string;
  readonly version: number;
  readonly assignee: string | null;
  readonly paused_at: string | null;
  readonly until_at: string | null;
  /** What its deadlines go by; null: day and night. */
  readonly working_time: WorkingTime | null;
  /** The last approval that counts, or the rejection. */
  readonly approval_id: string | null;
  readonly answered_by: string | null;
  /** Who approved so far, but for what was undone. */
  readonly approved_by: readonly string[];
  readonly not_whole: boolean;
  /** Other arguments were put in place of what it asks. */
  readonly edited: boolean;
};

/** Names a question, and the instant that something happens to it, ISO 8601. */
export type EscalationChange = { readonly company: string; readonly escalationId: string; readonly at: string };

/** The question as it stands. Undefined where there is none of that name. */
export async function readEscalationRow(
  ledger: Ledger,
  { company, escalationId }: Omit<EscalationChange, "at">,
): Promise<EscalationRow | undefined> {
  const { rows } = await ledger.query<EscalationRow>({
    name: "read-escalation-row",
    text: `select s.case_id, s.step_key, s.decision_id, s.action_digest, s.requested_by, s.requester_id, s.route, s.level, s.role,
            s.state, s.due_at, s.version, s.assignee, s.paused_at, s.until_at, s.working_time, said.approval_id, said.answered_by,
            coalesce(said.approved_by, '{}') as approved_by, coalesce(d.not_whole, false) as not_whole,
            exists (select from proposal x where x.company = s.company and x.step_key = s.step_key
                      and coalesce(x.edit->>'escalationId', '') = s.escalation_id) as edited
     from escalation s
     left join lateral (
       select (array_agg(a.approval_id order by a.nth desc))[1] as approval_id,
              (array_agg(a.person_id order by a.nth desc))[1] as answered_by,
              array_agg(a.person_id) filter (where a.verdict = 'approve') as approved_by
       from approval a
       where a.company = s.company and a.escalation_id = s.escalation_id and a.undone_at is null) said on true
     left join lateral (
       select x.details->'notWhole' = 'true' or x.details->'notAsItStands' = 'true' as not_whole from decision x
       where x.company = s.company and x.decision_id = s.decision_id limit 1) d on true
     where s.company = $1 and s.escalation_id = $2`,
    values: [company, escalationId],
  });
  return rows[0];
}

/**
 * The question, which nobody else moves until the transaction ends. The lock is a statement of its own: a statement that waits for a
 * lock goes on reading as of when it began, and would miss the approval of whoever held it.
 */
export async function lockEscalation(
  ledger: Ledger,
  { company, escalationId }: Omit<EscalationChange, "at">,
): Promise<EscalationRow | undefined> {
  await ledger.query({
    name: "lock-escalation",
    text: "select from escalation where company = $1 and escalation_id = $2 for update",
    values: [company, escalationId],
  });
  return readEscalationRow(ledger, { company, escalationId });
}

/** What changes of a row; what is left out stays, and what a state has no use for goes. */
type Moved = {
  readonly state: EscalationStanding;
  readonly level?: number;
  readonly role?: string;
  readonly dueAt?: string;
  readonly assignee?: string | null;
  /** Put off until then, by whom. */
  readonly held?: { readonly until: string; readonly by: string };
  readonly untilAt?: string;
  /** The decision that was taken in place of what it asks. */
  readonly instead?: string;
};

/** Moves a question whose row is locked, under its next version. */
export async function moveRow(
  ledger: Ledger,
  { company, escalationId, at }: EscalationChange,
  row: EscalationRow,
  moved: Moved,
): Promise<EscalationRow> {
  const { state, level = row.level, role = row.role, dueAt = row.due_at, assignee = row.assignee } = moved;
  const { held, untilAt = null, instead = null } = moved;
  const pausedAt = state === "info-requested" ? (row.paused_at ?? at) : null;
  await ledger.query({
    name: "move-escalation",
    text: `update escalation set state = $3, level = $4, role = $5, due_at = $6, assignee = $7, held_until = $8, paused_at = $9,
             until_at = $10, closed_at = case when $12 then coalesce(closed_at, $11) end, version = version + 1,
             held_by = coalesce($13, held_by), instead = $14
           where company = $1 and escalation_id = $2`,
    values: [
      company,
      escalationId,
      state,
      level,
      role,
      dueAt,
      assignee,
      held?.until ?? null,
      pausedAt,
      untilAt,
      at,
      !isStanding(state),
      held?.by ?? null,
      instead,
    ],
  });
  const stays = { level, role, due_at: dueAt, assignee, paused_at: pausedAt, until_at: untilAt };
  return { ...row, ...stays, state, version: row.version + 1 };
}

/** Records what became of a question, after its row moved. `body` is sealed but for ids, roles and times. */
export async function recordMove(
  ledger: Ledger,
  { company, escalationId, at }: EscalationChange,
  row: EscalationRow,
  { change, person, ...body }: JsonObject & { readonly change: string; readonly person?: string },
): Promise<void> {
  const { decision_id: decisionId, step_key: stepKey, case_id: caseId, role, level, version } = row;
  const said = { escalationId, decisionId, stepKey, change, role, level, dueAt: null, ...body };
  await appendRecord(ledger, {
    company,
    caseId,
    kind: "escalation",
    key: recordKeys.moved(escalationId, change, version),
    at,
    body: person === undefined ? said : { ...said, personId: person },
    parents: [recordKeys.opened(escalationId)],
    ...(person !== undefined && { person }),
  });
}
