import { derivedId } from "../digest.ts";
import { recordKeys } from "../record-keys.ts";
import { appendRecord, type Ledger, type LedgerPool } from "../records.ts";
import { isAsker, no, whyMayNot, whyNotNow, type Mover, type Refusal } from "./answering.ts";
import { lockEscalation, moveRow, type EscalationRow } from "./escalation-row.ts";
import { later } from "./escalations.ts";
import { inTransaction } from "./transaction.ts";
import { wakeCase } from "./wake-case.ts";

export type GivenVerdict = Mover & {
  readonly verdict: "approve" | "reject";
  /** The digest of the action the person saw. An approval of anything else is refused. */
  readonly actionDigest: string;
  readonly reason: string;
  /** How long an approval may be undone before it counts. 0 or absent: it counts at once. */
  readonly undoMs?: number | undefined;
};

/** A verdict that counts. `missing` is how many more people must approve; at 0, and for a rejection, the case is woken. */
export type TakenVerdict = {
  readonly kind: "taken";
  readonly approvalId: string;
  readonly caseId: string;
  readonly state: "open" | "info-requested" | "committing" | "approved" | "rejected";
  readonly missing: number;
  /** Until when the approval may be undone, ISO 8601; null where it counts already, or others must approve. */
  readonly undoUntil: string | null;
};

/** The first reason why this verdict cannot be taken, or undefined. One clock decides the deadline: the company's. */
function refusalOf(given: GivenVerdict, row: EscalationRow, isRequester: boolean): Refusal | undefined {
  const notNow = whyNotNow(given, row, given.verdict);
  if (notNow !== undefined) return notNow;
  if (row.approved_by.includes(given.personId)) {
    return no("already-decided", `${given.personId} has approved it already, and other people must approve it too`);
  }
  if (given.actionDigest !== row.action_digest) {
    return no("stale-action", "the action is not the one that was shown; read the escalation again");
  }
  if (given.verdict === "approve" && row.not_whole) {
    return no(
      "not-whole",
      "nobody can approve it as it stands: not all of it can be read, or it says what may not be said",
    );
  }
  return whyMayNot(given, row, isRequester);
}

/** How many more approvals the route's quorum wants once this verdict counts; none after a rejection. */
function missingAfter({ verdict }: GivenVerdict, { route, approved_by: approvedBy }: EscalationRow): number {
  return verdict === "reject" ? 0 : Math.max(0, (route.quorum ?? 1) - approvedBy.length - 1);
}

/**
 * Takes a person's verdict: approval, record and, when it settles the question, the outbox row that wakes the workflow,
 * in one transaction under the escalation's row lock, so that of two people who answer at once each sees the other.
 */
export async function giveVerdict(pool: LedgerPool, given: GivenVerdict): Promise<TakenVerdict | Refusal> {
  return inTransaction(pool, async (ledger) => {
    const row = await lockEscalation(ledger, given);
    if (row === undefined) return no("not-found", `no escalation \`${given.escalationId}\``);
    const refusal = refusalOf(given, row, await isAsker(ledger, given, row));
    if (refusal !== undefined) return refusal;
    const missing = missingAfter(given, row);
    const approvalId = await keepAnswer(ledger, given, row, missing);
    const { case_id: caseId } = row;
    if (missing > 0) {
      const state = row.state === "info-requested" ? row.state : "open";
      return { kind: "taken", approvalId, caseId, state, missing, undoUntil: null };
    }
    const { state, undoUntil } = await settle(ledger, given, row);
    const { escalationId, actionDigest, personId, role } = given;
    const payload = { caseId, escalationId, actionDigest, personId, role };
    await wakeCase(ledger, { company: given.company, topic: "verdict", key: approvalId, payload });
    return { kind: "taken", approvalId, caseId, state, missing, undoUntil };
  });
}

async function settle(ledger: Ledger, given: GivenVerdict, row: EscalationRow) {
  const { verdict, undoMs = 0, at } = given;
  if (verdict === "approve" && undoMs > 0) {
    const undoUntil = later(at, undoMs);
    await moveRow(ledger, given, row, { state: "committing", untilAt: undoUntil });
    return { state: "committing", undoUntil } as const;
  }
  const state = verdict === "approve" ? "approved" : "rejected";
  await moveRow(ledger, given, row, { state });
  return { state, undoUntil: null } as const;
}

/** The answer with its record. Who undid an approval answers under another id. */
async function keepAnswer(ledger: Ledger, given: GivenVerdict, row: EscalationRow, missing: number): Promise<string> {
  const { company, escalationId, personId, role, verdict, actionDigest, reason, at } = given;
  const { rows } = await ledger.query<{ answers: number; undone: number }>({
    name: "count-answers",
    text: `select count(*) as answers, count(*) filter (where person_id = $3) as undone from approval
           where company = $1 and escalation_id = $2`,
    values: [company, escalationId, personId],
  });
  const { answers = 0, undone = 0 } = rows[0] ?? {};
  const approvalId = derivedId("apv", escalationId, personId, ...(undone === 0 ? [] : [undone]));
  await ledger.query({
    name: "give-approval",
    text: `insert into approval (company, approval_id, escalation_id, person_id, role, verdict, action_digest, reason, given_at, nth)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    values: [company, approvalId, escalationId, personId, role, verdict, actionDigest, reason, at, answers + 1],
  });
  const { case_id: caseId, step_key: stepKey } = row;
  await appendRecord(ledger, {
    company,
    caseId,
    kind: "approval",
    key: recordKeys.approval(approvalId),
    at,
    body: { escalationId, approvalId, stepKey, verdict, personId, role, actionDigest, reason, missing },
    parents: [recordKeys.opened(escalationId)],
    person: personId,
    actionDigest,
  });
  return approvalId;
}
