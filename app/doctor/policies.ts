import type { Sql } from "../../audit/records.ts";
import { createPool } from "../../db/pool.ts";
import { readPolicies } from "../../deciding/policies.ts";
import { draftStates, draftWords } from "../../releases/draft.ts";
import { createReleaseReader, type Reading } from "../../releases/reader.ts";
import { fail, type Finding, ok, type Patient, warn } from "./finding.ts";

const CHECK = "policies";
const LIST = "npx mandate policy releases";
const DRAFTS = "drafts";
/** Policies that one finding names before it counts the rest. */
const NAMED = 5;

/** What the ledger says is in force, verified as the worker verifies it, and whether the files still say the same. */
export async function checkPolicies({
  config,
  databaseUrl,
}: Pick<Patient, "config" | "databaseUrl">): Promise<readonly Finding[]> {
  if (databaseUrl === undefined) return [ok(CHECK, "no database is running: nothing is decided")];
  const pool = createPool(databaseUrl, { max: 1 });
  try {
    return await findingsOf(pool, config.company, config.policies);
  } catch (error) {
    return [warn(CHECK, `what is in force cannot be read: ${(error as Error).message}`, "npx mandate doctor")];
  } finally {
    await pool.end();
  }
}

async function findingsOf(sql: Sql, company: string, folder: string): Promise<readonly Finding[]> {
  const { inForce, canary, standing, problems } = await createReleaseReader({ sql, company }).read();
  for (const head of [inForce, canary]) {
    if (head.kind === "bad") return [fail(CHECK, `release ${short(head.release)} is not used: ${head.detail}`, LIST)];
  }
  const [problem] = problems;
  if (problem !== undefined) return [fail(CHECK, problem, LIST)];
  if (inForce.kind === "none") {
    const fix = "npx mandate policy apply --as PERSON --reason TEXT";
    return [warn(CHECK, "no release is in force: every request goes to people", fix)];
  }
  return [ok(CHECK, told(inForce, standing)), ...(await draftFindings(inForce, folder))];
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

/** Files that say something else than what is in force. Where there is no folder, nobody writes policies here. */
async function draftFindings(inForce: Reading["inForce"], folder: string): Promise<readonly Finding[]> {
  if (inForce.kind !== "sound") return [];
  const files = await readPolicies(folder).catch((error: NodeJS.ErrnoException) => error);
  if (files instanceof Error) {
    if ("code" in files && files.code === "ENOENT") return [];
    const [first = ""] = files.message.split("\n");
    return [warn(DRAFTS, `the files cannot be put in force: ${first}`, "npx mandate policy check")];
  }
  const [drafted, released] = [files, inForce.bundle.policies].map((policies) =>
    Object.fromEntries(Object.entries(policies).map(([id, { version }]) => [id, version])),
  );
  const apart = draftStates(drafted ?? {}, released ?? {}).filter(({ state }) => state !== "same");
  if (apart.length === 0) return [ok(DRAFTS, "the files say what is in force")];
  const named = apart.slice(0, NAMED).map(({ id, state }) => `${id} (${draftWords[state]})`);
  const more = apart.length > NAMED ? ` and ${apart.length - NAMED} more` : "";
  const detail = `the files are not what is in force: ${named.join(", ")}${more}`;
  return [warn(DRAFTS, detail, "npx mandate policy diff in-force draft")];
}

function short(release: string): string {
  return release.slice(0, 12);
}
