import type { LogHead } from "./notes.ts";
import { receiptPath } from "../bundle/layout.ts";
import { formatLogProof, parseLogProof } from "../log/log-proof.ts";
import { verifyInclusion } from "../../audit/tree-proof.ts";
import { placeIn, type Entry } from "./entry.ts";
import type { Findings } from "./finding.ts";
import { attempt } from "./notes.ts";
import { NoteError } from "../log/note-error.ts";
import type { FileSource } from "./source.ts";

/** Check 3 of one entry alone: its receipt (c2sp.org/tlog-proof) proves its place under the log's checkpoint. */
export async function checkReceipt(
  source: FileSource,
  { log, seq, bytes, leaf }: Entry,
  key: string,
  { note, checkpoint }: LogHead,
  findings: Findings,
): Promise<void> {
  const path = receiptPath(log.folder, key);
  findings.checked(3);
  const tampered = (what: string) => findings.add(3, "tampered", `${path}: ${what}`, placeIn(log.log, seq, bytes));
  const text = (await source.read(path))?.toString("utf8");
  if (text === undefined) return tampered("the receipt of this record is not there");
  const proof = attempt(() => parseLogProof(text));
  if (proof instanceof NoteError) return tampered(proof.message);
  if (formatLogProof(proof) !== text) return tampered("it is not written as c2sp.org/tlog-proof says");
  if (proof.extra !== undefined) return tampered("it holds data that no proof covers");
  if (proof.checkpoint !== note) return tampered("its checkpoint is not the log's");
  if (proof.index !== seq) return tampered(`it is of entry ${proof.index}, not ${seq}`);
  const { size, rootHash: root } = checkpoint;
  if (verifyInclusion({ index: seq, size, leafHash: leaf, proof: proof.proof, root })) return;
  tampered(`it does not prove that this record is entry ${seq} of ${size}`);
}
