import type { Ledger } from "../../audit/vault.ts";

/** What may be erased: `case:<case id>` or `person:<person id>`. */
export type SubjectName = `case:${string}` | `person:${string}`;
/** What may be held: a subject, or everything of the company. */
export type HoldScope = SubjectName | "company";

/**
 * Reads a subject's name. Only cases of a company's objects are subjects (`acme:quoting:crm-deal-1`): what it records
 * about itself, such as `acme:policies`, is not erased. Undefined for anything else.
 */
export function readSubject(company: string, text: string): SubjectName | undefined {
  const rest = text.slice(text.indexOf(":") + 1);
  if (text.startsWith("person:") && rest !== "") return `person:${rest}`;
  const [owner, fn = "", object = ""] = rest.split(":");
  return text.startsWith("case:") && owner === company && fn !== "" && object !== "" ? `case:${rest}` : undefined;
}

export function readScope(company: string, text: string): HoldScope | undefined {
  return text === "company" ? text : readSubject(company, text);
}

/** The audit case that a company's erasures, holds and retention are recorded under. It is never erased. */
export function privacyCaseOf(company: string): string {
  return `${company}:erasures`;
}

/** A person by the random name that envelopes know them by; made at the first use. */
export async function pseudonymOf(ledger: Ledger, company: string, personId: string): Promise<string> {
  const [key] = await ledger.vault.keysOf(ledger, company, [`person:${personId}`]);
  if (key === undefined) throw new Error("a person has no key");
  return key.subjectId;
}

/** A scope as a record may show it for ever: case ids are in every envelope, people are not. */
export async function publicScope(ledger: Ledger, company: string, scope: HoldScope): Promise<string> {
  if (!scope.startsWith("person:")) return scope;
  return `person:${await pseudonymOf(ledger, company, scope.slice("person:".length))}`;
}

/** Whether anything is known of what a scope names. */
export async function isKnown(ledger: Ledger, company: string, scope: HoldScope): Promise<boolean> {
  const { rows } = await ledger.query<{ known: boolean }>(
    `select $2 = 'company'
       or exists (select from audit_subject where company = $1 and name = $2)
       or starts_with($2, 'person:') and exists (select from person where company = $1 and person_id = substr($2, 8)) as known`,
    [company, scope],
  );
  return rows[0]?.known === true;
}
