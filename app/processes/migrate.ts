import { giveAnswer, type Answer } from "../../cli/answer.ts";
import type { Io } from "../../cli/io.ts";
import type { MigrateOptions } from "../../cli/processes.ts";
import { externalTemporal, loadConfig, type Config } from "../config.ts";
import { codecsOf } from "../engine/codec-of.ts";
import { companyRole } from "../../db/company-address.ts";
import { ensureCompanyLogin } from "../../db/company-login.ts";
import { migrate } from "../../db/migrate.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { requireSecret } from "../../proof/secret-fit.ts";
import { auditSecret, formerAuditSecret } from "../../proof/secret.ts";
import type { Standing } from "../schedules/keep-schedules.ts";
import { adminsText, firstAdmins, readAdmins } from "./first-admins.ts";
import { requireOwner } from "./require-database.ts";
import { rewrapSubjects } from "../../db/rewrap.ts";

/**
 * `mandate migrate`: brings the schema up to date, makes the company's login, keeps the fingerprint of the secret that all
 * its hosts share, and its schedules; says what it did and where the login's address is kept. The schema does not wait for Temporal: without it the answer says what is still to do.
 */
export async function run({ json, admins }: MigrateOptions, io: Io): Promise<number> {
  const config = loadConfig();
  const { company, home } = config;
  const url = requireOwner(config);
  const [secret, former] = [auditSecret(config), formerAuditSecret(config)];
  const asked = admins.length === 0 ? [] : readAdmins(admins);
  const applied = await migrate(url);
  const { keptIn, url: address } = await ensureCompanyLogin({ url, company, home });
  const rewrapped = former === undefined ? 0 : await rewrapSubjects(url, { company, former, secret });
  const fingerprint = await keepFingerprint(address, company, secret);
  const made = asked.length === 0 ? undefined : await firstAdmins(config, { ownerUrl: url, loginUrl: address }, asked);
  const login = companyRole(company);
  const schedules = await keepSchedules(config);
  const text = [
    applied.length === 0 ? "The schema is up to date." : `Applied ${applied.join(", ")}.`,
    keptIn === undefined
      ? `The login is \`${login}\`, without a password.`
      : `The login is \`${login}\`; its address is kept in ${keptIn}: give it as DATABASE_URL to gateways and workers elsewhere.`,
    ...(former === undefined ? [] : [`Keys of cases and people sealed anew: ${rewrapped}.`]),
    `The audit secret's fingerprint is ${fingerprint}: gateways and workers with another one refuse to start.`,
    ...(schedules.kind === "kept" ? [toldOf(schedules)] : []),
    ...(made === undefined ? [] : [adminsText(made)]),
  ].join("\n");
  return giveAnswer(io, json, {
    data: {
      applied,
      login,
      keptIn: keptIn ?? null,
      auditSecret: { fingerprint, rewrapped },
      schedules,
      ...(made !== undefined && { admins: made }),
    },
    text,
    ...lack(schedules),
  });
}

/** With the company's login: nothing but migrations runs as the owner. */
async function keepFingerprint(url: string, company: string, secret: Uint8Array): Promise<string> {
  const pool = createLedgerPool(url, secret, { max: 1 });
  try {
    return await requireSecret(pool, company, secret);
  } finally {
    await pool.end();
  }
}

type Schedules =
  | ({ readonly kind: "kept" } & Standing)
  | { readonly kind: "no-engine" }
  | { readonly kind: "unreachable"; readonly detail: string };

async function keepSchedules(config: Config): Promise<Schedules> {
  const place = await externalTemporal();
  if (place === undefined) return { kind: "no-engine" };
  const { keepCompanySchedules } = await import("../schedules/at-engine.ts");
  try {
    return { kind: "kept", ...(await keepCompanySchedules(config.company, { ...place, codecs: codecsOf(config) })) };
  } catch (error) {
    return { kind: "unreachable", detail: `${place.address}: ${(error as Error).message}` };
  }
}

function toldOf({ missing, differing, left }: Standing): string {
  const changes = [
    ...missing.map((id) => `made ${id}`),
    ...differing.map((id) => `changed ${id}`),
    ...left.map((id) => `removed ${id}`),
  ];
  return changes.length === 0 ? "The schedules are up to date." : `Schedules: ${changes.join(", ")}.`;
}

/** Where no engine is named the schema was all that was asked for; one that is named and silent is a failure. */
function lack(schedules: Schedules): Pick<Answer, "warnings" | "exit"> {
  const again = "run `mandate migrate` again";
  switch (schedules.kind) {
    case "kept":
      return {};
    case "no-engine": {
      const warning = `the schedules were not looked at, for no Temporal is named: set TEMPORAL_ADDRESS and ${again}`;
      return { warnings: [warning] };
    }
    case "unreachable": {
      const warning = `the schedules were not looked at, for Temporal does not answer at ${schedules.detail}: mend that and ${again}`;
      return { warnings: [warning], exit: "unreachable" };
    }
  }
}
