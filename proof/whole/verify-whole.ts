import type { LedgerPool, Sql } from "../../audit/records.ts";
import type { JsonObject } from "../../domain/json.ts";
import { manifestOf } from "../bundle/bundle.ts";
import { planLogs, type BundleAsk, type LogPlan } from "../bundle/plan.ts";
import { openSnapshot } from "../bundle/snapshot.ts";
import type { BundleKeys } from "../export/keys.ts";
import { findingText } from "../export/verification-text.ts";
import { verifierOf } from "../log/note-keys.ts";
import { replayGuardrail } from "../replay/guardrail.ts";
import type { Outcome } from "../verify/verification.ts";
import { verifyBundle } from "../verify/verify.ts";
import { compareLedgers, type LedgerFinding } from "./compare-ledgers.ts";
import { databaseSource } from "./database-source.ts";

/** What came of verifying the whole. `at`: ISO 8601. `findings`: the first of `found`, in words. */
export type WholeVerified = {
  readonly at: string;
  readonly outcome: Outcome;
  readonly leaves: number;
  readonly ledgerRows: number;
  readonly found: number;
  readonly findings: readonly string[];
};

export type WholeAsk = {
  readonly company: string;
  readonly keys: BundleKeys;
  readonly at: string;
  /** Hears now and then that it goes on. */
  readonly onProgress?: (() => void) | undefined;
};

const MOST_KEPT = 20;

/**
 * Verifies all that a company recorded, as a stranger would with its exported bundle, and then what its ledgers say against
 * what was recorded, and keeps what came of it. One view of the database; its memory does not grow with the log.
 */
export async function verifyWhole(pool: LedgerPool, asked: WholeAsk): Promise<WholeVerified> {
  const verified = await verify(pool, asked);
  const { at, outcome, leaves, ledgerRows, found, findings } = verified;
  await pool.query({
    name: "keep-verification",
    text: `insert into audit_verification (company, at, outcome, leaves, ledger_rows, found, findings)
           values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [asked.company, at, outcome, leaves, ledgerRows, found, JSON.stringify(findings)],
  });
  return verified;
}

/** What came of the last one, or undefined before the first. */
export async function lastVerification(sql: Sql, company: string): Promise<WholeVerified | undefined> {
  const { rows } = await sql.query<WholeVerified & JsonObject>({
    name: "last-verification",
    text: `select at, outcome, leaves, ledger_rows as "ledgerRows", found, findings from audit_verification
           where company = $1 order by n desc limit 1`,
    values: [company],
  });
  return rows[0];
}

async function verify(pool: LedgerPool, { company, keys, at, onProgress }: WholeAsk): Promise<WholeVerified> {
  const snapshot = await openSnapshot(pool);
  try {
    const ask: BundleAsk = { company, reader: company, selection: { kind: "company" }, exportedAt: at, ...keys };
    const planned = await planLogs(snapshot.ledger, ask);
    // Nothing is signed yet.
    const plans: readonly LogPlan[] = "kind" in planned ? [] : planned;
    const logs = plans.length === 0 ? undefined : await verifyLogs(snapshot, ask, plans, onProgress);
    const rows = await compareLedgers(snapshot.ledger, company, onProgress);
    const worst = rows.found > 0 ? "tampered" : (logs?.outcome ?? "pass");
    return {
      at,
      outcome: worst,
      leaves: plans.reduce((sum, { manifest }) => sum + manifest.size, 0),
      ledgerRows: rows.rows,
      found: (logs?.found ?? 0) + rows.found,
      findings: [...(logs?.findings.map(findingText) ?? []), ...rows.findings.map(rowText)].slice(0, MOST_KEPT),
    };
  } finally {
    await snapshot.close();
  }
}

async function verifyLogs(
  snapshot: Awaited<ReturnType<typeof openSnapshot>>,
  ask: BundleAsk,
  plans: readonly LogPlan[],
  onProgress: (() => void) | undefined,
) {
  const manifest = await manifestOf(snapshot, ask, plans);
  const logs = plans.map((plan) => verifierOf(ask.signerOf(plan.manifest.origin).vkey));
  return verifyBundle(databaseSource(snapshot.ledger, ask, manifest, plans), {
    replay: replayGuardrail,
    pins: { logs, witnesses: [] },
    policy: "log-only",
    onProgress,
  });
}

function rowText({ ledger, key, column, what }: LedgerFinding): string {
  return `LEDGER  ${ledger} ${key}${column === null ? "" : `, ${column}`}: ${what}`;
}
