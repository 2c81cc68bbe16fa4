import type { Review, Action } from "../../domain/proposal.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { LedgerPool, Sql } from "../records.ts";
import { isAsker, no, whyMayNot, whyNotNow, type Mover, type Refusal } from "./answering.ts";
import { giveVerdict } from "./approvals.ts";
import { lockEscalation, moveRow, readEscalationRow, recordMove, type EscalationRow } from "./escalation-row.ts";
import type { MadeMove } from "./escalation-moves.ts";
import { writeStep } from "./step-writing.ts";
import { inTransaction } from "./transaction.ts";
import { editedPart, type Edit, type EditDraft } from "./turns.ts";
import { wakeCase } from "./wake-case.ts";

/** What a question asks, as it was proposed, and the gate at which it was decided. */
export type AskedProposal = {
  readonly gate: number;
  readonly actionId: string;
  readonly action: Action;
  readonly recordVersion: string;
  readonly review: Review | undefined;
};

/** The question with what it asks, or why this person may not put anything else in its place now. */
export async function readEditable(
  pool: LedgerPool,
  mover: Mover,
): Promise<{ readonly kind: "asked"; readonly row: EscalationRow; readonly asked: AskedProposal } | Refusal> {
  const row = await readEscalationRow(pool, mover);
  if (row === undefined) return no("not-found", `no escalation \`${mover.escalationId}\``);
  const refusal = whyNotNow(mover, row, "edit") ?? whyMayNot(mover, row, await isAsker(pool, mover, row));
  if (refusal !== undefined) return refusal;
  return { kind: "asked", row, asked: await readAsked(pool, mover.company, row.decision_id) };
}

type AskedRow = Omit<AskedProposal, "action" | "review"> & Action & { readonly review: string | null };

async function readAsked(sql: Sql, company: string, decisionId: string): Promise<AskedProposal> {
  const { rows } = await sql.query<AskedRow>({
    name: "read-asked-proposal",
    text: `select d.gate, q.action_id as "actionId", q.tool, q.args, q.record_version as "recordVersion", q.review
           from decision d
           cross join lateral (
             select * from proposal x where x.company = d.company and x.proposal_id = d.proposal_id limit 1) q
           where d.company = $1 and d.decision_id = $2`,
    values: [company, decisionId],
  });
  const [row] = rows;
  if (row === undefined) throw new Error(`no decision \`${decisionId}\``);
  const { tool, args, review, ...asked } = row;
  return { ...asked, action: { tool, args }, review: review === null ? undefined : (JSON.parse(review) as Review) };
}

/** What changes, by argument: before and after. */
export type Changes = { readonly before: JsonObject; readonly after: JsonObject };

/**
 * Puts a proposal in place of what a question asks: that is closed by it, and its case is woken to decide the other one. One
 * transaction under the question's lock, so that it races like any other answer.
 */
export async function keepEdit(
  pool: LedgerPool,
  mover: Mover,
  draft: EditDraft,
  changes: Changes,
): Promise<MadeMove | Refusal> {
  return inTransaction(pool, async (ledger) => {
    const row = await lockEscalation(ledger, mover);
    if (row === undefined) return no("not-found", `no escalation \`${mover.escalationId}\``);
    const refusal = whyNotNow(mover, row, "edit") ?? whyMayNot(mover, row, await isAsker(ledger, mover, row));
    if (refusal !== undefined) return refusal;
    const { company, escalationId, personId } = mover;
    await writeStep(ledger, { company, proposal: editedPart(draft) });
    const edited = await moveRow(ledger, mover, row, { state: "superseded" });
    const { reason } = draft.edit;
    await recordMove(ledger, mover, edited, { change: "edited", person: personId, reason, ...changes });
    const { case_id: caseId, state, version } = edited;
    await wakeCase(ledger, {
      company,
      topic: "question",
      key: `${escalationId}/${version}`,
      payload: { caseId, escalationId },
    });
    return { kind: "moved", caseId, state, version };
  });
}

/**
 * Who put other values in place of what was asked has approved those, where they may answer the question about them: their edit counts as
 * one approval of it, like any other. Told again, the first one stands. Answers whether it was edited.
 */
export async function approveEdited(
  pool: LedgerPool,
  question: { readonly company: string; readonly escalationId: string; readonly decisionId: string },
  at: string,
): Promise<boolean> {
  const { company, escalationId, decisionId } = question;
  const { rows } = await pool.query<{ edit: Edit | null; actionDigest: string }>({
    name: "read-edit-of-decision",
    text: `select q.edit, d.action_digest as "actionDigest"
           from decision d
           cross join lateral (
             select edit from proposal x where x.company = d.company and x.proposal_id = d.proposal_id limit 1) q
           where d.company = $1 and d.decision_id = $2`,
    values: [company, decisionId],
  });
  const [edited] = rows;
  if (edited === undefined || edited.edit === null) return false;
  const { personId, role, reason, undoMs } = edited.edit;
  const { actionDigest } = edited;
  await giveVerdict(pool, {
    company,
    escalationId,
    personId,
    role,
    reason,
    undoMs,
    actionDigest,
    verdict: "approve",
    at,
  });
  return true;
}
