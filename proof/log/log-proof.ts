import { parseCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { NoteError } from "./note-error.ts";
import { decodeBase64, parseDecimal } from "./note-text.ts";
import { openNote, parseNote } from "./note.ts";
import { verifyInclusion } from "../../audit/tree-proof.ts";
import { readTrust, witnessesOf, type LogPolicy, type Trust, type Witnessed } from "./trust.ts";

/**
 * One entry's place in a log. `index` counts from 0; `proof`: hashes of 32 bytes, nearest sibling first; `checkpoint`: a
 * signed note; `extra`: what the application added, proved by nothing.
 */
export type LogProof = {
  readonly index: number;
  readonly proof: readonly Buffer[];
  readonly checkpoint: string;
  readonly extra?: Buffer;
};

/**
 * Why a proof proves nothing: `policy` (the reader's own keys or quorum cannot be used), `malformed`, `signature` (the log
 * did not sign, or a known key's signature is bad), `origin` (another log's), `quorum` (too few witnesses), `inclusion`.
 */
export type LogProofFault = "policy" | "malformed" | "signature" | "origin" | "quorum" | "inclusion";

export type LogProofOutcome =
  | {
      readonly kind: "proved";
      readonly index: number;
      readonly checkpoint: Checkpoint;
      readonly witnesses: readonly Witnessed[];
    }
  | { readonly kind: "refused"; readonly fault: LogProofFault; readonly reason: string };

type Refused = Extract<LogProofOutcome, { kind: "refused" }>;

const HEADER = "c2sp.org/tlog-proof@v1";
const HASH_BYTES = 32;
/** No tree that can be counted is deeper. */
const MAX_HASHES = 63;

/** Writes `c2sp.org/tlog-proof@v1`, as the specification stands at C2SP commit 5ba5ee8 (it has no tagged version). */
export function formatLogProof({ index, proof, checkpoint, extra }: LogProof): string {
  const extras = extra === undefined || extra.length === 0 ? [] : [`extra ${extra.toString("base64")}`];
  const hashes = proof.map((hash) => hash.toString("base64"));
  return [HEADER, ...extras, `index ${index}`, ...hashes, "", checkpoint].join("\n");
}

/** Reads the same format, and checks nothing but its form. Throws `NoteError` (`malformed`) naming the line. */
export function parseLogProof(text: string): LogProof {
  const split = text.indexOf("\n\n");
  if (split === -1) throw malformed("no blank line stands between the proof and the checkpoint");
  const lines = text.slice(0, split).split("\n");
  if (lines.shift() !== HEADER) throw malformed(`line 1 is not \`${HEADER}\``);
  const extra = lines[0]?.startsWith("extra ") === true ? readExtra(lines.shift() ?? "") : undefined;
  const indexLine = lines.shift() ?? "";
  const index = indexLine.startsWith("index ") ? parseDecimal(indexLine.slice("index ".length)) : undefined;
  if (index === undefined) throw malformed(`\`${indexLine}\` is not \`index\` and a decimal, up to 2^53 - 1`);
  const proof = readHashes(lines);
  const checkpoint = text.slice(split + 2);
  parseNote(checkpoint);
  return { index, proof, checkpoint, ...(extra && { extra }) };
}

/**
 * Whether a leaf (its 32-byte RFC 6962 hash) stands in a log that the reader trusts: the log's signature over the
 * checkpoint, its origin, enough witnesses, then the inclusion proof. Never throws: what is wrong is answered.
 */
export function verifyLogProof(text: string, leafHash: Buffer, policy: LogPolicy): LogProofOutcome {
  const trust = attempt("policy", () => readTrust(policy));
  if (trust.kind === "refused") return trust;
  const parsed = attempt("malformed", () => parseLogProof(text));
  if (parsed.kind === "refused") return parsed;
  return verifyParsed(parsed.value, leafHash, trust.value);
}

function verifyParsed({ index, proof, checkpoint: note }: LogProof, leafHash: Buffer, trust: Trust): LogProofOutcome {
  const opened = attempt("signature", () => openNote(note, [trust.log, ...trust.witnesses]));
  if (opened.kind === "refused") return opened;
  const { text, signatures } = opened.value;
  if (!signatures.some(({ vkey }) => vkey === trust.log.vkey)) {
    return refused("signature", `the log's key \`${trust.log.vkey}\` did not sign the checkpoint`);
  }
  const read = attempt("malformed", () => parseCheckpoint(text));
  if (read.kind === "refused") return read;
  const { origin, size, rootHash } = read.value;
  if (origin !== trust.origin) return refused("origin", `the checkpoint is of \`${origin}\`, not \`${trust.origin}\``);
  const witnesses = witnessesOf(signatures, trust);
  if (witnesses.length < trust.quorum) {
    return refused("quorum", `${witnesses.length} known witnesses cosigned; ${trust.quorum} are needed`);
  }
  if (!verifyInclusion({ index, size, leafHash, proof, root: rootHash })) {
    return refused("inclusion", `the leaf is not proved to be entry ${index} of ${size}`);
  }
  return { kind: "proved", index, checkpoint: read.value, witnesses };
}

type Attempt<T> = { readonly kind: "done"; readonly value: T } | Refused;

/** Runs what throws `NoteError` for bad input; anything else is a fault of ours and passes through. */
function attempt<T>(fault: LogProofFault, work: () => T): Attempt<T> {
  try {
    return { kind: "done", value: work() };
  } catch (error) {
    if (error instanceof NoteError) return refused(fault, error.message);
    throw error;
  }
}

function refused(fault: LogProofFault, reason: string): Refused {
  return { kind: "refused", fault, reason };
}

function readExtra(line: string): Buffer {
  const extra = decodeBase64(line.slice("extra ".length));
  if (extra === undefined || extra.length === 0) throw malformed("the extra data is not base64");
  return extra;
}

function readHashes(lines: readonly string[]): Buffer[] {
  if (lines.length > MAX_HASHES) throw malformed(`${lines.length} hashes; no tree needs over ${MAX_HASHES}`);
  return lines.map((line) => {
    const hash = decodeBase64(line);
    if (hash?.length !== HASH_BYTES) throw malformed(`\`${line}\` is no hash of ${HASH_BYTES} bytes in base64`);
    return hash;
  });
}

function malformed(what: string): NoteError {
  return new NoteError("malformed", `not a log proof: ${what}`);
}
