import type { Config } from "../config.ts";
import { companyOfAddress } from "../../db/company-address.ts";
import { ensureCompanyLogin } from "../../db/company-login.ts";
import { migrate } from "../../db/migrate.ts";
import type { Progress } from "../../engines/progress.ts";
import { requireServedDatabase } from "./require-database.ts";

/**
 * Brings the schema up to date and makes the company's login, both with the owner's address, and answers the company's:
 * nothing after this runs as the owner. An address that is the company's own already is enough for a schema that is up
 * to date. @throws ConfigError otherwise.
 */
export async function prepareDatabase(config: Config, url: string, say: Progress): Promise<string> {
  if (companyOfAddress(url) !== undefined) return requireServedDatabase(config);
  const applied = await migrate(url);
  if (applied.length > 0) say(`database: applied ${applied.length} migrations`);
  const { company, home } = config;
  const login = await ensureCompanyLogin({ url, company, home });
  return login.url;
}
