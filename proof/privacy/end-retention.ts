import { sha256Hex } from "../../audit/digest.ts";
import { inTransaction } from "../../audit/ledgers/transaction.ts";
import type { Ledger, LedgerPool } from "../../audit/records.ts";
import { carryOut, prepareErasure, recordRefusal } from "./carry-out.ts";
import type { Doer } from "./refusal.ts";

/** Most cases that one batch looks at, and that it erases. */
const LOOKED_AT = 1_000;
const ERASED = 25;

/** What one batch did, or would do. `next`: the case after which the next batch begins, or null when this was the last. */
export type RetentionBatch = {
  /** The erasure's record by case; the key is null where nothing was to be done but to look. */
  readonly erased: readonly { readonly caseId: string; readonly recordKey: string | null }[];
  readonly skipped: readonly { readonly caseId: string; readonly why: string }[];
  readonly next: string | null;
};

export type RetentionRun = {
  /** Empty for the first batch. */
  readonly after: string;
  /** Says what would be erased, and erases nothing. */
  readonly dryRun: boolean;
};

/**
 * Erases the cases whose last record is older than their logs are kept, one transaction each, and on the first batch the
 * bodies of events as old that belong to no case. Held and open cases are passed over; a case that was erased is not
 * found again. `doer.at` is the time that ages are counted to.
 */
export async function endRetention(pool: LedgerPool, doer: Doer, run: RetentionRun): Promise<RetentionBatch> {
  const { company, at } = doer;
  const { after, dryRun } = run;
  if (after === "" && !dryRun) await pool.query("select erase_ignored_events($1, $2)", [company, at]);
  const { rows } = await pool.query<{ case_id: string; is_past: boolean }>(
    "select case_id, is_past from cases_by_age($1, $2, $3, $4)",
    [company, at, after, LOOKED_AT],
  );
  const past = rows.filter(({ is_past: isPast }) => isPast).map(({ case_id: caseId }) => caseId);
  const cases = past.slice(0, ERASED);
  const erased: RetentionBatch["erased"][number][] = [];
  const skipped: RetentionBatch["skipped"][number][] = [];
  for (const caseId of cases) {
    const done = await inTransaction(pool, (ledger) => endCase(ledger, doer, caseId, dryRun));
    if (typeof done === "string") skipped.push({ caseId, why: done });
    else erased.push({ caseId, ...done });
  }
  const last = past.length > ERASED ? cases.at(-1) : rows.length === LOOKED_AT ? rows.at(-1)?.case_id : null;
  return { erased, skipped, next: last ?? null };
}

/** The record's key, or why the case is passed over. A hold's refusal is recorded once per case. */
async function endCase(
  ledger: Ledger,
  doer: Doer,
  caseId: string,
  dryRun: boolean,
): Promise<{ readonly recordKey: string | null } | string> {
  const prepared = await prepareErasure(ledger, doer, `case:${caseId}`);
  if (prepared === undefined) return "it was erased meanwhile";
  if (prepared.kind === "blocked") {
    if (!dryRun) await recordRefusal(ledger, doer, prepared, `retention/${caseId}`);
    return prepared.why;
  }
  if (dryRun) return { recordKey: null };
  const erasureId = `ers_${sha256Hex(`${doer.company} ${prepared.subjectId}`).slice(0, 20)}`;
  return { recordKey: await carryOut(ledger, doer, prepared, { erasureId, ground: "retention-ended" }) };
}
