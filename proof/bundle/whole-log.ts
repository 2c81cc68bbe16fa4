import { encodeEntries } from "../log/entry-bundle.ts";
import { entriesPath, tilePath, TILE_WIDTH } from "../log/tile-path.ts";
import { tileSourceOf } from "../log/tile-store.ts";
import { tilesBetween } from "../log/tiles.ts";
import type { Ledger } from "../../audit/vault.ts";
import { receiptPath } from "./layout.ts";
import { textPiece, type Piece } from "./piece.ts";
import type { BundleAsk, LogPlan } from "./plan.ts";
import { receiptsOf } from "./proofs.ts";
import { rowsBetween } from "./rows.ts";
import type { Telling } from "./telling.ts";

/** Every entry and tile of a log as c2sp.org/tlog-tiles lays them out, and receipts of its decisions. */
export async function* wholeLog(
  ledger: Ledger,
  { company }: BundleAsk,
  { manifest: { log, folder, size }, note }: LogPlan,
  telling: Telling,
): AsyncGenerator<Piece, void> {
  const source = tileSourceOf(ledger, company, log);
  const receiptAt = receiptsOf(size, note, source);
  for (const tile of tilesBetween(0, size)) {
    yield { path: `${folder}/${tilePath(tile)}`, bytes: await source(tile) };
    if (tile.level > 0) continue;
    const from = tile.index * TILE_WIDTH;
    const rows = await rowsBetween(ledger, { company, log, from, to: from + tile.width });
    const entries = rows.map(({ envelope }) => Buffer.from(envelope, "utf8"));
    if (entries.length > 0) yield { path: `${folder}/${entriesPath(tile)}`, bytes: encodeEntries(entries) };
    for (const row of rows) {
      const opened = yield* telling.of(log, row);
      if (opened === undefined || row.kind !== "decision") continue;
      yield textPiece(receiptPath(folder, row.key), await receiptAt(row.seq));
    }
  }
}
