import { escalationMoves, type EscalationMove } from "../../domain/escalation.ts";
import type { Ledger } from "../records.ts";
import { isAsker, whyMayNot, whyNotNow, type Mover } from "./answering.ts";
import { readEscalationRow } from "./escalation-row.ts";

/** By move, why somebody may not make it now; null where they may. Told for people to see: the move itself asks again, under the lock. */
export type AllowedMoves = { readonly [M in EscalationMove]: string | null };

/** Undefined where there is no such question. */
export async function readAllowedMoves(ledger: Ledger, mover: Mover): Promise<AllowedMoves | undefined> {
  const row = await readEscalationRow(ledger, mover);
  if (row === undefined) return undefined;
  const asks = await isAsker(ledger, mover, row);
  const barred = whyMayNot(mover, row, asks)?.detail ?? null;
  const why = (move: EscalationMove): string | null => {
    const notNow = whyNotNow({ ...mover, version: undefined }, row, move)?.detail;
    if (notNow !== undefined) return notNow;
    switch (move) {
      case "withdraw":
        return asks ? null : "only who asked it takes a question back";
      case "answer":
        return null;
      case "undo":
        return row.answered_by === mover.personId ? null : `${row.answered_by ?? "somebody"} approved it last`;
      case "approve":
        if (row.approved_by.includes(mover.personId)) return "you approved it already; other people must too";
        return row.not_whole ? "nobody can approve it as it stands: edit or reject it" : barred;
      default:
        return barred;
    }
  };
  return Object.fromEntries(escalationMoves.map((move) => [move, why(move)])) as AllowedMoves;
}
