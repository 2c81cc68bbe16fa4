import { NoteError } from "../log/note-error.ts";
import { decodeBase64, parseDecimal } from "../log/note-text.ts";

/**
 * The body of `POST add-checkpoint`, c2sp.org/tlog-witness v1.0.0. `oldSize`: leaves of the head that the witness is
 * thought to hold; `proof`: consistency from there, hashes of 32 bytes; `checkpoint`: a signed note.
 */
export type AddCheckpoint = {
  readonly oldSize: number;
  readonly proof: readonly Buffer[];
  readonly checkpoint: string;
};

/** The largest body that is read: ours; the specification sets none. */
export const MAX_BODY_BYTES = 65_536;
/** Content type of a conflict's answer: the witness's size in decimal and a newline. */
export const SIZE_CONTENT_TYPE = "text/x.tlog.size";

const HASH_BYTES = 32;
const MAX_HASHES = 63;

export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  return [`old ${oldSize}`, ...proof.map((hash) => hash.toString("base64")), "", checkpoint].join("\n");
}

/** Reads a request's body. Throws `NoteError` (`malformed`) naming the line; the checkpoint itself is not read yet. */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  const split = body.indexOf("\n\n");
  if (split === -1) throw malformed("no blank line stands before the checkpoint");
  const [first = "", ...hashes] = body.slice(0, split).split("\n");
  const oldSize = first.startsWith("old ") ? parseDecimal(first.slice("old ".length)) : undefined;
  if (oldSize === undefined) throw malformed("line 1 is not `old` and a decimal, up to 2^53 - 1");
  if (hashes.length > MAX_HASHES) throw malformed(`${hashes.length} proof lines; at most ${MAX_HASHES} are read`);
  const proof = hashes.map((line, index) => {
    const hash = decodeBase64(line);
    if (hash?.length !== HASH_BYTES) throw malformed(`line ${index + 2} is no hash of ${HASH_BYTES} bytes in base64`);
    return hash;
  });
  return { oldSize, proof, checkpoint: body.slice(split + 2) };
}

function malformed(what: string): NoteError {
  return new NoteError("malformed", what);
}
