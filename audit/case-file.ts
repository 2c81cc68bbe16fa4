import type { AuditRecord } from "../domain/audit-record.ts";
import { readRecords } from "./records.ts";
import type { Ledger } from "./vault.ts";

/** Everything that a case is rebuilt from: its records, and the policies its decisions were taken under. */
export type CaseFile = {
  readonly company: string;
  readonly caseId: string;
  /** In order; bodies as far as they may be read. */
  readonly records: readonly AuditRecord[];
  /** Canonical JSON of each policy by `<policy id> <version>`. */
  readonly policies: { readonly [name: string]: string };
  /** False when a hash, a digest or the numbering does not hold. */
  readonly intact: boolean;
};

export function policyNameOf(id: string, version: string): string {
  return `${id} ${version}`;
}

/** The policies that a case's decisions were taken under: canonical JSON by `policyNameOf`. */
export async function readPoliciesOf(ledger: Ledger, company: string, caseId: string): Promise<CaseFile["policies"]> {
  const { rows } = await ledger.query<{ policy_id: string; version: string; document: string }>({
    name: "policies-of-case",
    text: `select used.policy_id, used.version, v.document
           from (select distinct policy_id, policy_version as version from decision where company = $1 and case_id = $2) used
           cross join lateral (select document from policy_version x
                               where x.company = $1 and x.policy_id = used.policy_id and x.version = used.version limit 1) v`,
    values: [company, caseId],
  });
  return Object.fromEntries(rows.map(({ policy_id: id, version, document }) => [policyNameOf(id, version), document]));
}

/** Undefined when nothing is recorded of the case. */
export async function readCaseFile(ledger: Ledger, company: string, caseId: string): Promise<CaseFile | undefined> {
  const { records, intact } = await readRecords(ledger, company, caseId);
  if (records.length === 0) return undefined;
  return { company, caseId, records, policies: await readPoliciesOf(ledger, company, caseId), intact };
}

/** The case that a decision was taken in, or undefined. */
export async function caseOfDecision(ledger: Ledger, company: string, decisionId: string): Promise<string | undefined> {
  const { rows } = await ledger.query<{ case_id: string }>({
    name: "case-of-decision",
    text: "select case_id from decision where company = $1 and decision_id = $2",
    values: [company, decisionId],
  });
  return rows[0]?.case_id;
}
