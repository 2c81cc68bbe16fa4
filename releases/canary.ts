import { sha256Hex } from "../audit/digest.ts";

const MILLION = 1_000_000;
const HASHES = 2 ** 32;

/**
 * The side of a canary that a subject is on: the same for every request of that subject. The first 32 bits of the SHA-256
 * of release and subject are spread over a million parts; `new` gets the share under `canaryPpm`.
 */
export function sideOf(release: string, subject: string, canaryPpm: number): "new" | "old" {
  const hash = Number.parseInt(sha256Hex(release + subject).slice(0, 8), 16);
  // Both products stay under 2^53, so the comparison is exact.
  return hash * MILLION < canaryPpm * HASHES ? "new" : "old";
}
