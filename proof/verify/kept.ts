import type { ManifestLog } from "../bundle/manifest.ts";
import { parseCheckpoint, type Checkpoint } from "../log/checkpoint.ts";
import { cosignedAt } from "../log/cosignature.ts";
import { parseNote } from "../log/note.ts";
import { placeOf, type EntryCheck } from "./entry.ts";
import type { Findings } from "./finding.ts";
import type { LogHead } from "./notes.ts";
import { isoTime } from "./iso-time.ts";
import type { SeeSize } from "./whole-entries.ts";

/** A record may be this much older than a checkpoint that it came after: a step that is retried keeps its first time. */
const LATE_MS = 86_400_000;

/** A checkpoint that the reader has from before, as it was read. */
export type Kept = { readonly note: string; readonly checkpoint: Checkpoint };

/** Throws `NoteError` for what is no checkpoint. */
export function readKept(note: string): Kept {
  return { note, checkpoint: parseCheckpoint(parseNote(note).text) };
}

/** Check 4 for one log, if the kept checkpoint is its: the same key signed it, and the log begins as it did then. */
export function checkKept(kept: Kept, log: ManifestLog, head: LogHead, findings: Findings): SeeSize {
  const { size, rootHash } = kept.checkpoint;
  const at = { log: log.log };
  const tampered = (what: string) => findings.add(4, "tampered", what, at);
  findings.checked(4);
  const { text, signatures } = parseNote(kept.note);
  const signed = signatures.some((one) =>
    head.logKeys.some((key) => key.name === one.name && key.keyId === one.keyId && key.verify(text, one.signature)),
  );
  if (!signed) tampered("the checkpoint you kept was signed by another key than this log's");
  if (size > log.size) {
    tampered(
      `the log had ${size} entries when you kept its checkpoint and has ${log.size} here: entries were taken away`,
    );
  } else if (size === log.size && !rootHash.equals(head.checkpoint.rootHash)) {
    tampered(
      `this is another log of ${size} entries than the one whose checkpoint you kept: it was forked or rewritten`,
    );
  } else if (size < log.size && !log.complete) {
    const what = `a bundle of one case cannot show that its log begins with the ${size} entries you kept`;
    findings.add(4, "incomplete", `${what}; export with --company or --since`, at);
  }
  return (reached, root) => {
    if (reached !== size || size >= log.size || root().equals(rootHash)) return;
    tampered(`the first ${size} entries are not those whose checkpoint you kept: history was rewritten`);
  };
}

/** Check 4 for the entries that came after the kept checkpoint: none is dated long before a witness saw that. */
export function checkDates(kept: Kept, findings: Findings): EntryCheck {
  const { origin, size } = kept.checkpoint;
  const cosigned = parseNote(kept.note).signatures.flatMap(({ signature }) => cosignedAt(signature) ?? []);
  const seconds = cosigned.length === 0 ? 0 : Math.min(...cosigned);
  return {
    take(entry) {
      const { log, seq, envelope } = entry;
      if (log.origin !== origin || seq < size || Date.parse(envelope.at) >= seconds * 1_000 - LATE_MS) return;
      const seen = isoTime(seconds);
      const what = `it is dated ${envelope.at}, but a witness saw the log without it at ${seen}: it was written later`;
      findings.add(4, "tampered", what, placeOf(entry));
    },
  };
}
