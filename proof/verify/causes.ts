import { caseName, type Findings, type Place } from "./finding.ts";
import { placeOf, type EntryCheck } from "./entry.ts";
import type { HashSet } from "./hash-set.ts";

/** Logs of the bundle by name, with the records that their checkpoints do not cover yet. */
export type LogsHere = ReadonlyMap<string, { readonly waiting: { readonly count: number } }>;

/**
 * Check 7: the records of a case are numbered from 1 without a gap, and what a record rests on came before it. `elsewhere`
 * counts parents that this bundle need not hold: of other cases, or of a log that the reader may not see or that is behind.
 */
export function checkCauses(
  findings: Findings,
  seen: HashSet,
  logs: LogsHere,
  { wholeLogs, caseId }: { readonly wholeLogs: boolean; readonly caseId: string | undefined },
): EntryCheck & { readonly elsewhere: () => number } {
  const last = new Map<string, number>();
  const missing: { readonly parent: Buffer; readonly place: Place }[] = [];
  let elsewhere = 0;
  return {
    elsewhere: () => elsewhere,
    take(entry) {
      const { envelope, leaf, log } = entry;
      const place = placeOf(entry);
      findings.checked(7);
      // Of other cases a bundle of one case holds what it needs, not all.
      if (caseId === undefined || envelope.case.id === caseId) {
        const name = caseName(log.log, envelope.case.id);
        const expected = (last.get(name) ?? 0) + 1;
        const { n } = envelope.case;
        if (n !== expected) findings.add(7, "tampered", numbering(n, expected), place);
        last.set(name, Math.max(n, expected - 1));
      }
      for (const parent of envelope.parents) {
        const hash = Buffer.from(parent, "hex");
        if (seen.has(hash)) continue;
        const other = otherLogOf(envelope.fields, log.log);
        if (!wholeLogs || (other !== undefined && logs.get(other)?.waiting.count !== 0)) elsewhere += 1;
        else missing.push({ parent: hash, place });
      }
      seen.add(leaf);
    },
    end() {
      for (const { parent, place } of missing) {
        const later = seen.has(parent) ? "comes after it" : "is in no log of the bundle";
        const what = `a record that it rests on (leaf ${parent.toString("hex").slice(0, 16)}…) ${later}`;
        findings.add(7, "tampered", what, place);
      }
    },
  };
}

function numbering(n: number, expected: number): string {
  if (n < expected) return `it is number ${n} of its case, which had number ${expected - 1} already`;
  const gap = n === expected + 1 ? `number ${expected} is` : `numbers ${expected} to ${n - 1} are`;
  return `it is number ${n} of its case, and ${gap} not there`;
}

/** The log between two companies that a receipt says it rests on. */
function otherLogOf({ commitment }: { readonly [name: string]: unknown }, log: string): string | undefined {
  return typeof commitment === "string" && commitment !== log ? commitment : undefined;
}
