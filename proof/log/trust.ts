import { cosignatureVerifierOf, cosignedAt } from "./cosignature.ts";
import { NoteError } from "./note-error.ts";
import { verifierOf, type Verifier } from "./note-keys.ts";
import type { VerifiedSignature } from "./note.ts";

/**
 * What a reader relies on: the log's verifier key (type 0x01), the origin it speaks for (default: the key's own name),
 * witnesses' verifier keys (type 0x04), and how many of them must have cosigned (0 to all).
 */
export type LogPolicy = {
  readonly log: string;
  readonly origin?: string;
  readonly witnesses: readonly string[];
  readonly quorum: number;
};

/** A policy that was read: its keys can be used. */
export type Trust = {
  readonly log: Verifier;
  readonly origin: string;
  readonly witnesses: readonly Verifier[];
  readonly quorum: number;
};

/** A witness that cosigned, and the latest time at which it says it did (Unix seconds). */
export type Witnessed = { readonly name: string; readonly vkey: string; readonly unixSeconds: number };

/**
 * Reads a policy. Throws `NoteError` (`bad-key`) for a key that cannot be used, a quorum out of range, and a key that
 * stands there twice, under two names even: one signature would then count as two witnesses.
 */
export function readTrust({ log, origin, witnesses, quorum }: LogPolicy): Trust {
  const verifiers = witnesses.map(cosignatureVerifierOf);
  const keys = verifiers.map(({ vkey }) => vkey.slice(vkey.indexOf("+") + "+00000000+".length));
  const twice = verifiers.find((_, at) => keys.indexOf(keys[at] ?? "") !== at);
  if (twice !== undefined) throw new NoteError("bad-key", `witness \`${twice.name}\` has a key that is there already`);
  if (!Number.isInteger(quorum) || quorum < 0 || quorum > witnesses.length) {
    throw new NoteError("bad-key", `a quorum of \`${quorum}\` cannot be met: ${witnesses.length} witnesses are known`);
  }
  const verifier = verifierOf(log);
  return { log: verifier, origin: origin ?? verifier.name, witnesses: verifiers, quorum };
}

/** The known witnesses among verified signatures, each once, in the policy's order. */
export function witnessesOf(signatures: readonly VerifiedSignature[], { witnesses }: Trust): Witnessed[] {
  return witnesses.flatMap(({ name, vkey }) => {
    const times = signatures.filter((one) => one.vkey === vkey).map(({ signature }) => cosignedAt(signature) ?? 0);
    return times.length === 0 ? [] : [{ name, vkey, unixSeconds: Math.max(...times) }];
  });
}
