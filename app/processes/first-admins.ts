import { makeFirstAdmins, newToken, type FirstAdmin } from "../../audit/ledgers/people-changes.ts";
import { failure } from "../../cli/failure.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { withClient } from "../../engines/postgres-connection.ts";
import { auditSecret } from "../../proof/secret.ts";
import type { Config } from "../config.ts";

const ADMIN = /^([^\s\p{C}=]{1,100})(?:=((?=.*\S)\P{C}{1,200}))?$/u;

/** Two people or more, since one alone could let nobody in. @throws CliFailure naming what cannot be read. */
export function readAdmins(given: readonly string[]): readonly FirstAdmin[] {
  const admins = given.map((text) => {
    const [, personId, name] = ADMIN.exec(text) ?? [];
    if (personId === undefined) {
      throw failure(
        "usage",
        "not-an-admin",
        `--admins: \`${text}\` is no person`,
        'give `id` or `id=name`, such as ana="Ana Ruiz"',
      );
    }
    return { personId, name: name?.trim() ?? personId, token: newToken() };
  });
  if (new Set(admins.map(({ personId }) => personId.toLowerCase())).size === admins.length && admins.length >= 2)
    return admins;
  throw failure("usage", "too-few-admins", "--admins: it takes two different people", "name two: --admins ana ben");
}

type Place = { readonly ownerUrl: string; readonly loginUrl: string };

/** Who was made, with their tokens; empty where there are two admins already. */
export async function firstAdmins(
  config: Config,
  { ownerUrl, loginUrl }: Place,
  admins: readonly FirstAdmin[],
): Promise<readonly FirstAdmin[]> {
  const ledger = createLedgerPool(loginUrl, auditSecret(config), { max: 1 });
  const when = { company: config.company, at: new Date().toISOString() };
  try {
    const made = await withClient(ownerUrl, "people", (owner) => makeFirstAdmins({ owner, ledger }, when, admins));
    return made ? admins : [];
  } finally {
    await ledger.end();
  }
}

export function adminsText(made: readonly FirstAdmin[]): string {
  if (made.length === 0) return "There are two admins already: they make others with `mandate people add`.";
  const tokens = made.map(({ personId, token }) => `  ${personId}: ${token}`);
  return ["The first admins, with their tokens, shown only now:", ...tokens].join("\n");
}
