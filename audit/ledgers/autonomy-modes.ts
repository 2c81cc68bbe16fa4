import type { Mode } from "../../domain/decision-details.ts";
import { modes } from "../../domain/decision-details.ts";
import type { ModeStatement } from "../../domain/policy-release.ts";
import { policyCaseOf } from "../../domain/policy-release.ts";
import type { Ledger, Sql } from "../records.ts";
import { sealRecord } from "../seal.ts";

/** One change of an autonomy mode. `inForce` is false for a raise that waits for its second person. */
export type ModeChange = ModeStatement & {
  readonly inForce: boolean;
  readonly role: string;
  /** Null where the system itself lowered a mode. */
  readonly signature: string | null;
};

export async function readModeChanges(sql: Sql, company: string, after = 0): Promise<ModeChange[]> {
  const { rows } = await sql.query<ModeChange>({
    name: "mode-changes",
    text: `select company, n, policy_id as policy, mode, in_force as "inForce", person_id as person, role, reason, at, signature
     from autonomy_mode where company = $1 and n > $2 order by n`,
    values: [company, after],
  });
  return rows;
}

/** Appends a change at its place with its record. False when the place is taken. */
export async function appendModeChange(ledger: Ledger, change: ModeChange): Promise<boolean> {
  const { company, n, at, policy, mode, inForce, person, role, reason, signature } = change;
  const caseId = policyCaseOf(company);
  const recordKey = `${caseId}/mode/${n}`;
  const body = { change: "mode", n, policy, mode, inForce, person, role, reason, signature };
  const parents = [`${caseId}/mode/${n - 1}`];
  const record = { company, caseId, kind: "policy", key: recordKey, at, body, parents, person } as const;
  const canonical = await sealRecord(ledger, record);
  const { rows } = await ledger.query<{ appended: boolean }>("select append_mode_change($1) as appended", [
    JSON.stringify({ ...change, caseId, recordKey, canonical }),
  ]);
  return rows[0]?.appended === true;
}

type Newest = { readonly n: number; readonly mode: Mode | null; readonly at: string };

/** The last place taken, the policy's mode in force (null: none was ever set), and the database's time. */
async function readNewest(sql: Sql, company: string, policyId: string): Promise<Newest> {
  const { rows } = await sql.query<Newest>({
    name: "newest-mode",
    text: `select coalesce((select max(n) from autonomy_mode where company = $1), 0) as n,
            (select mode from autonomy_mode where company = $1 and policy_id = $2 and in_force order by n desc limit 1) as mode,
            clock_timestamp() as at`,
    values: [company, policyId],
  });
  const newest = rows[0];
  if (newest === undefined) throw new Error("the modes cannot be read");
  return newest;
}

type Lowering = {
  readonly company: string;
  readonly policyId: string;
  readonly to: Mode;
  /** Who is recorded: a person, or the part of the system that lowers by itself. */
  readonly by: string;
  readonly reason: string;
};

/** How often somebody else may take the place in the history before it is given up. */
const ATTEMPTS = 5;

/**
 * Lowers a policy's mode at once, without a signature: less autonomy needs none. False when it is that low already. A
 * policy whose mode was never set counts as `led`. Throws when others keep changing modes meanwhile.
 */
export async function lowerMode(ledger: Ledger, { company, policyId, to, by, reason }: Lowering): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { n, mode, at } = await readNewest(ledger, company, policyId);
    if (modes.indexOf(to) >= modes.indexOf(mode ?? "led")) return false;
    const words = { company, n: n + 1, policy: policyId, mode: to, person: by, reason, at };
    const change = { ...words, inForce: true, role: "system", signature: null };
    if (await appendModeChange(ledger, change)) return true;
  }
  throw new Error(`the mode of \`${policyId}\` could not be lowered: others keep changing modes`);
}
