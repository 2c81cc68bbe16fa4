import { newestKey } from "../../proof/log/waiting.ts";
import { openRecord, type LedgerPool } from "../../audit/records.ts";
import { auditSecretFileOf, presentAuditSecret } from "../../proof/secret.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { checkCheckpoints } from "./checkpoints.ts";
import { fail, type Finding, ok, type Patient, warn } from "./finding.ts";

const CHECKS = ["audit secret", "audit log", "audit checkpoints"] as const;
const [SECRET] = CHECKS;
/** Stands in for a secret that is gone: it opens nothing. */
const NO_SECRET = Buffer.alloc(32);

/** Whether what is recorded can be read, comes under signed checkpoints, and stands outside the database too. */
export async function checkAudit(patient: Patient): Promise<readonly Finding[]> {
  const { config, databaseUrl } = patient;
  if (databaseUrl === undefined) return CHECKS.map((check) => ok(check, "no database is running: nothing is recorded"));
  const pool = createLedgerPool(databaseUrl, presentAuditSecret(config) ?? NO_SECRET, { max: 1 });
  try {
    return await findingsOf(patient, pool);
  } catch (error) {
    const detail = `what is recorded cannot be read: ${(error as Error).message}`;
    return CHECKS.map((check) => warn(check, detail, "npx mandate doctor"));
  } finally {
    await pool.end();
  }
}

async function findingsOf(patient: Patient, pool: LedgerPool): Promise<readonly Finding[]> {
  const { config } = patient;
  const { company } = config;
  const key = await newestKey(pool, company);
  if (key === undefined) return CHECKS.map((check) => ok(check, "nothing is recorded yet"));
  const secret = presentAuditSecret(config);
  if (secret === undefined) {
    const detail = `${auditSecretFileOf(config.home)} is gone: no body that is recorded can be read`;
    return [fail(SECRET, detail, restoreSecret(patient)), ...CHECKS.slice(1).map((check) => unread(check, patient))];
  }
  const opened = await openNewest(patient, pool, key);
  if (opened.state === "fail") return [opened, ...CHECKS.slice(1).map((check) => unread(check, patient))];
  return [opened, ...(await checkCheckpoints(config, pool, secret))];
}

async function openNewest(patient: Patient, pool: LedgerPool, key: string): Promise<Finding> {
  const opened = await openRecord(pool, patient.config.company, key);
  if (opened?.intact === true) return ok(SECRET, "opens the newest record");
  const detail = `does not open the newest record, \`${key}\`, unless that was changed since`;
  return fail(SECRET, detail, restoreSecret(patient));
}

function unread(check: string, patient: Patient): Finding {
  return warn(check, "not looked at: the audit secret is not the one in use", restoreSecret(patient));
}

function restoreSecret({ config }: Patient): string {
  if (config.auditSecret !== undefined) return "export MANDATE_AUDIT_SECRET=<the secret that this database began with>";
  return `cp <your copy of audit.secret> '${auditSecretFileOf(config.home)}'`;
}
