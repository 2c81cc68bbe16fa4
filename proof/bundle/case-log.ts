import { tileSourceOf } from "../log/tile-store.ts";
import type { Ledger } from "../../audit/vault.ts";
import { receiptPath } from "./layout.ts";
import { writeLine } from "./lines.ts";
import { textPiece, type Piece } from "./piece.ts";
import type { BundleAsk, LogPlan } from "./plan.ts";
import { receiptsOf } from "./proofs.ts";
import type { Telling } from "./telling.ts";

/** A case's entries of one log, each with its receipt. */
export async function* caseLog(
  ledger: Ledger,
  { company }: BundleAsk,
  { manifest: { log, folder, size }, note, rows }: LogPlan,
  telling: Telling,
): AsyncGenerator<Piece, void> {
  const receiptAt = receiptsOf(size, note, tileSourceOf(ledger, company, log));
  for (const row of rows) {
    const { seq, envelope, key } = row;
    yield textPiece(`${folder}/entries.jsonl`, writeLine({ seq, envelope }));
    yield textPiece(receiptPath(folder, key), await receiptAt(seq));
    yield* telling.of(log, row);
  }
}
