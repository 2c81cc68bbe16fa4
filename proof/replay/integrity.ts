import { digestOf } from "../../audit/digest.ts";
import { parseCheckpoint } from "../log/checkpoint.ts";
import { parseLogProof, verifyLogProof } from "../log/log-proof.ts";
import { NoteError } from "../log/note-error.ts";
import { parseNote } from "../log/note.ts";
import { verifyInclusion } from "../../audit/tree-proof.ts";
import type { FiledCase, FiledRecord } from "../filed-case.ts";
import type { Replayed } from "./guardrail.ts";
import { faultOf } from "./record-holds.ts";

/** The checkpoint that proves a record: `size` leaves of `origin`. `signed`: its signature was checked with the log's key. */
export type Under = {
  readonly origin: string;
  readonly size: number;
  readonly cosignedBy: readonly string[];
  readonly signed: boolean;
};

export type Integrity = {
  readonly outcome: Replayed;
  /** The newest checkpoint that a record is proved under; null when all wait. */
  readonly under: Under | null;
  /** Records that wait for the next checkpoint. */
  readonly waiting: number;
};

/** The verifier key of a log by its origin, as far as the reader knows one. */
export type LogKeys = (origin: string) => string | undefined;

/**
 * Checks a case file on the reader's side (level L0): every leaf, disclosure, number, parent and proof, and the policies.
 * `cannot` while a record waits for the next checkpoint. A log whose key is not known is held against its checkpoint, and
 * the checkpoint's signature is not.
 */
export function checkIntegrity(file: FiledCase, keys: LogKeys = () => undefined): Integrity {
  const all = [...file.records, ...file.cited];
  const proofs = all.map((record) => ({ record, ...proofOf(record, keys) }));
  const under = proofs.flatMap((proof) => proof.under ?? []).toSorted((a, b) => b.size - a.size)[0] ?? null;
  const waiting = all.filter(({ proof }) => proof === null).length;
  const fault = [
    ...all.flatMap((record) => told(record, faultOf(record))),
    ...numbering(file),
    ...file.records.flatMap((record) => told(record, parentFault(record, file.records))),
    ...proofs.flatMap(({ record, fault: wrong }) => told(record, wrong)),
    ...policyFaults(file),
  ];
  if (!file.intact && fault.length === 0)
    fault.push("the gateway finds a hash, a digest or a number that does not hold");
  if (fault.length > 0) return { outcome: { kind: "differs", what: fault.join("; ") }, under, waiting };
  if (waiting === 0) return { outcome: { kind: "same" }, under, waiting };
  const why = `${waiting} of ${all.length} records wait for the next checkpoint`;
  return { outcome: { kind: "cannot", why }, under, waiting };
}

function told({ n, kind }: FiledRecord, fault: string | undefined): string[] {
  return fault === undefined ? [] : [`record ${n} (${kind}): ${fault}`];
}

function numbering({ company, caseId, records, leftOut = [] }: FiledCase): string[] {
  const numbers = [...records.map(({ n }) => n), ...leftOut].toSorted((a, b) => a - b);
  const gap = numbers.findIndex((n, index) => n !== index + 1);
  const stray = records.find(({ envelope, log }) => envelope.case.id !== caseId || log !== company);
  return [
    ...(gap === -1 ? [] : [`record ${gap + 1} is missing`]),
    ...(stray === undefined ? [] : [`record ${stray.n} is another case's`]),
  ];
}

/** A parent within the case has a lower number; one outside it is another case's to prove. */
function parentFault({ n, parents }: FiledRecord, records: readonly FiledRecord[]): string | undefined {
  const later = records.find((other) => parents.includes(other.digest) && other.n >= n);
  return later === undefined ? undefined : `it rests on record ${later.n}, which comes after it`;
}

function policyFaults({ policies }: FiledCase): string[] {
  return Object.entries(policies).flatMap(([name, document]) => {
    const version = name.slice(name.lastIndexOf(" ") + 1);
    return isVersion(document, version) ? [] : [`the document of policy \`${name}\` is another one`];
  });
}

function isVersion(document: string, version: string): boolean {
  try {
    return digestOf(JSON.parse(document)) === version;
  } catch {
    return false;
  }
}

type Proved = { readonly under?: Under; readonly fault?: string };

function proofOf({ digest, seq, proof }: FiledRecord, keys: LogKeys): Proved {
  if (proof === null) return {};
  try {
    const { index, proof: hashes, checkpoint: note } = parseLogProof(proof);
    const { text, signatures } = parseNote(note);
    const { origin, size, rootHash: root } = parseCheckpoint(text);
    const leaf = Buffer.from(digest, "hex");
    const vkey = keys(origin);
    const cosignedBy = signatures.map(({ name }) => name).filter((name) => name !== origin);
    const under = { origin, size, cosignedBy, signed: vkey !== undefined };
    if (index !== seq) return { under, fault: `its proof is of place ${index}, not ${seq}` };
    if (vkey !== undefined) {
      const proved = verifyLogProof(proof, leaf, { log: vkey, origin, witnesses: [], quorum: 0 });
      return proved.kind === "proved" ? { under } : { under, fault: proved.reason };
    }
    const included = verifyInclusion({ index, size, leafHash: leaf, proof: hashes, root });
    return included ? { under } : { under, fault: `it is not proved to be entry ${index} of ${size}` };
  } catch (error) {
    if (error instanceof NoteError) return { fault: error.message };
    throw error;
  }
}
