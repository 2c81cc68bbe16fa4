import type { ManifestLog } from "../bundle/manifest.ts";
import { parseCheckpoint, type Checkpoint } from "../log/checkpoint.ts";
import { cosignatureVerifierOf } from "../log/cosignature.ts";
import { NoteError } from "../log/note-error.ts";
import { ED25519_SIGNATURE_BYTES, verifierOf, type Verifier } from "../log/note-keys.ts";
import { decodeNote, parseNote, type VerifiedSignature, type NoteSignature } from "../log/note.ts";
import { readTrust, witnessesOf } from "../log/trust.ts";
import type { Findings } from "./finding.ts";
import type { FileSource } from "./source.ts";

/** Keys that the reader has from elsewhere: of logs (type 0x01) and of witnesses (type 0x04). */
export type Pins = { readonly logs: readonly Verifier[]; readonly witnesses: readonly Verifier[] };

/** A log's head whose signatures were checked. `cosigned`: by whom that counts, and when (Unix seconds). */
export type LogHead = {
  readonly note: string;
  readonly checkpoint: Checkpoint;
  readonly logKeys: readonly Verifier[];
  readonly witnesses: readonly Verifier[];
  readonly cosigned: readonly { readonly name: string; readonly unixSeconds: number }[];
};

/** Sorts verifier keys by their type. Throws `NoteError` (`bad-key`) for what is neither. */
export function readPins(vkeys: readonly string[]): Pins {
  const logs: Verifier[] = [];
  const witnesses: Verifier[] = [];
  for (const vkey of vkeys) {
    const witness = attempt(() => cosignatureVerifierOf(vkey));
    if (witness instanceof NoteError) logs.push(verifierOf(vkey));
    else witnesses.push(witness);
  }
  return { logs, witnesses };
}

/**
 * Check 1, and the signatures of check 2: every signature on a log's checkpoint is by a key that is listed, and verifies; a
 * key of the log is among them. Undefined when there is no head to go on from.
 */
export async function openHead(
  source: FileSource,
  log: ManifestLog,
  pins: Pins,
  findings: Findings,
): Promise<LogHead | undefined> {
  const tampered = (what: string) => findings.add(1, "tampered", `${log.folder}/${what}`, { log: log.log });
  const bytes = await source.read(`${log.folder}/checkpoint`);
  if (bytes === undefined) return tampered("checkpoint is not there");
  const read = attempt(() => {
    const note = decodeNote(bytes);
    const parsed = parseNote(note);
    return { note, ...parsed, checkpoint: parseCheckpoint(parsed.text) };
  });
  if (read instanceof NoteError) return tampered(`checkpoint: ${read.message}`);
  const listed = await keysIn(source, `${log.folder}/vkeys`, verifierOf);
  if (typeof listed === "string") return tampered(listed);
  const witnessing = await keysIn(source, `${log.folder}/witness-vkeys`, cosignatureVerifierOf);
  if (typeof witnessing === "string") return findings.add(2, "tampered", witnessing, { log: log.log });
  const { note, checkpoint } = read;
  const logKeys = pins.logs.length > 0 ? pins.logs : listed;
  const witnesses = pins.witnesses.length > 0 ? pins.witnesses : witnessing;
  const known = [...listed, ...witnessing, ...pins.logs, ...pins.witnesses];
  const valid = checkSignatures(read, known, log, findings);
  if (!valid.some(({ vkey }) => logKeys.some((key) => key.vkey === vkey && key.name === checkpoint.origin))) {
    const whose = pins.logs.length > 0 ? "no key that you gave" : "no key of the log";
    tampered(`checkpoint: ${whose} signed it`);
  }
  const cosigned = countedOnce(valid, { logKeys, witnesses }, log, findings);
  return { note, checkpoint, logKeys, witnesses, cosigned };
}

type Signed = VerifiedSignature;

function checkSignatures(
  { text, signatures }: { readonly text: string; readonly signatures: readonly NoteSignature[] },
  known: readonly Verifier[],
  { log, folder }: ManifestLog,
  findings: Findings,
): readonly Signed[] {
  return signatures.flatMap((signature) => {
    const { name, keyId } = signature;
    const verifier = known.find((one) => one.name === name && one.keyId === keyId);
    const check = signature.signature.length === ED25519_SIGNATURE_BYTES ? 1 : 2;
    findings.checked(check);
    if (verifier?.verify(text, signature.signature) === true) return [{ ...signature, vkey: verifier.vkey }];
    const what = verifier === undefined ? "is by a key that is not listed" : "does not verify: it is forged or damaged";
    findings.add(check, "tampered", `${folder}/checkpoint: the signature of \`${name}\` (${keyId}) ${what}`, { log });
    return [];
  });
}

/** The witnesses that cosigned, each once: the same key under two names would let one signature count twice. */
function countedOnce(
  valid: readonly Signed[],
  { logKeys, witnesses }: Pick<LogHead, "logKeys" | "witnesses">,
  { log, folder }: ManifestLog,
  findings: Findings,
): LogHead["cosigned"] {
  const [first] = logKeys;
  if (first === undefined) return [];
  const vkeys = witnesses.map(({ vkey }) => vkey);
  const trust = attempt(() => readTrust({ log: first.vkey, witnesses: vkeys, quorum: 0 }));
  if (!(trust instanceof NoteError)) return witnessesOf(valid, trust);
  findings.add(2, "tampered", `${folder}/witness-vkeys: ${trust.message}`, { log });
  return [];
}

/** The keys of a file, one per line, or what is wrong with it. */
async function keysIn(
  source: FileSource,
  path: string,
  read: (vkey: string) => Verifier,
): Promise<readonly Verifier[] | string> {
  const bytes = await source.read(path);
  if (bytes === undefined) return `${path} is not there`;
  const text = bytes.toString("utf8");
  if (text !== "" && !text.endsWith("\n")) return `${path}: the last line does not end`;
  const keys = attempt(() => text.split("\n").slice(0, -1).map(read));
  return keys instanceof NoteError ? `${path}: ${keys.message}` : keys;
}

/** Runs what throws `NoteError` for bad input; anything else passes through. */
export function attempt<T>(work: () => T): T | NoteError {
  try {
    return work();
  } catch (error) {
    if (error instanceof NoteError) return error;
    throw error;
  }
}
