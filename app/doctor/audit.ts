import { newestKey } from "../../proof/log/waiting.ts";
import { openRecord, type LedgerPool } from "../../audit/records.ts";
import { countSealedElsewhere, type SealedCounts } from "../../audit/sealed-elsewhere.ts";
import { auditSecretFileOf, presentAuditSecret, secretDemand } from "../../proof/secret.ts";
import { misfitText, secretFit } from "../../proof/secret-fit.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { checkCheckpoints } from "./checkpoints.ts";
import { fail, type Finding, ok, type Patient, warn } from "./finding.ts";

const CHECKS = ["audit secret", "audit log", "audit checkpoints"] as const;
const [SECRET] = CHECKS;
/** Stands in for a secret that is gone: it opens nothing. */
const NO_SECRET = Buffer.alloc(32);
/** Subjects whose keys are tried, in about a second. */
const MOST_SUBJECTS = 100_000;

/** A pool that opens what the secret known here opens. */
export function ledgersOf({ config }: Pick<Patient, "config">, url: string): LedgerPool {
  return createLedgerPool(url, presentAuditSecret(config) ?? NO_SECRET, { max: 1 });
}

/** Whether what is recorded can be read, comes under signed checkpoints, and stands outside the database too. */
export async function checkAudit(patient: Patient): Promise<readonly Finding[]> {
  const { databaseUrl } = patient;
  if (databaseUrl === undefined) return CHECKS.map((check) => ok(check, "no database is running: nothing is recorded"));
  const pool = ledgersOf(patient, databaseUrl);
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
  const [key, secret] = [await newestKey(pool, company), presentAuditSecret(config)];
  const unlooked = () => CHECKS.slice(1).map((check) => unread(check, patient));
  if (secret === undefined) {
    if (config.databaseUrl !== undefined)
      return [fail(SECRET, secretDemand(config), restoreSecret(patient)), ...unlooked()];
    if (key === undefined) return CHECKS.map((check) => ok(check, "nothing is recorded yet"));
    const detail = `${auditSecretFileOf(config.home)} is gone: no body that is recorded can be read`;
    return [fail(SECRET, detail, restoreSecret(patient)), ...unlooked()];
  }
  const fit = await secretFit(pool, company, secret);
  if (fit.state === "other") return [fail(SECRET, misfitText(company, fit), restoreSecret(patient)), ...unlooked()];
  if (key === undefined) return CHECKS.map((check) => ok(check, "nothing is recorded yet"));
  const isOpen = (await openRecord(pool, company, key))?.intact === true;
  if (fit.state === "unkept" && !isOpen) {
    const detail = `does not open the newest record, \`${key}\`, unless that was changed since`;
    return [fail(SECRET, detail, restoreSecret(patient)), ...unlooked()];
  }
  return [await sealedFinding(pool, company, isOpen), ...(await checkCheckpoints(config, pool, secret))];
}

/** The secret is the one in use: what it does not open was sealed under another, or changed. */
async function sealedFinding(pool: LedgerPool, company: string, isNewestOpen: boolean): Promise<Finding> {
  const foreign = await countSealedElsewhere(pool, company, MOST_SUBJECTS);
  if (foreign.cases + foreign.people > 0) return fail(SECRET, foreignText(foreign), FORMER);
  if (isNewestOpen) return ok(SECRET, "opens the newest record");
  return fail(SECRET, "is the one in use, and the newest record is not what was sealed", "npx mandate doctor --full");
}

const FORMER =
  "MANDATE_FORMER_AUDIT_SECRET_FILE=<the other host's keys/audit.secret> npx mandate migrate; what is lost for good: " +
  "npx mandate audit erase CASE --ground unlawful --reason TEXT";

function foreignText({ cases, people, names, lookedAt, all }: SealedCounts): string {
  const among = all ? "" : ` of the ${lookedAt} that were tried`;
  return (
    `${counted(cases, "case")} and ${counted(people, "person", "people")}${among} were sealed under another audit secret: ` +
    `what is recorded of them cannot be read, and nothing new can be recorded; the first: ${names.join(", ")}`
  );
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function unread(check: string, patient: Patient): Finding {
  return warn(check, "not looked at: the audit secret is not the one in use", restoreSecret(patient));
}

function restoreSecret({ config }: Patient): string {
  if (config.auditSecret !== undefined || config.databaseUrl !== undefined)
    return "export MANDATE_AUDIT_SECRET=<the secret that this database began with>";
  return `cp <your copy of audit.secret> '${auditSecretFileOf(config.home)}'`;
}
