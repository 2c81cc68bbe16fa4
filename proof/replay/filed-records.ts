import type { AuditRecord, RecordKind } from "../../domain/audit-record.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { FiledCase, FiledRecord } from "../filed-case.ts";

/** A case's records as a case file has them. */
export function recordsIn({ company, caseId, records }: FiledCase): AuditRecord[] {
  return records.map((record) => recordOf(company, caseId, record));
}

/** The records of other cases that a case file brings along. */
export function citedIn({ company, cited }: FiledCase): AuditRecord[] {
  return cited.map((record) => recordOf(company, record.envelope.case.id, record));
}

function recordOf(company: string, caseId: string, filed: FiledRecord): AuditRecord {
  const { n, kind, key, at, digest, body, log, parents, erased } = filed;
  return {
    company,
    caseId,
    n,
    kind: kind as RecordKind,
    key,
    at,
    digest,
    body: body as JsonObject,
    log,
    parents,
    ...(erased !== null && { erased }),
  };
}
