import type { Sql } from "../../audit/records.ts";
import { createPool } from "../../db/pool.ts";
import { createReleaseReader, type Reading } from "../../releases/reader.ts";
import { fail, type Finding, ok, type Patient, warn } from "./finding.ts";

const CHECK = "policies";
const LIST = "npx mandate policy releases";

/** What the ledger says is in force, verified as the worker verifies it. */
export async function checkPolicies({ config, databaseUrl }: Patient): Promise<Finding> {
  if (databaseUrl === undefined) return ok(CHECK, "no database is running: nothing is decided");
  const pool = createPool(databaseUrl, { max: 1 });
  try {
    return await findingOf(pool, config.company);
  } catch (error) {
    return warn(CHECK, `what is in force cannot be read: ${(error as Error).message}`, "npx mandate doctor");
  } finally {
    await pool.end();
  }
}

async function findingOf(sql: Sql, company: string): Promise<Finding> {
  const { inForce, canary, standing, problems } = await createReleaseReader({ sql, company }).read();
  for (const head of [inForce, canary]) {
    if (head.kind === "bad") return fail(CHECK, `release ${short(head.release)} is not used: ${head.detail}`, LIST);
  }
  const [problem] = problems;
  if (problem !== undefined) return fail(CHECK, problem, LIST);
  if (inForce.kind === "none") {
    const fix = "npx mandate policy apply --as PERSON --reason TEXT";
    return warn(CHECK, "no release is in force: every request goes to people", fix);
  }
  return ok(CHECK, told(inForce, standing));
}

function told(inForce: Reading["inForce"], { canary, pending }: Reading["standing"]): string {
  if (inForce.kind !== "sound") return "";
  const { release, policies } = inForce.bundle;
  return [
    `release ${short(release)} is in force, ${Object.keys(policies).length} policies, every signature holds`,
    ...(canary === null ? [] : [`a canary runs (${short(canary.release)})`]),
    ...(pending === null ? [] : [`${pending.action} of ${short(pending.release)} waits for a second person`]),
  ].join("; ");
}

function short(release: string): string {
  return release.slice(0, 12);
}
