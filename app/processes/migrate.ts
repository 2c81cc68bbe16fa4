import type { Io } from "../../cli/io.ts";
import type { ProcessOptions } from "../../cli/processes.ts";
import { loadConfig } from "../config.ts";
import { companyRole } from "../../db/company-address.ts";
import { ensureCompanyLogin } from "../../db/company-login.ts";
import { migrate } from "../../db/migrate.ts";
import { requireOwner } from "./require-database.ts";

/** `mandate migrate`: brings the schema up to date, makes the company's login, and says what it did and where that is kept. */
export async function run({ json }: ProcessOptions, io: Io): Promise<number> {
  const config = loadConfig();
  const { company, home } = config;
  const url = requireOwner(config);
  const applied = await migrate(url);
  const { keptIn } = await ensureCompanyLogin({ url, company, home });
  const login = companyRole(company);
  const text = [
    applied.length === 0 ? "The schema is up to date." : `Applied ${applied.join(", ")}.`,
    keptIn === undefined
      ? `The login is \`${login}\`, without a password.`
      : `The login is \`${login}\`; its address is kept in ${keptIn}: give it as DATABASE_URL to gateways and workers elsewhere.`,
  ].join("\n");
  const data = { applied, login, keptIn: keptIn ?? null };
  io.stdout.write(json ? `${JSON.stringify({ ok: true, data })}\n` : `${text}\n`);
  return 0;
}
