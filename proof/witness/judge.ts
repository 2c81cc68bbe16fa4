import { parseCheckpoint, type Checkpoint } from "../log/checkpoint.ts";
import { NoteError } from "../log/note-error.ts";
import { verifierOf, type Verifier } from "../log/note-keys.ts";
import { decodeNote, openNote, parseNote, type OpenedNote } from "../log/note.ts";
import { verifyConsistency } from "../../audit/tree-proof.ts";
import { EMPTY_ROOT } from "../../audit/tree.ts";
import { parseAddCheckpoint } from "./add-checkpoint.ts";

/** What a witness remembers of a log: the largest head it cosigned. */
export type Head = { readonly size: number; readonly rootHash: Buffer };

/** The logs that a witness cosigns. Several keys of one origin are all trusted: it rotates from one to the other. */
export type KnownLogs = ReadonlyMap<string, readonly Verifier[]>;

/** A request whose checkpoint a trusted key signed. `text` is what is cosigned; `lines` are the log's own signatures. */
export type Submission = {
  readonly oldSize: number;
  readonly proof: readonly Buffer[];
  readonly checkpoint: Checkpoint;
  readonly text: string;
  readonly lines: readonly string[];
};

/** Why a witness does not cosign; `kind` maps to one status of c2sp.org/tlog-witness (see `refusalStatus`). */
export type Refusal =
  | { readonly kind: "malformed" | "unknown-origin" | "untrusted" | "inconsistent"; readonly reason: string }
  | { readonly kind: "conflict"; readonly size: number };

export type Read = { readonly kind: "read"; readonly submission: Submission } | Refusal;
export type Verdict = { readonly kind: "cosign" } | Refusal;

/** HTTP statuses as the specification assigns them. */
export const refusalStatus = {
  malformed: 400,
  untrusted: 403,
  "unknown-origin": 404,
  conflict: 409,
  inconsistent: 422,
} as const satisfies { readonly [kind in Refusal["kind"]]: number };

/** Origins with their verifier keys (type 0x01), as given. Throws `NoteError` (`bad-key`) for a key that is none. */
export function readKnownLogs(given: readonly { readonly origin: string; readonly vkey: string }[]): KnownLogs {
  const logs = new Map<string, Verifier[]>();
  for (const { origin, vkey } of given) logs.set(origin, [...(logs.get(origin) ?? []), verifierOf(vkey)]);
  return logs;
}

/**
 * Reads a request and checks who signed it. Follows the text of C2SP commit 5ba5ee8, which is stricter than v1.0.0: a bad
 * signature under a trusted key's name is refused even beside a good one.
 */
export function readSubmission(body: Uint8Array, logs: KnownLogs): Read {
  try {
    const { oldSize, proof, checkpoint: note } = parseAddCheckpoint(decodeNote(body));
    const checkpoint = parseCheckpoint(parseNote(note).text);
    const verifiers = logs.get(checkpoint.origin);
    if (verifiers === undefined) return refused("unknown-origin", `no log \`${checkpoint.origin}\` is known here`);
    const { text, signatures } = openNote(note, verifiers);
    if (oldSize > checkpoint.size) {
      return refused("malformed", `the old size ${oldSize} is over the checkpoint's size ${checkpoint.size}`);
    }
    const lines = linesOf(signatures);
    return { kind: "read", submission: { oldSize, proof, checkpoint, text, lines } };
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    const untrusted = error.code === "bad-signature" || error.code === "unsigned";
    return refused(untrusted ? "untrusted" : "malformed", error.message);
  }
}

/** Whether a witness that holds `head` (undefined: it never cosigned this log) may cosign what was submitted. */
export function judge({ oldSize, proof, checkpoint }: Submission, head: Head | undefined): Verdict {
  const { size, rootHash } = checkpoint;
  const known = head ?? { size: 0, rootHash: EMPTY_ROOT };
  if (oldSize !== known.size) return { kind: "conflict", size: known.size };
  if (verifyConsistency({ oldSize, oldRoot: known.rootHash, size, root: rootHash, proof })) return { kind: "cosign" };
  if (size === known.size && !rootHash.equals(known.rootHash)) {
    return refused("inconsistent", `size ${size} has another root than the one known here: the log has forked`);
  }
  return refused("inconsistent", `size ${size} is not proved to extend size ${oldSize}`);
}

function linesOf(signatures: OpenedNote["signatures"]): string[] {
  return [...new Set(signatures.map(({ line }) => line))];
}

function refused(kind: Exclude<Refusal["kind"], "conflict">, reason: string) {
  return { kind, reason } as const;
}
