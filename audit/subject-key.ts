import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, randomFillSync } from "node:crypto";
import { pack, unpack } from "./packing.ts";

/** AES-256-GCM (NIST SP 800-38D): a random 96-bit nonce, then the text, then a 128-bit tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** 128 bits, as RFC 9901 asks of a salt. */
const SALT_BYTES = 16;

/**
 * What a subject's bodies are sealed with. Everything comes from one random key: destroy that, and neither a body nor the
 * salt that hides its digest can be had again.
 */
export type SubjectKey = {
  /** The random name that envelopes know the subject by. */
  readonly subjectId: string;
  /** `context` binds the sealed text to its place: it opens in no other. */
  seal(text: string, context: string): Buffer;
  /** @throws when the text was sealed with another key, in another context, or was changed. */
  open(sealed: Uint8Array, context: string): string;
  /** The same for the same words, so that a record that is told again has the same bytes. */
  salt(...words: readonly string[]): string;
};

export function subjectKey(subjectId: string, key: Uint8Array): SubjectKey {
  const derived = (purpose: string) => Buffer.from(hkdfSync("sha256", key, "", `mandate/${purpose}`, KEY_BYTES));
  const sealing = derived("seal");
  const salting = derived("salt");
  return {
    subjectId,
    seal: (text, context) => encrypt(sealing, pack(text), context),
    open: (sealed, context) => unpack(decrypt(sealing, sealed, context)),
    salt: (...words) =>
      createHmac("sha256", salting)
        .update(JSON.stringify(words))
        .digest()
        .subarray(0, SALT_BYTES)
        .toString("base64url"),
  };
}

/** The salt of a field of a record's body: whoever can read the body can make it, so it is not kept. */
export function fieldSalt(key: Pick<SubjectKey, "salt">, recordKey: string, name: string): string {
  return key.salt("field", recordKey, name);
}

/** Wraps keys under a company's key, which never leaves the process. */
export type KeyWrapping = {
  readonly fresh: (subjectId: string) => Buffer;
  /** @throws SealedElsewhere. */
  readonly unwrap: (subjectId: string, wrapped: Uint8Array) => SubjectKey;
  readonly opens: (subjectId: string, wrapped: Uint8Array) => boolean;
  readonly blind: (text: string) => string;
};

/** `secret`: at least 32 random bytes, one per installation. */
export function keyWrapping(secret: Uint8Array, company: string): KeyWrapping {
  const [wrappingKey, blindingKey] = [companyKey(secret, "wrap", company), companyKey(secret, "blind", company)];
  return {
    fresh: (subjectId) => encrypt(wrappingKey, randomBytes(KEY_BYTES), subjectId),
    opens: (subjectId, wrapped) => opened(wrappingKey, subjectId, wrapped) !== undefined,
    unwrap(subjectId, wrapped) {
      const key = opened(wrappingKey, subjectId, wrapped);
      if (key === undefined) throw new SealedElsewhere(subjectId);
      return subjectKey(subjectId, key);
    },
    blind: (text) => createHmac("sha256", blindingKey).update(text, "utf8").digest("hex"),
  };
}

/** Wraps under `secret` what was wrapped under `former`; undefined for what needs no change, and what neither opens. */
export function rewrapping(company: string, former: Uint8Array, secret: Uint8Array) {
  const [from, to] = [companyKey(former, "wrap", company), companyKey(secret, "wrap", company)];
  return (subjectId: string, wrapped: Uint8Array): Buffer | undefined => {
    if (opened(to, subjectId, wrapped) !== undefined) return undefined;
    const key = opened(from, subjectId, wrapped);
    return key && encrypt(to, key, subjectId);
  };
}

function companyKey(secret: Uint8Array, purpose: string, company: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `mandate/${purpose}/${company}`, KEY_BYTES));
}

/** A subject's key that was wrapped with another audit secret than the one in use, or changed since. */
export class SealedElsewhere extends Error {
  readonly subjectId: string;

  constructor(subjectId: string) {
    super(`the key of ${subjectId} was sealed under another audit secret; \`mandate doctor\` tells the way out`);
    this.name = "SealedElsewhere";
    this.subjectId = subjectId;
  }
}

function opened(wrappingKey: Buffer, subjectId: string, wrapped: Uint8Array): Buffer | undefined {
  try {
    return decrypt(wrappingKey, wrapped, subjectId);
  } catch {
    return undefined;
  }
}

/** Random bytes for many nonces are fetched at once: fetching a dozen costs as much as fetching thousands. Each is used once. */
const nonces = Buffer.alloc(NONCE_BYTES * 256);
let noncesUsed = nonces.length;

function freshNonce(): Buffer {
  if (noncesUsed === nonces.length) {
    randomFillSync(nonces);
    noncesUsed = 0;
  }
  noncesUsed += NONCE_BYTES;
  return Buffer.from(nonces.subarray(noncesUsed - NONCE_BYTES, noncesUsed));
}

function encrypt(key: Buffer, text: Buffer, context: string): Buffer {
  const nonce = freshNonce();
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context, "utf8"));
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Uint8Array, context: string): Buffer {
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(context, "utf8")).setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]);
}
