import type { ClientBase, Pool } from "pg";
import type { AuditRecord, RecordDraft } from "../domain/audit-record.ts";
import { canonicalJson } from "./canonical-json.ts";
import { sha256Hex } from "./digest.ts";

/** Anything that runs a statement: the pool, or a client inside a transaction. */
export type Sql = Pick<Pool | ClientBase, "query">;

/** The bytes that are hashed and kept. */
export function canonicalRecord(draft: RecordDraft): string {
  const { at, body, caseId, company, key, kind } = draft;
  return canonicalJson({ at, body, caseId, company, key, kind });
}

/**
 * Appends one record and answers its number within the case. Idempotent by key; the same key with other bytes throws
 * `AUDIT_CONFLICT` (SQLSTATE MA001). A failed append must fail the step: nothing acts unrecorded.
 */
export async function appendRecord(sql: Sql, draft: RecordDraft): Promise<number> {
  const { company, caseId, kind, key } = draft;
  const answer = await sql.query<{ n: string }>({
    name: "append-record",
    text: "select append_record($1, $2, $3, $4, $5) as n",
    values: [company, caseId, kind, key, canonicalRecord(draft)],
  });
  return Number(answer.rows[0]?.n);
}

/** Appends a record unless one of its key is kept, whatever its bytes: for what a case started anew would tell again. */
export async function appendOnce(sql: Sql, draft: RecordDraft): Promise<void> {
  const { company, caseId, kind, key } = draft;
  await sql.query({
    name: "append-once",
    text: "select append_once($1, $2, $3, $4, $5)",
    values: [company, caseId, kind, key, canonicalRecord(draft)],
  });
}

/** Every record of a case in order. `intact` is false when a digest or the numbering does not hold. */
export async function readRecords(
  sql: Sql,
  company: string,
  caseId: string,
): Promise<{ records: AuditRecord[]; intact: boolean }> {
  const answer = await sql.query<{ n: string; canonical: string; digest: string }>(
    "select n, canonical, digest from audit_record where company = $1 and case_id = $2 order by n",
    [company, caseId],
  );
  const records = answer.rows.map(({ n, canonical, digest }) => {
    const draft = JSON.parse(canonical) as RecordDraft;
    return { ...draft, n: Number(n), digest };
  });
  const intact = answer.rows.every(
    (row, index) => Number(row.n) === index + 1 && sha256Hex(row.canonical) === row.digest,
  );
  return { records, intact };
}
