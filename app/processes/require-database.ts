import { ConfigError } from "../../domain/config-error.ts";
import type { Config } from "../config.ts";
import { companyAddress, companyOfAddress, companyRole } from "../../db/company-address.ts";
import { pendingMigrations } from "../../db/migrate.ts";
import { sessionLogin } from "../../db/row-security.ts";
import { withClient } from "../../engines/postgres-connection.ts";

/** The database's address. @throws ConfigError when the environment names none: only `mandate dev` starts one. */
export function requireDatabase({ databaseUrl }: Config): string {
  if (databaseUrl !== undefined) return databaseUrl;
  throw new ConfigError([
    "DATABASE_URL: not set; give postgres://user:password@host:5432/mandate, or run `mandate dev` for the embedded one",
  ]);
}

/** The owner's address, for migrations. @throws ConfigError when the environment names a company's login. */
export function requireOwner(config: Config): string {
  const url = requireDatabase(config);
  const company = companyOfAddress(url);
  if (company === undefined) return url;
  throw new ConfigError([
    `DATABASE_URL: it logs in as \`${companyRole(company)}\`; migrations need the owner's address`,
  ]);
}

/**
 * The address of this company's login: what serves the company never runs as the owner, whom row security and rights do
 * not hold back. @throws ConfigError naming the fix.
 */
export function requireCompanyDatabase(config: Config): string {
  const { company, home } = config;
  const address = companyAddress({ url: requireDatabase(config), company, home });
  switch (address.kind) {
    case "company":
      return address.url;
    case "other-company":
      throw new ConfigError([
        `DATABASE_URL: it logs in as \`${companyRole(address.other)}\`, and MANDATE_COMPANY is \`${company}\`; make them agree`,
      ]);
    case "unknown":
      throw new ConfigError([
        `DATABASE_URL: it does not log in as \`${companyRole(company)}\`, and ${home} keeps no address of that login for ` +
          "this database; run `mandate migrate` with it, which makes the login and keeps its address",
      ]);
  }
}

/** What serves a company is held back by row security, whatever its login is called. @throws ConfigError naming the way out. */
async function requireBoundLogin(url: string): Promise<void> {
  const { login, unboundBy } = await withClient(url, "login", sessionLogin);
  if (unboundBy === null) return;
  const way = {
    superuser: "have that role made NOSUPERUSER",
    BYPASSRLS: "have that role made NOBYPASSRLS",
    "owner of the tables": "have the tables given back to who migrates them",
  }[unboundBy];
  throw new ConfigError([
    `DATABASE_URL: \`${login}\` is not held back by row security (${unboundBy}) and could see every company's rows; ${way}`,
  ]);
}

/** The company's address of a database whose schema is this version's. @throws ConfigError naming the fix. */
export async function requireServedDatabase(config: Config): Promise<string> {
  const url = requireCompanyDatabase(config);
  await requireBoundLogin(url);
  const pending = await pendingMigrations(url);
  if (pending.length === 0) return url;
  throw new ConfigError([
    `DATABASE_URL: the schema lacks ${pending.join(", ")}; run \`mandate migrate\` with the owner's address`,
  ]);
}
