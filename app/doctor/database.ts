import { ForeignSchemaError } from "../../db/migrate.ts";
import { createPool } from "../../db/pool.ts";
import { rowSecurityGaps, sessionLogin } from "../../db/row-security.ts";
import { query } from "../../engines/postgres-client.ts";
import { fail, type Finding, ok, type Patient, warn } from "./finding.ts";

const NOT_RUNNING = "embedded and not running: `npm start` starts it";
/** Senders' stamps are refused after five minutes, so a minute of skew is already most of a slow retry's margin. */
const FAIL_SKEW_MS = 60_000;
const WARN_SKEW_MS = 2_000;

/** The four answers of one database; the later three are given up when the first fails. */
export async function checkDatabase(patient: Patient): Promise<readonly Finding[]> {
  const { databaseUrl } = patient;
  if (databaseUrl === undefined)
    return ["database", "migrations", "row security", "clock"].map((check) => ok(check, NOT_RUNNING));
  try {
    const rows = await query<{ version: string }>(databaseUrl, "select current_setting('server_version') as version");
    const reached = ok("database", `reachable, PostgreSQL ${rows[0]?.version ?? "of unknown version"}`);
    const others = [checkMigrations, checkRowSecurity, checkClock].map((check) => check(patient, databaseUrl));
    return [reached, ...(await Promise.all(others))];
  } catch (error) {
    return [fail("database", `not reachable: ${faultText(error)}`, startFix(patient))];
  }
}

async function checkMigrations({ config, deps }: Patient, url: string): Promise<Finding> {
  try {
    const pending = await deps.pendingMigrations(url);
    if (pending.length === 0) return ok("migrations", "up to date");
    const fix = config.databaseUrl === undefined ? "npm start" : "npx mandate migrate";
    return fail("migrations", `${pending.length} to do: ${pending.join(", ")}`, fix);
  } catch (error) {
    if (error instanceof ForeignSchemaError) return fail("migrations", error.problems.join("; "), error.fix);
    return fail("migrations", faultText(error), "git checkout db/migrations");
  }
}

/** Whether what serves the company can see or change more than the company's own. */
async function checkRowSecurity({ config }: Patient, url: string): Promise<Finding> {
  const check = "row security";
  const fix = config.databaseUrl === undefined ? "npm start" : "npx mandate migrate";
  const pool = createPool(url, { max: 1 });
  try {
    const { login, company, unboundBy } = await sessionLogin(pool);
    if (unboundBy !== null) return fail(check, `\`${login}\` is not held back by it: ${unboundBy}`, fix);
    if (company !== config.company) return fail(check, `\`${login}\` sees nothing of ${config.company}`, fix);
    const gaps = await rowSecurityGaps(pool);
    if (gaps.length > 0) return fail(check, gaps.join("; "), fix);
    return ok(check, `\`${login}\` sees what belongs to ${company}, and nothing else`);
  } finally {
    await pool.end();
  }
}

async function checkClock({ deps }: Patient, url: string): Promise<Finding> {
  const beforeMs = deps.now().getTime();
  const rows = await query<{ at: string }>(url, "select extract(epoch from clock_timestamp()) * 1000 as at");
  const afterMs = deps.now().getTime();
  const skewMs = Math.round(Number(rows[0]?.at) - (beforeMs + afterMs) / 2);
  const detail = `${Math.abs(skewMs)} ms ${skewMs < 0 ? "ahead of" : "behind"} the database`;
  // What the round trip took is doubt, not skew.
  const surelyMs = Math.abs(skewMs) - (afterMs - beforeMs);
  const fix = "sudo timedatectl set-ntp true";
  if (surelyMs > FAIL_SKEW_MS) return fail("clock", detail, fix);
  return surelyMs > WARN_SKEW_MS ? warn("clock", detail, fix) : ok("clock", detail);
}

function startFix({ config }: Patient): string {
  if (config.databaseUrl === undefined) return "npm start";
  return config.mode === "development" ? "unset DATABASE_URL" : 'psql "$DATABASE_URL" -c "select 1"';
}

/** A connection tried at several addresses fails with an empty message and the reasons inside. */
function faultText(error: unknown): string {
  const { message, errors } = error as Error & { errors?: readonly Error[] };
  return message !== "" ? message : (errors ?? []).map((one) => one.message).join("; ");
}
