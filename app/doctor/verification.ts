import { bundleKeys } from "../../proof/export/keys.ts";
import { lastVerification, verifyWhole, type WholeVerified } from "../../proof/whole/verify-whole.ts";
import { newestKey } from "../../proof/log/waiting.ts";
import { presentAuditSecret } from "../../proof/secret.ts";
import { ledgersOf } from "./audit.ts";
import { startWorker } from "./audit-log.ts";
import { fail, type Finding, ok, type Patient, warn } from "./finding.ts";

const CHECK = "audit verification";
const FULL = "npx mandate doctor --full";
/** Two runs of its schedule. */
const OLDEST_MS = 24 * 3_600_000;

/**
 * Whether all that was recorded verifies: what came of the last whole verification, which a worker runs by schedule. With
 * `full` it is run now, which reads everything.
 */
export async function checkVerification(patient: Patient): Promise<Finding> {
  const { config, databaseUrl, deps, full = false } = patient;
  const secret = presentAuditSecret(config);
  if (databaseUrl === undefined) return ok(CHECK, "no database is running: nothing is recorded");
  if (secret === undefined) return warn(CHECK, "not looked at: the audit secret is not known here", FULL);
  const pool = ledgersOf(patient, databaseUrl);
  try {
    const { company } = config;
    if ((await newestKey(pool, company)) === undefined) return ok(CHECK, "nothing is recorded yet");
    const at = deps.now().toISOString();
    const keys = bundleKeys(secret, config);
    const last = full ? await verifyWhole(pool, { company, keys, at }) : await lastVerification(pool, company);
    return last === undefined ? await unverified(patient, await beganAt(pool, company)) : findingOf(patient, last);
  } catch (error) {
    return fail(CHECK, `the record cannot be verified: ${(error as Error).message}`, FULL);
  } finally {
    await pool.end();
  }
}

function findingOf(patient: Patient, { at, outcome, leaves, ledgerRows, found, findings }: WholeVerified): Finding {
  if (outcome !== "pass") {
    const others = found > 1 ? `; ${found - 1} more` : "";
    return fail(CHECK, `${outcome} at ${at}: ${findings[0] ?? "without a finding"}${others}`, FULL);
  }
  const ageMs = patient.deps.now().getTime() - Date.parse(at);
  const whole = `${leaves} leaves and ${ledgerRows} rows of ledgers verified at ${at}`;
  return ageMs > OLDEST_MS
    ? fail(CHECK, `${whole}, which is more than a day ago`, startWorker(patient))
    : ok(CHECK, whole);
}

/** The first run is due within a day of the first record. */
async function unverified(patient: Patient, beganAt: string | undefined): Promise<Finding> {
  const ageMs = beganAt === undefined ? 0 : patient.deps.now().getTime() - Date.parse(beganAt);
  if (ageMs <= OLDEST_MS) return ok(CHECK, "not verified yet: a worker does it twice a day");
  return fail(CHECK, `never verified, though records are older than a day (since ${beganAt})`, startWorker(patient));
}

/** When the first record that has a place was made, ISO 8601. */
async function beganAt(pool: ReturnType<typeof ledgersOf>, company: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ recorded_at: string }>({
    name: "record-began",
    text: `select r.recorded_at from audit_place p
           cross join lateral (select recorded_at from audit_record x where x.company = p.company and x.key = p.keys[1] limit 1) r
           where p.company = $1 and p.log = $1 and p.seq = 0`,
    values: [company],
  });
  return rows[0]?.recorded_at;
}
