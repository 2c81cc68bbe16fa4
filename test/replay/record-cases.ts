import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { auditSecret } from "../../proof/secret.ts";
import { createLedgerPool } from "../../db/pool.ts";
import type { DaySummary } from "../../app/day/summary.ts";
import { startPostgres } from "../../engines/postgres.ts";
import { promptCaseOf } from "../../audit/ledgers/turn-record.ts";
import { readCaseFile } from "../../audit/case-file.ts";
import type { LedgerPool } from "../../audit/records.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import { mandate } from "../setup/command-line.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";
import { casesFolder, SHARED, type Shared } from "./cases.ts";

/**
 * Records the cases of a working day under `cases/`: `npx tsx test/replay/record-cases.ts`.
 * Record anew only for a deliberate change of what guardrails or agents make of the same facts, and say so in the commit.
 */

const COMPANY = "acme";
const home = temporaryHome("record-cases");

function write(name: string, content: object): void {
  writeFileSync(join(casesFolder, name), `${JSON.stringify(content, null, 1)}\n`);
}

async function recordsOf(
  pool: LedgerPool,
  caseId: string,
): Promise<{ records: readonly AuditRecord[]; policies: Shared["policies"] }> {
  const file = await readCaseFile(pool, COMPANY, caseId);
  if (file === undefined || !file.intact) throw new Error(`case \`${caseId}\` does not hold`);
  return file;
}

const { stdout, stderr } = await mandate(home, "dev", "--once", "--json");
const ended = JSON.parse(stdout) as { ok: boolean; data: DaySummary };
if (!ended.ok) throw new Error(stderr);
const cacheFolder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "mandate");
const postgres = await startPostgres({ home, cacheFolder });
const pool = createLedgerPool(postgres.url, auditSecret({ home, auditSecret: undefined }));
rmSync(casesFolder, { recursive: true, force: true });
mkdirSync(casesFolder);
let policies: Shared["policies"] = {};
for (const { name, caseId } of ended.data.events) {
  const file = await recordsOf(pool, caseId);
  policies = { ...policies, ...file.policies };
  const words = name
    .toLowerCase()
    .replaceAll("%", "percent")
    .match(/[a-z0-9.]+/g) ?? [caseId];
  write(`${words.join("-").replaceAll(".", "-")}.json`, file.records);
}
write(SHARED, { policies, prompts: (await recordsOf(pool, promptCaseOf(COMPANY))).records } satisfies Shared);
await pool.end();
await postgres.stop();
removeHome(home);
