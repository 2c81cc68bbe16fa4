import { mayMove, type EscalationMove } from "../../domain/escalation.ts";
import type { Ledger } from "../records.ts";
import { couldBe } from "./directory.ts";
import type { EscalationRow } from "./escalation-row.ts";

/** Who moves a question, and when by the company's clock (ISO 8601). `version`: the one they saw; absent, whichever stands. */
export type Mover = {
  readonly company: string;
  readonly escalationId: string;
  readonly personId: string;
  readonly role: string;
  readonly at: string;
  readonly version?: number | undefined;
};

/** Why a move was not made. Nothing is changed by a refused one. */
export type Refusal = {
  readonly kind: "refused";
  readonly code:
    | "not-found"
    | "already-decided"
    | "changed-since"
    | "not-now"
    | "stale-action"
    | "not-whole"
    | "own-request"
    | "not-requester"
    | "wrong-role"
    | "wrong-person"
    | "too-late"
    | "past-deadline"
    | "not-editable"
    | "unchanged"
    | "blocked"
    | "superseded";
  readonly detail: string;
};

export function no(code: Refusal["code"], detail: string): Refusal {
  return { kind: "refused", code, detail };
}

/** The first reason why a move cannot be made where the question stands, or undefined. */
export function whyNotNow(mover: Mover, row: EscalationRow, move: EscalationMove): Refusal | undefined {
  const { state, version } = row;
  if (mover.version !== undefined && mover.version !== version) {
    return no("changed-since", `it is at version ${version} and ${state} by now; read the escalation again`);
  }
  if (mayMove(state, move)) return undefined;
  switch (state) {
    case "superseded":
      if (row.edited)
        return no("superseded", "other values were put in place of what it asks: see the question about those");
      return no(
        "superseded",
        "a newer event, a changed record or the rules themselves made the question moot: its record says which",
      );
    case "withdrawn":
      return no("superseded", "who asked it withdrew the question");
    case "expired":
      return no("past-deadline", "the last level's deadline passed and silence denied it");
    case "approved":
    case "executed":
    case "execution-failed":
    case "rejected":
      return no("already-decided", `${row.answered_by ?? "somebody"} decided it: ${state}`);
    case "committing":
      return no(
        "already-decided",
        `${row.answered_by ?? "somebody"} approved it; it may be undone until ${row.until_at ?? ""}`,
      );
    case "info-requested":
      return no("not-now", "information is asked for: answer that, or decide it");
    case "open":
      return no("not-now", move === "undo" ? "nothing is left to undo" : "no information is asked for");
  }
}

/** Why somebody may not answer a question at its level, or undefined. `isAsker`: they made the request. */
export function whyMayNot(
  mover: Pick<Mover, "role" | "at">,
  row: EscalationRow,
  isAsker: boolean,
): Refusal | undefined {
  if (isAsker) return no("own-request", "a request is never answered by who made it");
  const levels = row.route.levels.slice(row.level).map(({ role }) => role);
  if (!levels.includes(mover.role)) return no("wrong-role", `needs ${levels.join(" or ")}, not ${mover.role}`);
  if (row.state === "open" && mover.at > row.due_at) {
    return no("past-deadline", `the deadline was ${row.due_at}; the next level is being asked`);
  }
  return undefined;
}

/**
 * Whether somebody made the request: whom the directory knew when it was asked; and where it knew nobody, whoever could be meant
 * by now.
 */
export async function isAsker(
  ledger: Ledger,
  { company, personId }: Pick<Mover, "company" | "personId">,
  { requested_by: requestedBy, requester_id: requesterId }: EscalationRow,
): Promise<boolean> {
  if (personId === requestedBy || personId === requesterId) return true;
  return requesterId === null && (await couldBe(ledger, company, personId, requestedBy));
}
