import { isUtf8 } from "node:buffer";
import { NoteError } from "./note-error.ts";
import { isKeyName, type Signer, type Verifier } from "./note-keys.ts";
import { controlAt, decodeBase64 } from "./note-text.ts";

/** One signature line. `signature`: the bytes after the 4 of the key id; `line`: as written, without its newline. */
export type NoteSignature = {
  readonly name: string;
  readonly keyId: string;
  readonly signature: Buffer;
  readonly line: string;
};

/** A signature that was checked; `vkey` names the key, whatever else shares its name. */
export type VerifiedSignature = NoteSignature & { readonly vkey: string };

/** A note whose text may be used: at least one known key signed it. `unverified` are signatures of unknown keys. */
export type OpenedNote = {
  readonly text: string;
  readonly signatures: readonly VerifiedSignature[];
  readonly unverified: readonly NoteSignature[];
};

/** A note that is read and not checked: nothing of it may be relied on. */
export type ParsedNote = { readonly text: string; readonly signatures: readonly NoteSignature[] };

/** Ours; c2sp.org/signed-note asks for some limit, of 16 at least. */
const MAX_SIGNATURES = 100;
const KEY_ID_BYTES = 4;
const LINE_START = "\u2014 ";

/** Signs a text that ends with a newline. Throws `NoteError` (`malformed`) for a text that no note may hold. */
export function signNote(text: string, signers: readonly Signer[]): string {
  requireNoteText(text);
  if (!text.endsWith("\n")) throw new NoteError("malformed", "a note's text ends with a newline; this one does not");
  const lines = signers.map((signer) => signatureLine(signer.name, signer.keyId, signer.sign(text)));
  return `${text}\n${lines.join("")}`;
}

/** One signature as it stands in a note, with its newline. `keyId`: 8 hex digits. */
export function signatureLine(name: string, keyId: string, signature: Buffer): string {
  return `${LINE_START}${name} ${Buffer.concat([Buffer.from(keyId, "hex"), signature]).toString("base64")}\n`;
}

/**
 * Reads a note and checks every signature of the keys that are known; signatures of others are left aside, as
 * c2sp.org/signed-note v1.0.0 asks. Throws `NoteError`: `malformed`, `too-many-signatures` (over 100), `bad-signature`
 * when a known key's does not verify, `unsigned` when no known key signed.
 */
export function openNote(noteText: string, verifiers: readonly Verifier[]): OpenedNote {
  const { text, signatures } = parseNote(noteText);
  const verified: VerifiedSignature[] = [];
  const unverified: NoteSignature[] = [];
  for (const signature of signatures) {
    const { name, keyId } = signature;
    const verifier = verifiers.find((known) => known.name === name && known.keyId === keyId);
    if (verifier === undefined) {
      unverified.push(signature);
    } else if (verifier.verify(text, signature.signature)) {
      verified.push({ ...signature, vkey: verifier.vkey });
    } else {
      throw new NoteError("bad-signature", `the signature of \`${name}\` (key ${keyId}) does not verify`);
    }
  }
  if (verified.length === 0) throw new NoteError("unsigned", "no known key signed this note");
  return { text, signatures: verified, unverified };
}

/** Takes a note apart without checking a signature. Throws `NoteError`: `malformed` or `too-many-signatures`. */
export function parseNote(noteText: string): ParsedNote {
  requireNoteText(noteText);
  const split = noteText.lastIndexOf("\n\n");
  if (split === -1) throw new NoteError("malformed", "no blank line stands between a text and its signatures");
  const block = noteText.slice(split + 2);
  if (block === "") throw new NoteError("malformed", "no signature follows the last blank line");
  if (!block.endsWith("\n")) throw new NoteError("malformed", "the last signature line does not end with a newline");
  const lines = block.slice(0, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) {
    throw new NoteError("too-many-signatures", `${lines.length} signatures; at most ${MAX_SIGNATURES} are read`);
  }
  return { text: noteText.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

/** A note's text from bytes. Throws `NoteError` (`malformed`) when they are not UTF-8. */
export function decodeNote(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new NoteError("malformed", "a note is UTF-8; these bytes are not");
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function parseSignature(line: string, index: number): NoteSignature {
  const fault = (what: string) => new NoteError("malformed", `signature line ${index + 1} ${what}`);
  if (!line.startsWith(LINE_START)) throw fault("does not start with an em dash and a space");
  const [name = "", encoded, ...more] = line.slice(LINE_START.length).split(" ");
  if (!isKeyName(name)) throw fault(`has no key name that is allowed: \`${name}\``);
  if (encoded === undefined || more.length > 0) throw fault("is not an em dash, a key name and a signature");
  const bytes = decodeBase64(encoded);
  if (bytes === undefined) throw fault("holds a signature that is not base64");
  if (bytes.length <= KEY_ID_BYTES) throw fault(`holds ${bytes.length} bytes: a key id of 4 and no signature`);
  const keyId = bytes.subarray(0, KEY_ID_BYTES).toString("hex");
  return { name, keyId, signature: bytes.subarray(KEY_ID_BYTES), line };
}

function requireNoteText(text: string): void {
  if (!text.isWellFormed()) throw new NoteError("malformed", "a note is UTF-8; this text holds a lone surrogate");
  const control = controlAt(text);
  if (control !== undefined) throw new NoteError("malformed", `character ${control + 1} is a control character`);
}
