import type { EscalationShown, EscalationView } from "../gateway/http/escalations.ts";
import { ask, questionPath, type Answer } from "./api.ts";
import { answeredAt, readList, readShown, said, trouble, undoable } from "./state.ts";

/** What a question is moved with: the version that was on the screen, so that nobody answers what they did not see. */
export type Moved = {
  readonly state: string;
  readonly undoUntil?: string | null;
  readonly missing?: number;
  readonly counts?: boolean;
  readonly asks?: readonly string[];
};

/** Sends a move, reads what came of it, and says so. Answers whether it was taken. */
export async function send(
  view: Pick<EscalationView, "escalationId" | "version" | "ask">,
  move: string,
  json: object,
): Promise<Answer<Moved>> {
  const { escalationId, version } = view;
  trouble.value = "";
  const answer = await ask<Moved>(questionPath(escalationId, move), { json, version });
  if (answer.kind === "ok") {
    said.value = `${words[move] ?? move}: ${view.ask}`;
    if (move === "approve" || move === "reject" || move === "edit")
      answeredAt.value = [...answeredAt.value, Date.now()];
    const { undoUntil } = answer.body;
    if (undoUntil !== undefined && undoUntil !== null)
      undoable.value = { escalationId, ask: view.ask, until: undoUntil };
  }
  const [now] = await Promise.all([readShown(escalationId), readList()]);
  if (answer.kind === "refused") trouble.value = refusedText(answer.problem, now);
  return answer;
}

const words: { readonly [move: string]: string } = {
  approve: "Approved",
  reject: "Rejected",
  edit: "Edited",
  ask: "Asked back",
  answer: "Answered",
  take: "Taken",
  delegate: "Left to somebody else",
  hold: "Put off",
  undo: "Taken back",
  withdraw: "Withdrawn",
};

const past: { readonly [move: string]: string } = {
  edit: "put other values there",
  ask: "asked something back",
  answer: "said what was asked back",
  take: "took it",
  delegate: "left it to somebody else",
  hold: "put it off",
  undo: "took the approval back",
  withdraw: "withdrew it",
};

/** Where somebody else was faster: who did what, when. Else what the gateway says. */
function refusedText(
  problem: { readonly code: string; readonly detail: string },
  now: EscalationShown | undefined,
): string {
  const isConflict = ["changed-since", "already-decided", "stale-action", "superseded", "not-now"].includes(
    problem.code,
  );
  const latest = now && latestMove(now);
  return isConflict && latest !== undefined ? `Not done. ${latest}` : `Not done: ${problem.detail}`;
}

/** `erin approved it at 09:01 UTC: "known partner"`. */
export function latestMove({ approvals, moves, state }: EscalationShown): string | undefined {
  const verdicts = approvals
    .filter(({ undoneAt }) => undoneAt === null)
    .map(({ personId, verdict, reason, givenAt }) => ({
      at: givenAt,
      who: personId,
      what: `${verdict === "approve" ? "approved" : "rejected"} it`,
      reason,
    }));
  const moved = moves.map(({ personId, move, words: reason, at }) => {
    return { at, who: personId ?? "somebody", what: past[move] ?? move, reason: reason ?? "" };
  });
  const last = [...verdicts, ...moved].toSorted((one, other) => (one.at < other.at ? -1 : 1)).at(-1);
  if (last === undefined) return state === "expired" ? "It expired: nobody answered in time." : undefined;
  const why = last.reason === "" ? "" : `: “${last.reason}”`;
  return `${last.who} ${last.what} at ${clock(last.at)}${why}`;
}

function clock(iso: string): string {
  return `${iso.slice(11, 16)} UTC`;
}
