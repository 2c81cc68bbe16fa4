import { lookedUp, namingOf, personMeant, type Alias, type HeldAlias } from "../../domain/alias.ts";
import { sha256Hex } from "../digest.ts";
import type { Sql } from "../vault.ts";

/** Somebody who may read a company's cases and answer escalations routed to their role. */
export type Person = { readonly personId: string; readonly name: string; readonly role: string };

/** A person as the directory keeps them. `revokedAt`: ISO 8601, null while they are known. */
export type Listed = Person & { readonly hasToken: boolean; readonly revokedAt: string | null };

const listed = `person_id as "personId", name, role, token_sha256 is not null as "hasToken", revoked_at as "revokedAt"`;

/** By id, at most `limit` after one. Those who were revoked are among them. */
export async function listPeople(
  sql: Sql,
  company: string,
  { after = "", limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<Listed[]> {
  const { rows } = await sql.query<Listed>({
    name: "list-people",
    text: `select ${listed} from person where company = $1 and person_id > $2 order by person_id limit $3`,
    values: [company, after, limit],
  });
  return rows;
}

/** The names of all people, those who were revoked included, in one order. */
export async function namesOfPeople(sql: Sql, company: string): Promise<readonly string[]> {
  const { rows } = await sql.query<{ name: string }>({
    name: "names-of-people",
    text: "select name from person where company = $1 order by name",
    values: [company],
  });
  return rows.map(({ name }) => name);
}

export async function countPeople(sql: Sql, company: string): Promise<number> {
  const { rows } = await sql.query<{ total: number }>({
    name: "count-people",
    text: "select count(*) as total from person where company = $1",
    values: [company],
  });
  return rows[0]?.total ?? 0;
}

/** Somebody by their id with what systems call them, or undefined. */
export async function readPerson(
  sql: Sql,
  company: string,
  personId: string,
): Promise<(Listed & { readonly aliases: readonly Alias[] }) | undefined> {
  const { rows } = await sql.query<Listed & { aliases: readonly Alias[] }>({
    name: "read-person",
    text: `select ${listed}, (
             select coalesce(jsonb_agg(jsonb_build_object('system', a.system, 'kind', a.kind, 'alias', a.alias)
                                       order by a.system, a.kind, a.alias), '[]')
             from person_alias a where a.company = $1 and a.person_id = $2) as aliases
           from person where company = $1 and person_id = $2`,
    values: [company, personId],
  });
  return rows[0];
}

/** Somebody by their id who was not revoked, or undefined. */
export async function findPerson(sql: Sql, company: string, personId: string): Promise<Person | undefined> {
  const { rows } = await sql.query<Person>({
    name: "find-person",
    text: `select person_id as "personId", name, role from person
           where company = $1 and person_id = $2 and revoked_at is null`,
    values: [company, personId],
  });
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

/** Aliases with one of these texts, of people who are not revoked. */
export async function heldAliases(sql: Sql, company: string, texts: readonly string[]): Promise<readonly HeldAlias[]> {
  const { rows } = await sql.query<HeldAlias>({
    name: "held-aliases",
    text: `select a.system, a.kind, a.alias, a.person_id as "personId"
           from unnest($2::text[]) as wanted (alias)
           cross join lateral (select * from person_alias x where x.company = $1 and x.alias = wanted.alias offset 0) a
           cross join lateral (select x.revoked_at from person x where x.company = $1 and x.person_id = a.person_id limit 1) p
           where p.revoked_at is null`,
    values: [company, texts],
  });
  return rows;
}

/** Whom a text means that a system has under "asked by": a person's id, or undefined where the directory knows nobody by it. */
export async function whoIs(sql: Sql, company: string, system: string, text: string): Promise<string | undefined> {
  const naming = namingOf(text);
  const texts = lookedUp(naming);
  return texts.length === 0 ? undefined : personMeant(naming, system, await heldAliases(sql, company, texts));
}

/** Whether a text could mean a person, be it that it could mean others too. */
export async function couldBe(sql: Sql, company: string, personId: string, text: string): Promise<boolean> {
  const held = await heldAliases(sql, company, lookedUp(namingOf(text)));
  return held.some((one) => one.personId === personId);
}
