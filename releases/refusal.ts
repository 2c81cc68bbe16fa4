import type { Signers } from "../audit/ledgers/releases.ts";
import type { JsonObject } from "../domain/json.ts";
import { signatureFault } from "./signature.ts";

/** Who asks, as their token says. */
export type Signer = { readonly personId: string; readonly role: string };

/** Why a change of releases, modes or keys was not taken. Nothing is changed by a refused one. */
export type Refused = {
  readonly kind: "refused";
  readonly code:
    | "not-found"
    | "wrong-role"
    | "own-request"
    | "not-signed"
    | "not-waiting"
    | "release-waits"
    | "canary-runs"
    | "stale-release"
    | "mode-unchanged"
    | "list-unchanged"
    | "key-registered"
    | "release-refused";
  readonly detail: string;
};

export function refused(code: Refused["code"], detail: string): Refused {
  return { kind: "refused", code, detail };
}

/** How far the time in a signed change may be from this machine's. */
const MAX_SKEW_MS = 300_000;

/** Why a signed change does not count as this person's, made about now. */
export function signingFault(
  words: JsonObject & { readonly person: string },
  { at, signature }: { readonly at: string; readonly signature: string },
  signers: Signers,
  nowMs: number,
): string | undefined {
  const atMs = Date.parse(at);
  if (Number.isNaN(atMs) || new Date(atMs).toISOString() !== at) return `\`${at}\` is no UTC time to the millisecond`;
  if (Math.abs(atMs - nowMs) > MAX_SKEW_MS) return "it was signed more than five minutes from this clock";
  return signatureFault(words, signature, signers);
}
