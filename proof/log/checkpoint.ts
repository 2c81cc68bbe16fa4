import { NoteError } from "./note-error.ts";
import { controlAt, decodeBase64, parseDecimal } from "./note-text.ts";

/** A log's head. `origin` names the log; `size` counts leaves, 0 to 2^53 - 1; `rootHash` has 32 bytes. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly rootHash: Buffer };

const HASH_BYTES = 32;

/** The text of a checkpoint's note, c2sp.org/tlog-checkpoint v1.0.0, without extension lines. Throws `NoteError`. */
export function formatCheckpoint({ origin, size, rootHash }: Checkpoint): string {
  if (!isOrigin(origin)) throw fault(`origin \`${origin}\` must be one non-empty line without control characters`);
  if (!Number.isSafeInteger(size) || size < 0) throw fault(`size \`${size}\` is not an integer from 0 to 2^53 - 1`);
  if (rootHash.length !== HASH_BYTES) throw fault(`the root hash has ${rootHash.length} bytes, not ${HASH_BYTES}`);
  return `${origin}\n${size}\n${rootHash.toString("base64")}\n`;
}

/** Reads a checkpoint's text. Extension lines are read over, as the specification asks. Throws `NoteError`. */
export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith("\n")) throw fault("the text does not end with a newline");
  const [origin = "", sizeLine, rootLine, ...extensions] = text.slice(0, -1).split("\n");
  if (sizeLine === undefined || rootLine === undefined) throw fault("it has fewer than three lines");
  if (!isOrigin(origin)) throw fault("line 1 is no origin: it is empty or holds a control character");
  const size = parseDecimal(sizeLine);
  if (size === undefined) throw fault(`line 2 is no tree size in decimal, up to 2^53 - 1: \`${sizeLine}\``);
  const rootHash = decodeBase64(rootLine);
  if (rootHash?.length !== HASH_BYTES) throw fault(`line 3 is no hash of 32 bytes in base64: \`${rootLine}\``);
  if (extensions.includes("")) throw fault("an extension line is empty");
  return { origin, size, rootHash };
}

function isOrigin(origin: string): boolean {
  return origin !== "" && origin.isWellFormed() && !origin.includes("\n") && controlAt(origin) === undefined;
}

function fault(what: string): NoteError {
  return new NoteError("not-a-checkpoint", `not a checkpoint: ${what}`);
}
