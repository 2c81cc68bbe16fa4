import { randomBytes } from "node:crypto";
import { sha256Hex } from "../../audit/digest.ts";
import type { Sql } from "../../audit/records.ts";

/** Somebody who may read a company's cases and answer escalations routed to their role. */
export type Person = { readonly personId: string; readonly name: string; readonly role: string };

/** 256 random bits, printed once and kept as SHA-256 only. */
export function newToken(): string {
  return `mdt_${randomBytes(32).toString("base64url")}`;
}

/** Adds a person. The token is in nobody's hands but the caller's: show it once. A known id is left as it is. */
export async function addPerson(
  sql: Sql,
  company: string,
  { personId, name, role }: Person,
  token = newToken(),
): Promise<{ readonly kind: "added"; readonly token: string } | { readonly kind: "exists" }> {
  const { rowCount } = await sql.query(
    `insert into person (company, person_id, name, role, token_sha256) values ($1, $2, $3, $4, $5)
     on conflict (company, person_id) do nothing`,
    [company, personId, name, role, sha256Hex(token)],
  );
  return rowCount === 1 ? { kind: "added", token } : { kind: "exists" };
}

export async function listPeople(sql: Sql, company: string): Promise<Person[]> {
  const { rows } = await sql.query<Person>(
    `select person_id as "personId", name, role from person where company = $1 order by person_id`,
    [company],
  );
  return rows;
}

/** Somebody by their id, or undefined. */
export async function findPerson(sql: Sql, company: string, personId: string): Promise<Person | undefined> {
  const { rows } = await sql.query<Person>(
    `select person_id as "personId", name, role from person where company = $1 and person_id = $2`,
    [company, personId],
  );
  return rows[0];
}

/** Who carries this token, or undefined. Looked up by digest, so that the comparison tells nothing about the token. */
export async function personOf(sql: Sql, company: string, token: string): Promise<Person | undefined> {
  const { rows } = await sql.query<Person>({
    name: "person-of-token",
    text: `select person_id as "personId", name, role from person where company = $1 and token_sha256 = $2`,
    values: [company, sha256Hex(token)],
  });
  return rows[0];
}
