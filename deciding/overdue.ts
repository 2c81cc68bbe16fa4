import type { Logger } from "pino";
import type { LedgerPool } from "../audit/records.ts";
import { passEscalation, raiseEscalation } from "../audit/ledgers/escalations.ts";
import { overdueServiceEscalations } from "../audit/ledgers/service-decisions.ts";
import { startPump, type Pump } from "../db/pump.ts";

type OverdueDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  /** The company's clock. */
  readonly now: () => string;
  readonly log: Logger;
  readonly pollMs?: number;
};

/**
 * Raises what nobody answered in time to the next level, and closes it after the last; lets an approval count that nobody undid, and a
 * question go on whose asking back nobody answered: for requests of the decide
 * service, which no workflow waits for. Any number of gateways may do it; the ledger takes each step once.
 */
export function startOverdueWatch({ pool, company, now, log, pollMs = 5_000 }: OverdueDeps): Pump {
  const child = log.child({ component: "overdue" });
  return startPump(
    async () => {
      const at = now();
      for (const { escalationId, level, isOpen } of await overdueServiceEscalations(pool, company, at)) {
        const change = { company, escalationId, at };
        const state = await (isOpen ? raiseEscalation(pool, change, level) : passEscalation(pool, change));
        child.info({ escalationId, state: state.kind }, "escalation overdue");
      }
    },
    child,
    pollMs,
  );
}
