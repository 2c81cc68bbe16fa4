import type { AuditRecord, RecordDraft } from "../domain/audit-record.ts";
import { unsealRecord, type SealedRow, type Unsealed } from "./unseal.ts";
import { sealRecord, sealRecords } from "./seal.ts";
import { leafOf } from "./places.ts";
import { joinSealedParts } from "./sealed-part.ts";
import type { Ledger } from "./vault.ts";

export type { Ledger, LedgerPool, Sql } from "./vault.ts";

/**
 * Appends one record and answers its number within its case and log. Idempotent by key; the same key with other words
 * throws `AUDIT_CONFLICT` (SQLSTATE MA001), a record about somebody erased `ERASED` (MA002). A failed append must fail
 * the step: nothing acts unrecorded.
 */
export async function appendRecord(ledger: Ledger, draft: RecordDraft): Promise<number> {
  const { company, caseId, kind, key } = draft;
  const answer = await ledger.query<{ n: number }>({
    name: "append-record",
    text: "select append_record($1, $2, $3, $4, $5) as n",
    values: [company, caseId, kind, key, await sealRecord(ledger, draft)],
  });
  return Number(answer.rows[0]?.n);
}

/** A record that is sealed and not appended yet: `text` is its item in what `append_records` takes, JSON. */
export type SealedDraft = { readonly company: string; readonly text: string };

/**
 * Seals records of one company, in order. Sealing is work of this process and appending is the database's: who groups
 * appends seals while the last group is written.
 */
export async function sealDrafts(ledger: Ledger, drafts: readonly RecordDraft[]): Promise<readonly SealedDraft[]> {
  const sealed = await sealRecords(ledger, drafts);
  return drafts.map(({ company, caseId, kind, key }, index) => ({
    company,
    text: JSON.stringify({ caseId, kind, key, parts: sealed[index] }),
  }));
}

export async function sealDraft(ledger: Ledger, draft: RecordDraft): Promise<SealedDraft> {
  const [sealed] = await sealDrafts(ledger, [draft]);
  if (sealed === undefined) throw new Error(`record \`${draft.key}\` was not sealed`);
  return sealed;
}

/** Appends records of one company as `appendRecord` does, in one statement and one transaction. */
export async function appendSealed(ledger: Ledger, drafts: readonly SealedDraft[]): Promise<readonly number[]> {
  const company = drafts[0]?.company;
  if (company === undefined) return [];
  if (drafts.some((draft) => draft.company !== company)) throw new RangeError("records of one company go together");
  const { rows } = await ledger.query<{ numbers: readonly string[] }>({
    name: "append-records",
    text: "select append_records($1, $2) as numbers",
    values: [company, `[${drafts.map(({ text }) => text).join(",")}]`],
  });
  return (rows[0]?.numbers ?? []).map(Number);
}

/** Seals and appends records of one company. */
export async function appendRecords(ledger: Ledger, drafts: readonly RecordDraft[]): Promise<readonly number[]> {
  return appendSealed(ledger, await sealDrafts(ledger, drafts));
}

/** Appends a record unless one of its key is kept, whatever its words: for what a case started anew would tell again. */
export async function appendOnce(ledger: Ledger, draft: RecordDraft): Promise<void> {
  const { company, caseId, kind, key } = draft;
  await ledger.query({
    name: "append-once",
    text: "select append_once($1, $2, $3, $4, $5)",
    values: [company, caseId, kind, key, await sealRecord(ledger, draft)],
  });
}

/** A case's records with what opens them; `$1` company, and a condition on `r`. */
const recordsWhere = (condition: string) => `
  select r.log, r.n, r.envelope, p.leaf_hash, s.sealed
  from audit_record r
  cross join lateral (select coalesce(${leafOf("x", "r.key")}, '') as leaf_hash from audit_place x
                      where x.company = r.company and x.ordinal = r.place limit 1) p
  ${joinSealedParts}
  where r.company = $1 and ${condition}
  order by r.log, r.case_id, r.n`;

/** What is recorded, in order. `intact` is false when a hash, a digest or the numbering does not hold. */
export type Recorded = { readonly records: AuditRecord[]; readonly intact: boolean };

/** Every record of a case in the company's own log, in order, with the envelope and the disclosures it commits to. */
export async function openRecords(ledger: Ledger, company: string, caseId: string): Promise<readonly Unsealed[]> {
  const { rows } = await ledger.query<SealedRow>({
    name: "read-case-records",
    text: recordsWhere("r.log = $1 and r.case_id = $2"),
    values: [company, caseId],
  });
  return Promise.all(rows.map((row) => unsealRecord(ledger, company, row)));
}

/** One record by its key, with its envelope and disclosures, or undefined. */
export async function openRecord(ledger: Ledger, company: string, key: string): Promise<Unsealed | undefined> {
  const { rows } = await ledger.query<SealedRow>({
    name: "read-record",
    text: recordsWhere("r.key = $2"),
    values: [company, key],
  });
  return rows[0] && unsealRecord(ledger, company, rows[0]);
}

/** Records by their keys, those that there are. */
export async function openRecordsByKey(
  ledger: Ledger,
  company: string,
  keys: readonly string[],
): Promise<readonly Unsealed[]> {
  const { rows } = await ledger.query<SealedRow>({
    name: "read-records",
    text: recordsWhere("r.key = any ($2)"),
    values: [company, keys],
  });
  return Promise.all(rows.map((row) => unsealRecord(ledger, company, row)));
}

/** Every record of a case in the company's own log, in order. */
export async function readRecords(ledger: Ledger, company: string, caseId: string): Promise<Recorded> {
  const opened = await openRecords(ledger, company, caseId);
  const contiguous = opened.every(({ record }, index) => record.n === index + 1);
  return { records: opened.map(({ record }) => record), intact: contiguous && opened.every(({ intact }) => intact) };
}

/** One record by its key, or undefined. */
export async function readRecord(ledger: Ledger, company: string, key: string): Promise<AuditRecord | undefined> {
  return (await openRecord(ledger, company, key))?.record;
}
