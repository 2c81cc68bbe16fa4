import type { Payload, PayloadCodec } from "@temporalio/common";
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** What the engine is told of a sealed payload: enough to find its key, nothing of what it holds. */
const ENCODING = "binary/encrypted";
const CIPHER = "aes-256-gcm";
const KEY_ID = "encryption-key-id";
/** Bytes. */
const [NONCE, TAG, LENGTH] = [12, 16, 4] as const;

type Key = { readonly id: string; readonly bytes: Buffer };

/** A payload that no key of this company opens, or that is not as it was sealed. */
export class PayloadSealed extends Error {
  override readonly name = "PayloadSealed";
}

/**
 * Seals what the engine keeps for a company: AES-256-GCM, one key per company and secret. `secrets`: the one in use first; what
 * was sealed under a former one, or not at all, is still read. `seals`: false only reads.
 */
export function payloadCodec(
  company: string,
  secrets: readonly [Uint8Array, ...Uint8Array[]],
  seals = true,
): PayloadCodec {
  const keys = secrets.map((secret) => keyOf(secret, company));
  const [own] = keys as [Key, ...Key[]];
  const known = new Map(keys.map((key) => [key.id, key]));
  return {
    encode: async (payloads) => (seals ? payloads.map((payload) => seal(own, payload)) : payloads),
    decode: async (payloads) => payloads.map((payload) => open(known, payload)),
  };
}

/** Both from the audit secret, apart from everything else that is made of it. The id tells nothing of the key. */
function keyOf(secret: Uint8Array, company: string): Key {
  const derived = (use: string, length: number) =>
    Buffer.from(hkdfSync("sha256", secret, "", `mandate/engine/${use}/${company}`, length));
  return { id: derived("key-id", 6).toString("hex"), bytes: derived("payloads", 32) };
}

function seal({ id, bytes }: Key, payload: Payload): Payload {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(CIPHER, bytes, nonce).setAAD(Buffer.from(id));
  const data = Buffer.concat([nonce, cipher.update(packed(payload)), cipher.final(), cipher.getAuthTag()]);
  const metadata = { encoding: ENCODING, "encryption-cipher": CIPHER, [KEY_ID]: id };
  return {
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, Buffer.from(text)])),
    data,
  };
}

function open(known: ReadonlyMap<string, Key>, payload: Payload): Payload {
  const { metadata, data } = payload;
  if (textOf(metadata?.["encoding"]) !== ENCODING) return payload;
  const id = textOf(metadata?.[KEY_ID]);
  const key = known.get(id);
  if (key === undefined) {
    const own = [...known.keys()].join(", ");
    throw new PayloadSealed(
      `sealed under key ${id}; here are ${own}: MANDATE_FORMER_AUDIT_SECRET gives a former secret`,
    );
  }
  const sealed = Buffer.from(data ?? []);
  try {
    const opened = createDecipheriv(CIPHER, key.bytes, sealed.subarray(0, NONCE), { authTagLength: TAG })
      .setAAD(Buffer.from(id))
      .setAuthTag(sealed.subarray(sealed.length - TAG));
    return unpacked(Buffer.concat([opened.update(sealed.subarray(NONCE, sealed.length - TAG)), opened.final()]));
  } catch (cause) {
    throw new PayloadSealed(`not as it was sealed under key ${id}`, { cause });
  }
}

/** A payload as bytes: the length of its metadata (32 bits, big-endian), the metadata as JSON of base64 values, the data. */
function packed({ metadata, data }: Payload): Buffer {
  const named = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString("base64")]);
  const head = Buffer.from(JSON.stringify(Object.fromEntries(named)));
  const length = Buffer.alloc(LENGTH);
  length.writeUInt32BE(head.length);
  // Where there is none, the SDK gives an empty array instead of bytes.
  return Buffer.concat([length, head, Buffer.from(data ?? [])]);
}

function unpacked(bytes: Buffer): Payload {
  const end = LENGTH + bytes.readUInt32BE();
  const head = JSON.parse(bytes.subarray(LENGTH, end).toString()) as { readonly [name: string]: string };
  const metadata = Object.entries(head).map(([name, value]) => [name, Buffer.from(value, "base64")]);
  return { metadata: Object.fromEntries(metadata), data: bytes.subarray(end) };
}

function textOf(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString();
}
