import type { AuditRecord } from "../../domain/audit-record.ts";
import { troubleLines } from "./turn-words.ts";

type Case = { readonly caseId: string; readonly company: string };

/** What of a case is told. What agents asked their models stays silent, unless something went wrong: their proposals and reviews say what came of it. */
export function toldRecords(records: readonly AuditRecord[], { caseId, company }: Case): readonly AuditRecord[] {
  const isPrompts = caseId === `${company}:prompts`;
  return records.filter(({ kind, body }) => {
    if (kind === "turn") return troubleLines(body).length > 0;
    return kind !== "prompt" || isPrompts;
  });
}
