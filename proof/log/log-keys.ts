import { hkdfSync } from "node:crypto";
import { createSigner, type Signer } from "./note-keys.ts";

const SEED_BYTES = 32;

/**
 * What signs a log's checkpoints: an Ed25519 key of its own, from the installation's audit secret (32 bytes or more), so
 * that who holds the secret can sign and nobody else. Its name is the origin. Throws `NoteError` for an origin that no key
 * may be named by.
 */
export function logSigner(secret: Uint8Array, origin: string): Signer {
  return createSigner(origin, Buffer.from(hkdfSync("sha256", secret, "", `mandate/log/${origin}`, SEED_BYTES)));
}

/** What a log is called in checkpoints, for ever. `host`: MANDATE_AUDIT_HOST. */
export function originOf(host: string, log: string): string {
  return `${host}/${log}`;
}
