import { policyCaseOf, type ListStatement } from "../../domain/policy-release.ts";
import type { Ledger, Sql } from "../records.ts";
import { sealRecord } from "../seal.ts";

/** One signed change of a company's lists. */
export type ListChange = ListStatement & {
  readonly role: string;
  /** One person was enough: whoever reads it proves again, for each policy, that it loosens nothing. */
  readonly alone: boolean;
  /** Ed25519 over the canonical JSON of the statement's words, base64. */
  readonly signature: string;
};

/** The changes after a place in the history, in order. */
export async function readListChanges(sql: Sql, company: string, after = 0): Promise<ListChange[]> {
  const { rows } = await sql.query<ListChange>({
    name: "list-changes",
    text: `select company, n, list, version, parent, alone, person_id as person, role, reason, at, signature
     from name_list_change where company = $1 and n > $2 order by n`,
    values: [company, after],
  });
  return rows;
}

/** A version as it is kept; undefined for one that is not this company's. */
export async function readListVersion(sql: Sql, company: string, version: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ document: string }>({
    name: "list-version",
    text: "select document from name_list_version where company = $1 and version = $2",
    values: [company, version],
  });
  return rows[0]?.document;
}

/**
 * Appends a change at its place with its record and the version that it brings; one transaction. The record names no name: what a
 * version holds is found by its digest. False when the place is taken.
 */
export async function appendListChange(ledger: Ledger, change: ListChange, document: string): Promise<boolean> {
  const { company, n, at, list, version, parent, alone, person, role, reason, signature } = change;
  const caseId = policyCaseOf(company);
  const recordKey = `${caseId}/list/${n}`;
  const body = { change: "list", n, list, version, parent, alone, person, role, reason, signature };
  const parents = [`${caseId}/list/${n - 1}`];
  const record = { company, caseId, kind: "policy", key: recordKey, at, body, parents, person } as const;
  const canonical = await sealRecord(ledger, record);
  const { rows } = await ledger.query<{ appended: boolean }>("select append_list_change($1) as appended", [
    JSON.stringify({ ...change, document, caseId, recordKey, canonical }),
  ]);
  return rows[0]?.appended === true;
}
