import { randomBytes } from "node:crypto";
import { sha256Hex } from "../digest.ts";
import type { Sql } from "../vault.ts";
import type { Person } from "./directory.ts";

/**
 * Sessions of the console. They say who is logged in and what is on their screen, and decide nothing: each answer is recorded with its
 * person. Instants are wall time, ISO 8601.
 */

/** How long a login counts: a working day. Source: our own default. */
export const SESSION_MS = 12 * 3_600_000;

/** How long somebody counts as looking at a question after their browser last said so. */
const LOOKING_MS = 45_000;

export type BegunSession = { readonly token: string; readonly expiresAt: string };

/** Logs a person in who is known here; those of theirs that have run out go. The token is told once and kept as a digest. */
export async function beginSession(sql: Sql, company: string, personId: string, at: string): Promise<BegunSession> {
  const token = `mds_${randomBytes(32).toString("base64url")}`;
  const expiresAt = new Date(Date.parse(at) + SESSION_MS).toISOString();
  await sql.query({
    name: "drop-old-sessions",
    text: "delete from console_session where company = $1 and person_id = $2 and expires_at <= $3",
    values: [company, personId, at],
  });
  await sql.query({
    name: "begin-session",
    text: `insert into console_session (company, session_sha256, person_id, began_at, expires_at) values ($1, $2, $3, $4, $5)`,
    values: [company, sha256Hex(token), personId, at, expiresAt],
  });
  return { token, expiresAt };
}

/** Who is logged in by this token: with the role that they have now, and nobody who was revoked since. */
export async function personOfSession(
  sql: Sql,
  company: string,
  token: string,
  at: string,
): Promise<Person | undefined> {
  const { rows } = await sql.query<Person>({
    name: "person-of-session",
    text: `select p.person_id as "personId", p.name, p.role from console_session s
           cross join lateral (
             select * from person x where x.company = s.company and x.person_id = s.person_id limit 1) p
           where s.company = $1 and s.session_sha256 = $2 and s.expires_at > $3 and p.revoked_at is null`,
    values: [company, sha256Hex(token), at],
  });
  return rows[0];
}

export async function endSession(sql: Sql, company: string, token: string): Promise<void> {
  await sql.query({
    name: "end-session",
    text: "delete from console_session where company = $1 and session_sha256 = $2",
    values: [company, sha256Hex(token)],
  });
}

/** Which question somebody has before them; null: none any more. */
export async function lookAt(
  sql: Sql,
  company: string,
  { token, escalationId, at }: { readonly token: string; readonly escalationId: string | null; readonly at: string },
): Promise<void> {
  await sql.query({
    name: "look-at",
    text: "update console_session set looking_at = $3, seen_at = $4 where company = $1 and session_sha256 = $2",
    values: [company, sha256Hex(token), escalationId, at],
  });
}

/** Somebody who has a question before them. */
export type Looking = { readonly escalationId: string; readonly personId: string };

/** Who looks at what, each once. */
export async function whoLooks(sql: Sql, company: string, at: string): Promise<readonly Looking[]> {
  const { rows } = await sql.query<Looking>({
    name: "who-looks",
    text: `select distinct coalesce(looking_at, '') as "escalationId", person_id as "personId" from console_session
           where company = $1 and looking_at is not null and seen_at > $2 and expires_at > $3 order by 1, 2`,
    values: [company, new Date(Date.parse(at) - LOOKING_MS).toISOString(), at],
  });
  return rows;
}
