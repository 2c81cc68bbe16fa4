import { createHash } from "node:crypto";
import { placeOf, type EntryCheck } from "./entry.ts";
import type { Findings } from "./finding.ts";
import { HashSet } from "./hash-set.ts";

/** Check 10: an effect is begun once and ends once, and no record has the key of another. */
export function checkOnce(findings: Findings): EntryCheck {
  const keys = new HashSet();
  const intents = new Set<string>();
  const ends = new Map<string, string>();

  function effectAgain(kind: string, { effectKey, state }: { readonly [name: string]: unknown }): string | undefined {
    if (typeof effectKey !== "string") return undefined;
    if (kind === "intent") {
      if (intents.has(effectKey)) return `effect \`${effectKey}\` is begun a second time`;
      intents.add(effectKey);
    }
    // `unknown` is settled later; what is done or has failed stays so.
    if (kind !== "receipt" || typeof state !== "string" || state === "unknown") return undefined;
    const before = ends.get(effectKey);
    ends.set(effectKey, state);
    return before === undefined
      ? undefined
      : `effect \`${effectKey}\` ended as ${before} already, and again as ${state}`;
  }

  return {
    take(entry) {
      const { kind, key, fields } = entry.envelope;
      findings.checked(10);
      const again = effectAgain(kind, fields);
      if (again !== undefined) findings.add(10, "tampered", again, placeOf(entry));
      const named = createHash("sha256").update(key, "utf8").digest();
      if (!keys.add(named)) findings.add(10, "tampered", `record \`${key}\` is there a second time`, placeOf(entry));
    },
  };
}
