import type { LedgerPool } from "../../audit/records.ts";
import { logsOf } from "../../proof/log/log-store.ts";
import type { Config } from "../config.ts";
import { checkLogs } from "./audit-log.ts";
import { checkSinks } from "./audit-sinks.ts";
import type { Finding } from "./finding.ts";

/**
 * Whether what is recorded comes under signed checkpoints, and these reach the world outside the database, each within its
 * time. For the doctor, and for the schedule that looks without being asked.
 */
export async function checkCheckpoints(
  config: Config,
  pool: LedgerPool,
  secret: Uint8Array,
): Promise<readonly Finding[]> {
  const logs = await logsOf(pool, config.company);
  return [await checkLogs({ config }, pool, secret, logs), ...(await checkSinks({ config }, pool, secret, logs))];
}
