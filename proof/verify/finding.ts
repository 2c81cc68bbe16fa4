/** The checks by number; 0 is what all others need: that the folder is a bundle. */
export const checkNames = [
  "bundle layout",
  "note signatures",
  "cosignature quorum",
  "entries, tiles, root and inclusion proofs",
  "consistency with the checkpoint you kept",
  "envelope schema",
  "disclosures are those committed to",
  "parents precede, numbers are contiguous",
  "blob and policy hashes",
  "every effect was permitted",
  "no effect and no record twice",
  "guardrail replay",
  "erasures accounted for",
] as const;
export type CheckNumber = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12;

/**
 * `tampered`: what is here contradicts itself, a signature or what the reader kept. `differs`: a decision comes out
 * otherwise when it is taken again. `incomplete`: something the reader was not shown cannot be checked.
 */
export type FindingKind = "tampered" | "differs" | "incomplete";

/** Where a finding is. `seq` counts from 0 in its log, `n` from 1 in its case. */
export type Place = {
  readonly log?: string | undefined;
  readonly seq?: number | undefined;
  readonly case?: string | undefined;
  readonly n?: number | undefined;
};

export type Finding = Place & { readonly check: CheckNumber; readonly kind: FindingKind; readonly what: string };

/** What was found so far. All is counted; the first findings are kept in words. */
export type Findings = {
  /** Answers undefined: what a reader that cannot go on from there answers too. */
  add(check: CheckNumber, kind: FindingKind, what: string, place?: Place): undefined;
  /** Something was held against what it must be. */
  checked(check: CheckNumber, count?: number): void;
  readonly kept: readonly Finding[];
  readonly total: number;
  countOf(check: CheckNumber): { readonly checked: number; readonly found: number };
  has(kind: FindingKind): boolean;
  /** Findings of a case in a log. */
  inCase(log: string, caseId: string): number;
};

/** `most`: findings kept in words. */
export function createFindings(most = 1_000): Findings {
  const kept: Finding[] = [];
  const checked: number[] = checkNames.map(() => 0);
  const found: number[] = checkNames.map(() => 0);
  const kinds = new Set<FindingKind>();
  const cases = new Map<string, number>();
  let total = 0;
  return {
    kept,
    get total() {
      return total;
    },
    add(check, kind, what, place = {}) {
      total += 1;
      found[check] = (found[check] ?? 0) + 1;
      kinds.add(kind);
      if (kept.length < most) kept.push({ check, kind, ...place, what });
      if (place.log === undefined || place.case === undefined) return undefined;
      const name = caseName(place.log, place.case);
      cases.set(name, (cases.get(name) ?? 0) + 1);
      return undefined;
    },
    checked(check, count = 1) {
      checked[check] = (checked[check] ?? 0) + count;
    },
    countOf: (check) => ({ checked: checked[check] ?? 0, found: found[check] ?? 0 }),
    has: (kind) => kinds.has(kind),
    inCase: (log, caseId) => cases.get(caseName(log, caseId)) ?? 0,
  };
}

/** One name for a case in a log. */
export function caseName(log: string, caseId: string): string {
  return `${log} ${caseId}`;
}
