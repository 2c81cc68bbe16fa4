import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../domain/config-error.ts";

/** Bytes of an installation's audit secret. */
const SECRET_BYTES = 32;

/**
 * `auditSecret`: 32 bytes in base64, where the environment gives it. `home`: the folder that keeps it otherwise, as long as
 * the database is embedded too: one that a `databaseUrl` names may have other hosts, whose homes keep other files.
 */
export type Secrecy = {
  readonly auditSecret: string | undefined;
  readonly home: string;
  readonly databaseUrl?: string | undefined;
};

/**
 * The secret that wraps the keys of bodies and that logs sign with: MANDATE_AUDIT_SECRET (base64), or beside an embedded
 * database a file of the home folder, made at the first use and readable by this user only. Losing it makes every body
 * unreadable. @throws ConfigError when it has not 32 bytes, or DATABASE_URL is set and the secret is not.
 */
export function auditSecret(secrecy: Secrecy): Buffer {
  const { auditSecret: given, home, databaseUrl } = secrecy;
  if (given !== undefined) return decoded(given, "MANDATE_AUDIT_SECRET");
  if (databaseUrl !== undefined) throw new ConfigError([secretDemand(secrecy)]);
  const path = auditSecretFileOf(home);
  return decoded(keptSecret(home, path), path);
}

/** The same where it is there already; never makes one, and asks for none. */
export function presentAuditSecret({ auditSecret: given, home, databaseUrl }: Secrecy): Buffer | undefined {
  if (given !== undefined) return decoded(given, "MANDATE_AUDIT_SECRET");
  const path = auditSecretFileOf(home);
  const kept = databaseUrl === undefined ? readOr(path) : undefined;
  return kept === undefined ? undefined : decoded(kept, path);
}

/** The one that other hosts had, where it is given. @throws ConfigError when it has not 32 bytes. */
export function formerAuditSecret({ formerAuditSecret: given }: { readonly formerAuditSecret: string | undefined }) {
  return given === undefined ? undefined : decoded(given, "MANDATE_FORMER_AUDIT_SECRET");
}

/** What is said where a database of several hosts comes without the secret that they share. */
export function secretDemand({ home }: Pick<Secrecy, "home">): string {
  const path = auditSecretFileOf(home);
  const known = readOr(path) !== undefined;
  const fix = known
    ? `if this home's is the one in use, MANDATE_AUDIT_SECRET_FILE=${path} gives it`
    : "`openssl rand -base64 32` makes one; keep a copy";
  return (
    "MANDATE_AUDIT_SECRET: not set, and DATABASE_URL is: everything that uses this database needs the same secret, on " +
    `every host; ${fix}`
  );
}

/** Where the secret lies when the environment does not name it. */
export function auditSecretFileOf(home: string): string {
  return join(home, "keys", "audit.secret");
}

function decoded(text: string, place: string): Buffer {
  const secret = Buffer.from(text, "base64");
  if (secret.length === SECRET_BYTES) return secret;
  throw new ConfigError([
    `${place}: has ${secret.length} bytes; give ${SECRET_BYTES} random bytes in base64, such as \`openssl rand -base64 32\` prints`,
  ]);
}

/** Processes that start at once agree on one secret: the first that is linked into place. */
function keptSecret(home: string, path: string): string {
  const known = readOr(path);
  if (known !== undefined) return known;
  mkdirSync(join(home, "keys"), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.tmp`;
  writeFileSync(fresh, `${randomBytes(SECRET_BYTES).toString("base64")}\n`, { mode: 0o600 });
  try {
    linkSync(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
  return readFileSync(path, "utf8");
}

function readOr(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
