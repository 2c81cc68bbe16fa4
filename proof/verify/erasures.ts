import { disclosureDigest } from "../../audit/disclosure.ts";
import { placeOf, type EntryCheck, type ReadEntry } from "./entry.ts";
import type { Findings, Place } from "./finding.ts";

/** Digests that stay closed, by why. `notAsked`: of records outside the selection. */
export type Closed = { withheld: number; erased: number; notAsked: number };

/** Undisclosed digests of a record that no erasure accounts for. */
export function withheldIn({ envelope, disclosures, erasedDigests }: ReadEntry): number {
  const shown = new Set(disclosures.map(disclosureDigest));
  return envelope.sd.filter((digest) => !shown.has(digest)).length - erasedDigests;
}

/**
 * Check 12: whatever a record commits to is disclosed, or erased under a record that the log holds; the rest is withheld,
 * and nothing tells withheld from taken away. `isOwn`: the reader is the company, whose erasures the bundle must hold.
 */
export function checkErasures(findings: Findings, isOwn: boolean, closed: Closed): EntryCheck {
  const claimed = new Map<string, { readonly place: Place; records: number }>();
  const erasures = new Map<string, unknown>();
  return {
    take(entry) {
      const { envelope, under, erasedDigests, asked } = entry;
      const place = placeOf(entry);
      if (envelope.kind === "erasure") erasures.set(envelope.key, envelope.fields["records"]);
      for (const key of under) claimed.set(key, { place, records: (claimed.get(key)?.records ?? 0) + 1 });
      const withheld = withheldIn(entry);
      findings.checked(12, envelope.sd.length);
      closed.erased += erasedDigests;
      if (withheld < 0) {
        const what = `${erasedDigests} of its digests are said to be erased, and only ${erasedDigests + withheld} are closed`;
        findings.add(12, "tampered", what, place);
      } else if (!asked) {
        closed.notAsked += withheld;
      } else if (withheld > 0) {
        closed.withheld += withheld;
        const what = `${withheld} of its ${envelope.sd.length} digests are neither disclosed nor erased: withheld or taken away`;
        findings.add(12, "incomplete", what, place);
      }
    },
    end() {
      for (const [key, { place, records }] of claimed) {
        const told = erasures.get(key);
        if (told === undefined) {
          const what = `parts of it are said to be erased under record \`${key}\`, which the bundle does not hold`;
          findings.add(12, isOwn ? "tampered" : "incomplete", what, place);
        } else if (typeof told === "number" && records > told) {
          const what = `${records} records are said to be erased under record \`${key}\`, which erased ${told}`;
          findings.add(12, "tampered", what, place);
        }
      }
    },
  };
}
