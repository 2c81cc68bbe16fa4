import type { NamedWitness } from "../sinks/witness-list.ts";
import { logSigner } from "../log/log-keys.ts";

/** The public keys that a bundle is checked with: of a log by its origin, and of the witnesses (verifier keys). */
export type BundleKeys = { readonly vkeyOf: (origin: string) => string; readonly witnesses: readonly string[] };

export function bundleKeys(
  secret: Uint8Array,
  { witnesses }: { readonly witnesses: readonly NamedWitness[] },
): BundleKeys {
  return { vkeyOf: (origin) => logSigner(secret, origin).vkey, witnesses: witnesses.map(({ vkey }) => vkey) };
}
