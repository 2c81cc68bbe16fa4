import type { Route } from "../../domain/decision.ts";
import { derivedId } from "../digest.ts";
import { recordKeys } from "../record-keys.ts";
import { appendRecord, type Ledger, type LedgerPool } from "../records.ts";
import { inTransaction } from "./transaction.ts";
import { couldBe } from "./directory.ts";
import { wakeCase } from "./wake-case.ts";

/** Why a verdict was not taken. Nothing is changed by a refused one. */
export type Refusal = {
  readonly kind: "refused";
  readonly code:
    | "not-found"
    | "already-decided"
    | "stale-action"
    | "not-whole"
    | "own-request"
    | "wrong-role"
    | "past-deadline"
    | "superseded";
  readonly detail: string;
};

export type GivenVerdict = {
  readonly company: string;
  readonly escalationId: string;
  readonly personId: string;
  readonly role: string;
  readonly verdict: "approve" | "reject";
  /** The digest of the action the person saw. An approval of anything else is refused. */
  readonly actionDigest: string;
  readonly reason: string;
  /** When it was given by the company's clock, ISO 8601. */
  readonly at: string;
};

type OpenRow = {
  case_id: string;
  step_key: string;
  action_digest: string;
  requested_by: string;
  requester_id: string | null;
  route: Route;
  level: number;
  state: string;
  past_due: boolean;
  due_at: string;
  decided_by: string | null;
  approved_by: readonly string[];
  not_whole: boolean;
};

/** A verdict that counts. `missing` is how many more people must approve; at 0, and for a rejection, the case is woken. */
export type TakenVerdict = {
  readonly kind: "taken";
  readonly approvalId: string;
  readonly caseId: string;
  readonly state: "open" | "approved" | "rejected";
  readonly missing: number;
};

/**
 * Whether who answers made the request: whom the directory knew when it was asked; and where it knew nobody, whoever could be
 * meant by now.
 */
async function isAskerOf(ledger: Ledger, { company, personId }: GivenVerdict, row: OpenRow): Promise<boolean> {
  const { requested_by: requestedBy, requester_id: requesterId } = row;
  if (personId === requestedBy || personId === requesterId) return true;
  return requesterId === null && (await couldBe(ledger, company, personId, requestedBy));
}

/**
 * The first reason why this verdict cannot be taken, or undefined. One clock decides the deadline: the company's. `isAsker`:
 * who gives it made the request.
 */
function refusalOf(given: GivenVerdict, row: OpenRow | undefined, isAsker: boolean): Refusal | undefined {
  const no = (code: Refusal["code"], detail: string): Refusal => ({ kind: "refused", code, detail });
  if (row === undefined) return no("not-found", `no escalation \`${given.escalationId}\``);
  if (row.state === "superseded") return no("superseded", "a newer event or a changed record made the question moot");
  if (row.state === "withdrawn") return no("superseded", "who asked it withdrew the question");
  if (row.state === "expired") return no("past-deadline", "the last level's deadline passed and silence denied it");
  if (row.state !== "open") return no("already-decided", `${row.decided_by ?? "somebody"} decided it: ${row.state}`);
  if (row.approved_by.includes(given.personId)) {
    return no("already-decided", `${given.personId} has approved it already, and other people must approve it too`);
  }
  if (given.actionDigest !== row.action_digest) {
    return no("stale-action", "the action is not the one that was shown; read the escalation again");
  }
  if (given.verdict === "approve" && row.not_whole) {
    return no("not-whole", "not everything that is asked can be read, so nobody can approve it as it stands");
  }
  if (isAsker) return no("own-request", "a request is never answered by who made it");
  const levels = row.route.levels.slice(row.level).map(({ role }) => role);
  if (!levels.includes(given.role)) return no("wrong-role", `needs ${levels.join(" or ")}, not ${given.role}`);
  if (row.past_due) return no("past-deadline", `the deadline was ${row.due_at}; the next level is being asked`);
  return undefined;
}

/**
 * The escalation under its row lock. The lock is a statement of its own: a statement that waits for a lock goes on
 * reading as of when it began, and would miss the approval of whoever held it.
 */
async function readOpen(ledger: Ledger, given: GivenVerdict): Promise<OpenRow | undefined> {
  const names = [given.company, given.escalationId];
  await ledger.query({
    name: "lock-escalation",
    text: "select from escalation where company = $1 and escalation_id = $2 for update",
    values: names,
  });
  const { rows } = await ledger.query<OpenRow>({
    name: "read-open-escalation",
    text: `select s.case_id, s.step_key, s.action_digest, s.requested_by, s.requester_id, s.route, s.level, s.state, s.due_at,
            $3 > s.due_at as past_due,
            (select person_id from approval a where a.company = s.company and a.escalation_id = s.escalation_id
             order by given_at desc limit 1) as decided_by,
            array(select person_id from approval a where a.company = s.company and a.escalation_id = s.escalation_id
                  and a.verdict = 'approve') as approved_by,
            exists(select from decision d where d.company = s.company and d.decision_id = s.decision_id
                   and d.details->'notWhole' = 'true') as not_whole
     from escalation s where s.company = $1 and s.escalation_id = $2`,
    values: [...names, given.at],
  });
  return rows[0];
}

/** How many more approvals the route's quorum wants once this verdict counts; none after a rejection. */
function missingAfter({ verdict }: GivenVerdict, { route, approved_by: approvedBy }: OpenRow): number {
  return verdict === "reject" ? 0 : Math.max(0, (route.quorum ?? 1) - approvedBy.length - 1);
}

/**
 * Takes a person's verdict: approval, record and, when it settles the question, the outbox row that wakes the workflow,
 * in one transaction under the escalation's row lock, so that of two people who answer at once each sees the other.
 */
export async function giveVerdict(pool: LedgerPool, given: GivenVerdict): Promise<TakenVerdict | Refusal> {
  const { company, escalationId, personId, role, verdict, actionDigest, reason } = given;
  return inTransaction(pool, async (ledger) => {
    const row = await readOpen(ledger, given);
    const isAsker = row !== undefined && (await isAskerOf(ledger, given, row));
    const refusal = refusalOf(given, row, isAsker);
    if (refusal !== undefined || row === undefined)
      return refusal ?? { kind: "refused", code: "not-found", detail: "" };
    const approvalId = derivedId("apv", escalationId, personId);
    const { at } = given;
    await ledger.query({
      name: "give-approval",
      text: `insert into approval (company, approval_id, escalation_id, person_id, role, verdict, action_digest, reason, given_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      values: [company, approvalId, escalationId, personId, role, verdict, actionDigest, reason, at],
    });
    const missing = missingAfter(given, row);
    const said = { escalationId, approvalId, stepKey: row.step_key, verdict, personId, role, actionDigest, reason };
    const body = { ...said, missing };
    const record = {
      company,
      caseId: row.case_id,
      kind: "approval",
      key: recordKeys.approval(approvalId),
      at,
      body,
    } as const;
    const parents = [recordKeys.opened(escalationId)];
    await appendRecord(ledger, { ...record, parents, person: personId, actionDigest });
    if (missing > 0) return { kind: "taken", approvalId, caseId: row.case_id, state: "open", missing };
    const state = verdict === "approve" ? "approved" : "rejected";
    await ledger.query({
      name: "answer-escalation",
      text: "update escalation set state = $3, closed_at = $4 where company = $1 and escalation_id = $2",
      values: [company, escalationId, state, at],
    });
    const payload = { caseId: row.case_id, escalationId, actionDigest, personId, role };
    await wakeCase(ledger, { company, topic: "verdict", key: approvalId, payload });
    return { kind: "taken", approvalId, caseId: row.case_id, state, missing };
  });
}
