import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createCosigner, type Cosigner } from "../log/cosignature.ts";
import { newSigningKey } from "../../releases/signature.ts";
import { writeDurably } from "./durable-file.ts";

/** Where a witness's private key (PKCS 8 PEM, 0600) lies in its home. */
export function keyFileOf(home: string): string {
  return join(home, "witness.pem");
}

export function hasKey(home: string): boolean {
  return existsSync(keyFileOf(home));
}

/** Makes a witness's key. The caller holds the home, so that no two are made. Throws `NoteError` for a bad name. */
export function makeKey(home: string, name: string): void {
  const key = newSigningKey();
  createCosigner(name, key);
  writeDurably(keyFileOf(home), key);
}

/** The cosigner of a home. Throws `NoteError` for a name or a key that cannot be used. */
export function readCosigner(home: string, name: string): Cosigner {
  return createCosigner(name, readFileSync(keyFileOf(home), "utf8"));
}
