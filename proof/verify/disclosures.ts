import { disclosureDigest, readDisclosure } from "../../audit/disclosure.ts";
import { placeOf, type EntryCheck } from "./entry.ts";
import type { Findings } from "./finding.ts";

/** Check 6: an envelope commits to every disclosure of its record, and each names another field. */
export function checkDisclosures(findings: Findings): EntryCheck {
  return {
    take(entry) {
      const { envelope, disclosures } = entry;
      const names = new Set(Object.keys(envelope.fields));
      const seen = new Set<string>();
      for (const [at, disclosure] of disclosures.entries()) {
        findings.checked(6);
        const digest = disclosureDigest(disclosure);
        const fault = faultOf(disclosure, envelope.sd.includes(digest), seen.has(digest), names);
        seen.add(digest);
        if (fault !== undefined) findings.add(6, "tampered", `disclosure ${at + 1} ${fault}`, placeOf(entry));
      }
    },
  };
}

function faultOf(disclosure: string, isCommitted: boolean, isAgain: boolean, names: Set<string>): string | undefined {
  if (!isCommitted) return "is not one that the record commits to: it was changed, exchanged or put in";
  if (isAgain) return "is there twice";
  try {
    const { name } = readDisclosure(disclosure);
    if (names.has(name)) return `says \`${name}\` a second time`;
    names.add(name);
    return undefined;
  } catch {
    return "holds no salt, name and value";
  }
}
