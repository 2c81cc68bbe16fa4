import type { NamedWitness } from "../sinks/witness-list.ts";
import { logSigner } from "../log/log-keys.ts";
import type { Signer } from "../log/note-keys.ts";

/** What a bundle is signed and checked with: a log's key by its origin, and the witnesses' (verifier keys). */
export type BundleKeys = { readonly signerOf: (origin: string) => Signer; readonly witnesses: readonly string[] };

export function bundleKeys(
  secret: Uint8Array,
  { witnesses }: { readonly witnesses: readonly NamedWitness[] },
): BundleKeys {
  return { signerOf: (origin) => logSigner(secret, origin), witnesses: witnesses.map(({ vkey }) => vkey) };
}
