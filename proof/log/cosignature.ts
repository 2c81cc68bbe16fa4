import { createPublicKey, sign, verify } from "node:crypto";
import { parseCheckpoint } from "./checkpoint.ts";
import { NoteError } from "./note-error.ts";
import {
  ED25519_SIGNATURE_BYTES,
  namedKey,
  parseVkey,
  readPrivateKey,
  signatureTypes,
  type Verifier,
} from "./note-keys.ts";
import { signatureLine } from "./note.ts";

/** What cosigns checkpoints under one name. `signAt` answers 8 bytes of time and 64 of signature. */
export type Cosigner = {
  readonly name: string;
  readonly keyId: string;
  readonly vkey: string;
  signAt(text: string, unixSeconds: number): Buffer;
};

const TIME_BYTES = 8;

/**
 * A cosigner (type 0x04, c2sp.org/tlog-cosignature v1.0.1, Ed25519) from a PKCS 8 PEM or a raw 32-byte seed. One key
 * serves one name: the signed message does not tell who cosigns. Throws `NoteError` (`bad-key`).
 */
export function createCosigner(name: string, privateKey: string | Uint8Array): Cosigner {
  const key = readPrivateKey(privateKey);
  const { keyId, vkey } = namedKey(name, signatureTypes.cosignature, createPublicKey(key));
  const signAt = (text: string, unixSeconds: number) => {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeBigUInt64BE(BigInt(unixSeconds));
    return Buffer.concat([time, sign(null, messageOf(text, unixSeconds), key)]);
  };
  return { name, keyId, vkey, signAt };
}

/** The verifier of a cosigner's key, for `openNote`. Throws `NoteError` (`bad-key`) unless its type is 0x04. */
export function cosignatureVerifierOf(vkey: string): Verifier {
  const { name, keyId, publicKey } = parseVkey(vkey, signatureTypes.cosignature);
  return {
    name,
    keyId,
    vkey,
    verify: (text, signature) => {
      const unixSeconds = cosignedAt(signature);
      if (unixSeconds === undefined || !isCheckpoint(text)) return false;
      return verify(null, messageOf(text, unixSeconds), publicKey, signature.subarray(TIME_BYTES));
    },
  };
}

/**
 * One cosignature line, with its newline, over a checkpoint's text (the lines before the blank one). `unixSeconds`: 1 to
 * 2^53 - 1. Throws `NoteError`: `not-a-checkpoint`, or `malformed` for a time that is none.
 */
export function cosign(checkpointText: string, cosigner: Cosigner, unixSeconds: number): string {
  parseCheckpoint(checkpointText);
  if (!Number.isSafeInteger(unixSeconds) || unixSeconds < 1) {
    throw new NoteError("malformed", `time \`${unixSeconds}\` is not a whole number of seconds after 1970`);
  }
  return signatureLine(cosigner.name, cosigner.keyId, cosigner.signAt(checkpointText, unixSeconds));
}

/** When a cosignature says that it was made (Unix seconds); undefined when its bytes cannot be a cosignature. */
export function cosignedAt(signature: Buffer): number | undefined {
  if (signature.length !== TIME_BYTES + ED25519_SIGNATURE_BYTES) return undefined;
  const seconds = Number(signature.readBigUInt64BE());
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}

function messageOf(text: string, unixSeconds: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${unixSeconds}\n${text}`, "utf8");
}

function isCheckpoint(text: string): boolean {
  try {
    parseCheckpoint(text);
    return true;
  } catch {
    return false;
  }
}
