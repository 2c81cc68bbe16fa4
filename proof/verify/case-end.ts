import type { ManifestLog } from "../bundle/manifest.ts";
import { openCaseHead } from "../bundle/case-head.ts";
import { NoteError } from "../log/note-error.ts";
import { decodeNote } from "../log/note.ts";
import type { Findings } from "./finding.ts";
import { attempt, type LogHead } from "./notes.ts";
import type { FileSource } from "./source.ts";

type Case = { readonly caseId: string; readonly records: number };

/**
 * Check 7 at the end of a case that was taken out of its log: the log's key says how many records it had under this
 * checkpoint, and that many are here. Without its word nobody can tell whether the last ones were left out.
 */
export async function checkCaseEnd(
  source: FileSource,
  { log, folder }: ManifestLog,
  { checkpoint, logKeys }: LogHead,
  { caseId, records }: Case,
  findings: Findings,
): Promise<void> {
  const path = `${folder}/case-head`;
  const at = { log, case: caseId };
  findings.checked(7);
  const bytes = await source.read(path);
  if (bytes === undefined) {
    const what = `the end of the case is not proved: ${path}, where the log's key says how many records it had, is not there`;
    return findings.add(7, "incomplete", what, at);
  }
  const head = attempt(() => openCaseHead(decodeNote(bytes), logKeys));
  if (head instanceof NoteError) return findings.add(7, "tampered", `${path}: ${head.message}`, at);
  const { origin, size, rootHash } = checkpoint;
  if (head.origin !== origin || head.size !== size || head.root !== rootHash.toString("base64")) {
    return findings.add(7, "tampered", `${path} is of another checkpoint than the log's`, at);
  }
  if (head.caseId !== caseId) return findings.add(7, "tampered", `${path} is of case \`${head.caseId}\``, at);
  if (head.records === records) return undefined;
  const what = `the case had ${head.records} records under this checkpoint, and ${records} are here`;
  return findings.add(7, "tampered", what, at);
}
