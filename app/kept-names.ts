import type { NamesOf } from "../agents/middleware/supplier-mask.ts";
import { namesOfPeople } from "../audit/ledgers/directory.ts";
import type { LedgerPool } from "../audit/records.ts";

/** How long names are kept before the directory is asked again: somebody who is new is masked a minute later at the latest. */
const KEPT_MS = 60_000;

/** The directory's names, asked for once a minute and company. `now`: milliseconds from any beginning. */
export function keptNames(pool: LedgerPool, now: () => number): NamesOf {
  const kept = new Map<string, { readonly untilMs: number; readonly names: Promise<readonly string[]> }>();
  return (company) => {
    const known = kept.get(company);
    if (known !== undefined && now() < known.untilMs) return known.names;
    const names = namesOfPeople(pool, company);
    kept.set(company, { untilMs: now() + KEPT_MS, names });
    names.catch(() => kept.delete(company));
    return names;
  };
}
