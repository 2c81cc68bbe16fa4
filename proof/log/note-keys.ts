import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { NoteError } from "./note-error.ts";
import { decodeBase64 } from "./note-text.ts";

/** What checks one key's signatures. `keyId`: 8 lower-case hex digits. `signature`: the bytes after the key id. */
export type Verifier = {
  readonly name: string;
  readonly keyId: string;
  readonly vkey: string;
  verify(text: string, signature: Buffer): boolean;
};

/** What signs notes under one name. `sign` answers the 64 bytes of an Ed25519 signature over the text. */
export type Signer = {
  readonly name: string;
  readonly keyId: string;
  readonly vkey: string;
  sign(text: string): Buffer;
};

/** Signature type bytes that are assigned by c2sp.org/signed-note. */
export const signatureTypes = { ed25519: 0x01, cosignature: 0x04 } as const;
export type SignatureType = (typeof signatureTypes)[keyof typeof signatureTypes];

export const ED25519_SIGNATURE_BYTES = 64;
const KEY_BYTES = 32;
/** RFC 8410: what stands before the 32 bytes of an Ed25519 seed in PKCS 8. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** A key's name, id and public half, as they stand in a verifier key. */
export type NamedKey = {
  readonly name: string;
  readonly keyId: string;
  readonly vkey: string;
  readonly publicKey: KeyObject;
};

/**
 * A signer of notes from a PKCS 8 PEM or a raw 32-byte seed. Throws `NoteError` (`bad-key`) for a key that is not
 * Ed25519 or a name that is empty or holds a space, a plus sign or a control character.
 */
export function createSigner(name: string, privateKey: string | Uint8Array): Signer {
  const key = readPrivateKey(privateKey);
  const { keyId, vkey } = namedKey(name, signatureTypes.ed25519, createPublicKey(key));
  return { name, keyId, vkey, sign: (text) => sign(null, Buffer.from(text, "utf8"), key) };
}

/** The verifier that a key of type 0x01 names. Throws `NoteError` (`bad-key`) saying what is wrong with it. */
export function verifierOf(vkey: string): Verifier {
  const { name, keyId, publicKey } = parseVkey(vkey, signatureTypes.ed25519);
  return {
    name,
    keyId,
    vkey,
    verify: (text, signature) =>
      signature.length === ED25519_SIGNATURE_BYTES && verify(null, Buffer.from(text, "utf8"), publicKey, signature),
  };
}

/** `<name>+<8 hex digits>+base64(type, 32 bytes)`. Throws `NoteError` (`bad-key`). */
export function formatVkey(name: string, type: SignatureType, publicKey: KeyObject): string {
  return namedKey(name, type, publicKey).vkey;
}

/** A public key under a name: id = SHA-256(name, LF, type, public key), its first 4 bytes. */
export function namedKey(name: string, type: SignatureType, publicKey: KeyObject): NamedKey {
  if (!isKeyName(name)) {
    throw new NoteError(
      "bad-key",
      `key name \`${name}\` must be non-empty, without spaces, plus or control characters`,
    );
  }
  const { x, crv } = publicKey.export({ format: "jwk" });
  if (crv !== "Ed25519" || x === undefined) throw new NoteError("bad-key", `the key of \`${name}\` is not Ed25519`);
  const material = Buffer.concat([Buffer.of(type), Buffer.from(x, "base64url")]);
  const keyId = createHash("sha256").update(`${name}\n`, "utf8").update(material).digest("hex").slice(0, 8);
  return { name, keyId, vkey: `${name}+${keyId}+${material.toString("base64")}`, publicKey };
}

/** Reads a verifier key of one type. Throws `NoteError` (`bad-key`); an id that is not this key's is refused. */
export function parseVkey(vkey: string, type: SignatureType): NamedKey {
  const fault = (what: string) => new NoteError("bad-key", `verifier key \`${vkey}\` ${what}`);
  const [, name, keyId, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/su.exec(vkey) ?? [];
  if (name === undefined || encoded === undefined) throw fault("is not `<name>+<8 hex digits>+<base64>`");
  const material = decodeBase64(encoded);
  if (material === undefined) throw fault("holds a key that is not base64");
  if (material[0] !== type) throw fault(`has signature type ${hexByte(material[0])}, not ${hexByte(type)}`);
  if (material.length !== 1 + KEY_BYTES) throw fault(`holds ${material.length - 1} bytes of a key, not ${KEY_BYTES}`);
  const x = material.subarray(1).toString("base64url");
  const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const named = namedKey(name, type, publicKey);
  if (named.keyId !== keyId) throw fault(`has the id \`${named.keyId}\`, not \`${keyId}\``);
  return named;
}

/** An Ed25519 private key from a PKCS 8 PEM or a raw 32-byte seed. Throws `NoteError` (`bad-key`); never repeats it. */
export function readPrivateKey(given: string | Uint8Array): KeyObject {
  if (typeof given !== "string" && given.length !== KEY_BYTES) {
    throw new NoteError("bad-key", `a seed has ${KEY_BYTES} bytes, not ${given.length}`);
  }
  let key: KeyObject;
  try {
    key =
      typeof given === "string"
        ? createPrivateKey(given)
        : createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, given]), format: "der", type: "pkcs8" });
  } catch {
    throw new NoteError("bad-key", "the private key is not a PKCS 8 PEM");
  }
  if (key.asymmetricKeyType !== "ed25519") throw new NoteError("bad-key", "the private key is not Ed25519");
  return key;
}

/** Whether a text may name a key: c2sp.org/signed-note allows no Unicode space and no plus, and notes no controls. */
export function isKeyName(name: string): boolean {
  return name !== "" && name.isWellFormed() && !/[\p{White_Space}+\p{Cc}]/u.test(name);
}

function hexByte(byte: number | undefined): string {
  return byte === undefined ? "none" : `0x${byte.toString(16).padStart(2, "0")}`;
}
