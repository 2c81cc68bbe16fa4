import type { Logger } from "pino";
import type { LedgerPool } from "../audit/records.ts";
import { lowerMode } from "../audit/ledgers/autonomy-modes.ts";
import { startPump, type Pump } from "../db/pump.ts";
import { createReleaseReader } from "./reader.ts";
import { demoteLapsed, watchedIn, type Restraints } from "./demotion.ts";

type WatchDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  readonly log: Logger;
  readonly pollMs?: number;
};

/** Who is recorded for a step that no person took. */
const BY = "demotion-watch";

/**
 * Keeps an eye on what agents do under each policy, and lets them do less when it passes the policy's bounds. Any number
 * of workers may watch: the ledger takes each step once.
 */
export function startDemotionWatch({ pool, company, log, pollMs = 10_000 }: WatchDeps): Pump {
  const child = log.child({ component: "demotion" });
  const reader = createReleaseReader({ sql: pool, company });
  // A canary is withdrawn by people, who sign for it; the watch lowers the mode.
  const restraints: Restraints = {
    lower: (policyId, to, reason) => lowerMode(pool, { company, policyId, to, by: BY, reason }),
    withdraw: null,
  };
  return startPump(
    async () => {
      const watched = watchedIn(await reader.read());
      for (const demoted of await demoteLapsed({ sql: pool, company, restraints }, watched)) {
        child.warn({ ...demoted }, "agents do less");
      }
    },
    child,
    pollMs,
  );
}
