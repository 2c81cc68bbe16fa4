import { inTransaction } from "../../audit/ledgers/transaction.ts";
import { appendRecord, type Ledger, type LedgerPool, type Sql } from "../../audit/records.ts";
import { logNames } from "../bundle/rows.ts";
import type { Asker } from "./refusal.ts";
import { privacyCaseOf } from "./scope.ts";

/** Six months: providers and deployers of AI systems keep their logs at least that long (AI Act, Art. 19(1) and 26(6)). */
export const LEAST_RETENTION_DAYS = 183;
export const MOST_RETENTION_DAYS = 36_500;
/** Seven years, as commercial records are commonly kept. */
export const DEFAULT_RETENTION_DAYS = 2_555;

/** How long the cases of a log stay readable after their last record. `waiting`: a shorter time that one person asked for. */
export type Retention = {
  readonly log: string;
  readonly days: number;
  readonly waiting: { readonly days: number; readonly askedBy: string } | null;
};

type Row = { log: string; n: number; days: number; in_force: boolean; set_by: string };

/** Every log that has records or a setting, the company's own first. */
export async function readRetention(sql: Sql, company: string): Promise<Retention[]> {
  const logs = await logNames(sql, company);
  const settings = await sql.query<Row>(
    "select log, n, days, in_force, set_by from audit_retention where company = $1 order by n",
    [company],
  );
  const names = new Set([company, ...logs, ...settings.rows.map(({ log }) => log)]);
  return [...names].toSorted().map((log) =>
    retentionOf(
      log,
      settings.rows.filter((row) => row.log === log),
    ),
  );
}

function retentionOf(log: string, rows: readonly Row[]): Retention {
  const last = rows.at(-1);
  const days = rows.findLast((row) => row.in_force)?.days ?? DEFAULT_RETENTION_DAYS;
  const waiting = last === undefined || last.in_force ? null : { days: last.days, askedBy: last.set_by };
  return { log, days, waiting };
}

/**
 * Sets how long a log's cases are kept, with its record. A longer time is in force at once; a shorter one when a second
 * person sets the same, for what is erased does not come back. `days` from 183 to 36,500: the database refuses others.
 */
export async function setRetention(
  pool: LedgerPool,
  asker: Asker,
  { log, days }: { readonly log: string; readonly days: number },
): Promise<Retention> {
  const { company, personId: setBy, at } = asker;
  return inTransaction(pool, async (ledger) => {
    await ledger.query("select pg_advisory_xact_lock(hashtext('audit_retention'), hashtext($1))", [company]);
    const standing = await settingOf(ledger, company, log);
    const { waiting } = standing;
    const seconded = waiting !== null && waiting.days === days && waiting.askedBy !== setBy;
    const inForce = days >= standing.days || seconded;
    const { rows } = await ledger.query<{ n: number }>(
      `insert into audit_retention (company, log, n, days, in_force, set_by, set_at)
       select $1, $2, 1 + coalesce(max(n), 0), $3, $4, $5, $6 from audit_retention where company = $1 and log = $2
       returning n`,
      [company, log, days, inForce, setBy, at],
    );
    const caseId = privacyCaseOf(company);
    const key = `${caseId}/retention/${log}/${rows[0]?.n ?? 0}`;
    const body = { change: inForce ? "retention" : "asked-retention", scope: `log:${log}`, days, person: setBy };
    await appendRecord(ledger, { company, caseId, kind: "hold", key, at, body, person: setBy });
    return settingOf(ledger, company, log);
  });
}

async function settingOf(ledger: Ledger, company: string, log: string): Promise<Retention> {
  const found = (await readRetention(ledger, company)).find((known) => known.log === log);
  return found ?? { log, days: DEFAULT_RETENTION_DAYS, waiting: null };
}
