import { parseCheckpoint } from "../log/checkpoint.ts";
import { cosignedAt } from "../log/cosignature.ts";
import { parseLogProof } from "../log/log-proof.ts";
import { NoteError } from "../log/note-error.ts";
import { parseNote, type NoteSignature } from "../log/note.ts";
import { verifyInclusion } from "../../audit/tree-proof.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";

/** `c2sp.org/tlog-proof` texts by a record's number; none for a record that no checkpoint covers yet. */
export type Proofs = { readonly [n: string]: string };

/** A record's leaf and where it stands. */
export type ReceiptRow = {
  readonly n: number;
  readonly kind: string;
  /** RFC 6962 leaf hash, hex. */
  readonly leafHash: string;
  /** `entry 17 of 240`, or why there is no place. */
  readonly place: string;
  readonly check: "proved" | "not proved" | "no checkpoint yet";
};

export type SignatureRow = { readonly name: string; readonly keyId: string; readonly what: string };

/** A log's head as its keys signed it. The signatures are shown here, and checked by those who hold the keys. */
export type CheckpointTold = {
  readonly origin: string;
  readonly size: number;
  readonly lines: readonly string[];
  readonly signatures: readonly SignatureRow[];
};

/** `signed`: the log's signature on the checkpoints was checked with a key that the reader knows. */
export type Receipts = {
  readonly rows: readonly ReceiptRow[];
  readonly checkpoints: readonly CheckpointTold[];
  readonly signed: boolean;
};

/** A proof that cannot be read proves nothing, and is told as such. */
export function receiptsOf(records: readonly AuditRecord[], proofs: Proofs, signed = false): Receipts {
  const read = records.map((record) => ({ record, proof: readProof(proofs[String(record.n)]) }));
  const notes = new Set(read.flatMap(({ proof }) => (proof.kind === "read" ? [proof.checkpoint] : [])));
  return {
    rows: read.map(({ record, proof }) => receiptRow(record, proof)),
    checkpoints: [...notes].map(checkpointTold),
    signed,
  };
}

type Read =
  | { readonly kind: "none" }
  | { readonly kind: "unreadable"; readonly why: string }
  | ({ readonly kind: "read"; readonly size: number; readonly root: Buffer } & ReturnType<typeof parseLogProof>);

function readProof(text: string | undefined): Read {
  if (text === undefined) return { kind: "none" };
  try {
    const proof = parseLogProof(text);
    const { size, rootHash: root } = parseCheckpoint(parseNote(proof.checkpoint).text);
    return { kind: "read", size, root, ...proof };
  } catch (error) {
    if (error instanceof NoteError) return { kind: "unreadable", why: error.message };
    throw error;
  }
}

function receiptRow({ n, kind, digest }: AuditRecord, read: Read): ReceiptRow {
  const row = { n, kind, leafHash: digest };
  if (read.kind === "none") return { ...row, place: "not yet in a checkpoint", check: "no checkpoint yet" };
  if (read.kind === "unreadable") return { ...row, place: read.why, check: "not proved" };
  const { index, size, proof, root } = read;
  const proved = verifyInclusion({ index, size, leafHash: Buffer.from(digest, "hex"), proof, root });
  return { ...row, place: `entry ${index} of ${size}`, check: proved ? "proved" : "not proved" };
}

function checkpointTold(note: string): CheckpointTold {
  const { text, signatures } = parseNote(note);
  const { origin, size } = parseCheckpoint(text);
  return { origin, size, lines: note.trimEnd().split("\n"), signatures: signatures.map(signatureRow) };
}

function signatureRow({ name, keyId, signature }: NoteSignature): SignatureRow {
  const seconds = cosignedAt(signature);
  const what = seconds === undefined ? "signed it" : `cosigned it at ${new Date(seconds * 1_000).toISOString()}`;
  return { name, keyId, what };
}
