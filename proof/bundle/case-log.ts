import { tileSourceOf } from "../log/tile-store.ts";
import type { Ledger } from "../../audit/vault.ts";
import { writeCaseHead } from "./case-head.ts";
import { receiptPath } from "./layout.ts";
import { writeLine } from "./lines.ts";
import { textPiece, type Piece } from "./piece.ts";
import type { BundleAsk, LogPlan } from "./plan.ts";
import { receiptsOf } from "./proofs.ts";
import type { Telling } from "./telling.ts";

/** A case's entries of one log, each with its receipt, and the log's word that these are all. */
export async function* caseLog(
  ledger: Ledger,
  { company, selection, signerOf }: BundleAsk,
  { manifest: { log, folder, size }, note, checkpoint, records, rows }: LogPlan,
  telling: Telling,
): AsyncGenerator<Piece, void> {
  if (selection.kind === "case") {
    const { origin, rootHash } = checkpoint;
    const head = { origin, size, root: rootHash.toString("base64"), caseId: selection.case, records };
    yield textPiece(`${folder}/case-head`, writeCaseHead(head, signerOf(origin)));
  }
  const receiptAt = receiptsOf(size, note, tileSourceOf(ledger, company, log));
  for (const row of rows) {
    const { seq, envelope, key } = row;
    yield textPiece(`${folder}/entries.jsonl`, writeLine({ seq, envelope }));
    yield textPiece(receiptPath(folder, key), await receiptAt(seq));
    yield* telling.of(log, row);
  }
}
