import { ConfigError } from "../../domain/config-error.ts";
import type { Config } from "../config.ts";
import { companyOfAddress } from "../../db/company-address.ts";
import { ensureCompanyLogin } from "../../db/company-login.ts";
import { migrate, pendingMigrations } from "../../db/migrate.ts";
import type { Progress } from "../../engines/progress.ts";
import { requireCompanyDatabase } from "./require-database.ts";

/**
 * Brings the schema up to date and makes the company's login, both with the owner's address, and answers the company's:
 * nothing after this runs as the owner. An address that is the company's own already is enough for a schema that is up
 * to date. @throws ConfigError otherwise.
 */
export async function prepareDatabase(config: Config, url: string, say: Progress): Promise<string> {
  if (companyOfAddress(url) !== undefined) return upToDate(requireCompanyDatabase(config));
  const applied = await migrate(url);
  if (applied.length > 0) say(`database: applied ${applied.length} migrations`);
  const { company, home } = config;
  const login = await ensureCompanyLogin({ url, company, home });
  return login.url;
}

async function upToDate(url: string): Promise<string> {
  const pending = await pendingMigrations(url);
  if (pending.length === 0) return url;
  throw new ConfigError([
    `DATABASE_URL: the schema lacks ${pending.join(", ")}; run \`mandate migrate\` with the owner's address`,
  ]);
}
