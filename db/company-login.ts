import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseError, escapeIdentifier, escapeLiteral } from "pg";
import {
  addressOf,
  companyAddress,
  companyOfAddress,
  companyRole,
  keptAddressFile,
  keptPassword,
  type CompanyPlace,
} from "./company-address.ts";
import { prepareHome } from "../engines/home-folder.ts";
import { withClient } from "../engines/postgres-connection.ts";
import { scramVerifier } from "./scram.ts";

/** The address of a company's login. `keptIn` names the file that keeps it, where it holds a password. */
export type CompanyLogin = { readonly url: string; readonly keptIn?: string };

/** The company's login cannot be made or used; the message names the way out and never a password. */
export class CompanyLoginError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CompanyLoginError";
  }
}

/** `duplicate_object`, and what a role that another session makes at the same moment shows as. */
const TAKEN: readonly unknown[] = ["42710", "23505"];
const NO_SUCH_ROLE = "42704";
const WRONG_PASSWORD = "28P01";
const NOT_LET_IN = "28000";
/** What its connections are for. */
const LOGIN = "login";

/**
 * Makes sure that the company can log in, and answers how: over a socket that knows the system user, under its role's
 * name; otherwise with a password, made once per home and kept there, readable by its owner only. `url` is the owner's,
 * or the company's own, which is answered as it is. Never changes a login that exists. Safe to repeat, also at the same
 * moment.
 * @throws CompanyLoginError when the login was made elsewhere or is refused.
 */
export async function ensureCompanyLogin(place: CompanyPlace): Promise<CompanyLogin> {
  const { url, company, home } = place;
  const named = companyOfAddress(url);
  if (named === company) return { url };
  if (named !== undefined)
    throw new CompanyLoginError(`the address logs in as \`${companyRole(named)}\`, not ${company}`);
  if (knowsSystemUser(url)) {
    await makeRole(place);
    return proven(place, { url: addressOf(place, "") });
  }
  const keptIn = keptAddressFile(home, company);
  if (companyAddress(place).kind === "unknown") await keepAddress(place, keptIn);
  const password = keptPassword(place) ?? "";
  await makeRole(place, password);
  return proven(place, { url: addressOf(place, password), keptIn });
}

/** A unix socket without a password: the server asks the system who connects. */
function knowsSystemUser(url: string): boolean {
  const { hostname, password, searchParams } = new URL(url);
  return password === "" && (searchParams.get("host") ?? decodeURIComponent(hostname)).startsWith("/");
}

/** Keeps an address before its role is made, so that a crash in between loses no password. The first one kept stands. */
async function keepAddress(place: CompanyPlace, keptIn: string): Promise<void> {
  const known = keptPassword(place);
  if (known === undefined && (await roleExists(place))) throw madeElsewhere(place);
  prepareHome(place.home);
  mkdirSync(dirname(keptIn), { recursive: true, mode: 0o700 });
  const fresh = `${keptIn}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  const password = known ?? randomBytes(32).toString("base64url");
  writeFileSync(fresh, `${addressOf(place, password)}\n`, { mode: 0o600, flag: "wx" });
  // The same password, for another database or another name of the server.
  if (known !== undefined) return renameSync(fresh, keptIn);
  try {
    linkSync(fresh, keptIn);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(fresh);
  }
}

async function roleExists({ url, company }: CompanyPlace): Promise<boolean> {
  return withClient(url, LOGIN, async (client) => {
    const found = await client.query("select from pg_roles where rolname = $1", [companyRole(company)]);
    return found.rowCount !== 0;
  });
}

async function makeRole({ url, company }: CompanyPlace, password?: string): Promise<void> {
  const role = escapeIdentifier(companyRole(company));
  const secret = password === undefined ? "" : ` password ${escapeLiteral(scramVerifier(password, randomBytes(16)))}`;
  await withClient(url, LOGIN, async (client) => {
    const { rows } = await client.query<{ is_member: boolean }>(
      "select pg_has_role(oid, 'mandate_app', 'member') as is_member from pg_roles where rolname = $1",
      [companyRole(company)],
    );
    if (rows[0]?.is_member === true) return;
    const statement =
      rows[0] === undefined ? `create role ${role} login in role mandate_app${secret}` : `grant mandate_app to ${role}`;
    await client.query(statement).catch((error: unknown) => {
      if (TAKEN.includes(codeOf(error))) return;
      if (codeOf(error) !== NO_SUCH_ROLE) throw error;
      throw new CompanyLoginError("the schema is older than companies' logins: run `mandate migrate`", {
        cause: error,
      });
    });
  });
}

/** Logs in once: better to hear of a refusal here than from every process. */
async function proven(place: CompanyPlace, login: CompanyLogin): Promise<CompanyLogin> {
  try {
    await withClient(login.url, LOGIN, async () => undefined);
  } catch (cause) {
    if (codeOf(cause) === WRONG_PASSWORD) throw madeElsewhere(place, cause);
    if (codeOf(cause) !== NOT_LET_IN) throw cause;
    const role = companyRole(place.company);
    throw new CompanyLoginError(
      `the server lets nobody log in as \`${role}\` from here: ${(cause as Error).message}; allow it in pg_hba.conf`,
      { cause },
    );
  }
  return login;
}

function madeElsewhere({ company, home }: CompanyPlace, cause?: unknown): CompanyLoginError {
  const role = companyRole(company);
  return new CompanyLoginError(
    `the login \`${role}\` exists, and ${home} does not keep its password: set DATABASE_URL to the address kept where ` +
      `it was made, or have it made anew: drop role "${role}"; then \`mandate migrate\``,
    { cause },
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}
