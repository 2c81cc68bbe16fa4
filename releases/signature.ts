import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import type { Signers } from "../audit/ledgers/releases.ts";
import { canonicalJson } from "../audit/canonical-json.ts";
import type { JsonObject } from "../domain/json.ts";

const ALGORITHM = "ed25519";

/** A fresh private key as PEM (PKCS 8). */
export function newSigningKey(): string {
  return generateKeyPairSync(ALGORITHM).privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}

/** The public half as it is registered: SPKI, base64. */
export function publicKeyOf(privateKey: string): string {
  return createPublicKey(privateKey).export({ format: "der", type: "spki" }).toString("base64");
}

/** Whether this is an Ed25519 public key, written the one way that it is registered. */
export function isPublicKey(text: string): boolean {
  try {
    const key = readPublicKey(text);
    const written = key.export({ format: "der", type: "spki" }).toString("base64");
    return key.asymmetricKeyType === ALGORITHM && written === text;
  } catch {
    return false;
  }
}

/** Signs the canonical JSON of these words; base64. Throws when the key is none. */
export function signWords(words: JsonObject, privateKey: string): string {
  return sign(null, Buffer.from(canonicalJson(words), "utf8"), createPrivateKey(privateKey)).toString("base64");
}

/** Why a signature does not count, or undefined when it is the named person's over exactly these words. */
export function signatureFault(
  words: JsonObject & { readonly person: string },
  signature: string,
  signers: Signers,
): string | undefined {
  const { person } = words;
  const key = signers.get(person);
  if (key === undefined) return `\`${person}\` has no signing key here`;
  try {
    const bytes = Buffer.from(canonicalJson(words), "utf8");
    if (verify(null, bytes, readPublicKey(key), Buffer.from(signature, "base64"))) return undefined;
  } catch {
    // A key or words that cannot be read verify nothing.
  }
  return `the signature is not \`${person}\`'s over this change`;
}

function readPublicKey(text: string) {
  return createPublicKey({ key: Buffer.from(text, "base64"), format: "der", type: "spki" });
}
