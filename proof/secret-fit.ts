import { hkdfSync } from "node:crypto";
import { openRecord, type LedgerPool, type Sql } from "../audit/records.ts";
import { ConfigError } from "../domain/config-error.ts";
import { newestKey } from "./log/waiting.ts";

/** What a secret that all hosts of a company share is for. */
const PURPOSE = "audit";
/** Hex digits of a fingerprint that people compare. */
const SHOWN_DIGITS = 12;

/**
 * `fits`: the one that the company began with. `other`: another one. `unkept`: the company has not begun yet. `kept`: the
 * fingerprint that the database keeps, where it keeps one.
 */
export type SecretFit = {
  readonly state: "fits" | "other" | "unkept";
  readonly own: string;
  readonly kept: string | undefined;
};

/** Tells one secret from another, and nothing of it: of a purpose and a company of its own, made one way (hex). */
export function fingerprintOf(secret: Uint8Array, company: string): string {
  return Buffer.from(hkdfSync("sha256", secret, "", `mandate/fingerprint/${PURPOSE}/${company}`, 32)).toString("hex");
}

/** Holds a secret against the fingerprint in the database. */
export async function secretFit(sql: Sql, company: string, secret: Uint8Array): Promise<SecretFit> {
  const { rows } = await sql.query<{ fingerprint: string }>({
    name: "secret-fingerprint",
    text: "select fingerprint from secret_fingerprint where company = $1 and purpose = $2",
    values: [company, PURPOSE],
  });
  const own = fingerprintOf(secret, company);
  const kept = rows[0]?.fingerprint;
  return { state: kept === undefined ? "unkept" : kept === own ? "fits" : "other", own, kept };
}

/**
 * Refuses a secret that is not the one that the company began with here; the first that comes is it, unless there are
 * records that it does not open. Processes that come at once agree on one. Answers the fingerprint as people compare it.
 * @throws ConfigError.
 */
export async function requireSecret(pool: LedgerPool, company: string, secret: Uint8Array): Promise<string> {
  const fit = await secretFit(pool, company, secret);
  const found = fit.state === "unkept" ? await keep(pool, company, secret) : fit;
  if (found.state === "fits") return shown(found.own);
  throw new ConfigError([misfitText(company, found)]);
}

/** What is wrong with a secret that does not fit, where it is set, and the way out. */
export function misfitText(company: string, { own, kept }: SecretFit): string {
  const began =
    kept === undefined ? "records here were sealed with another one" : `${company} began with ${shown(kept)}`;
  return (
    `MANDATE_AUDIT_SECRET (or the file that MANDATE_AUDIT_SECRET_FILE names): its fingerprint is ${shown(own)}, and ` +
    `${began}; give the secret of the host that ran \`mandate migrate\` first`
  );
}

/** The first digits of a fingerprint. */
export function shown(fingerprint: string): string {
  return fingerprint.slice(0, SHOWN_DIGITS);
}

async function keep(pool: LedgerPool, company: string, secret: Uint8Array): Promise<SecretFit> {
  const own = fingerprintOf(secret, company);
  const key = await newestKey(pool, company);
  const opened = key === undefined ? undefined : await openRecord(pool, company, key);
  if (opened?.intact === false) return { state: "other", own, kept: undefined };
  await pool.query({
    name: "keep-secret-fingerprint",
    text: "insert into secret_fingerprint (company, purpose, fingerprint) values ($1, $2, $3) on conflict do nothing",
    values: [company, PURPOSE, own],
  });
  return secretFit(pool, company, secret);
}
