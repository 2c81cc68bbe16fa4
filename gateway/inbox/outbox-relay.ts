import type { Logger } from "pino";
import { personRefOf } from "../../audit/person-ref.ts";
import type { LedgerPool } from "../../audit/records.ts";
import type { Pump } from "../../db/pump.ts";
import { isDecideCase } from "../../domain/decide-case.ts";
import type { VerdictMessage } from "../../workflows/escalation.ts";
import { startOutbox, type Outgoing } from "./outbox.ts";
import type { VerdictMessenger } from "./workflow-starter.ts";

/** A verdict as the ledger told it: who gave it is known to the engine by a digest alone. */
type Given = Omit<VerdictMessage, "person"> & { readonly personId: string };

/** Wakes the case; the decide service's has nobody to wake. A case that says no or no longer runs is told all the same: the ledger's row is what counts. */
async function wake({ pool, messenger, log }: OutboxRelayDeps, row: Outgoing<Given>): Promise<void> {
  const { caseId, personId, ...given } = row.payload;
  const message = { ...given, person: personRefOf(pool.vault, row.company, personId) };
  const delivery = isDecideCase(row.company, caseId)
    ? ({ kind: "nobody-waits" } as const)
    : await messenger.deliverVerdict(caseId, message, row.key);
  const detail = { caseId, escalationId: message.escalationId };
  switch (delivery.kind) {
    case "woken":
    case "nobody-waits":
      break;
    case "turned-away":
      log.warn({ ...detail, reason: delivery.reason }, "verdict turned away by its case");
      break;
    case "gone":
      log.info(detail, "verdict for a case that ended");
  }
}

export type OutboxRelayDeps = {
  readonly pool: LedgerPool;
  readonly messenger: VerdictMessenger;
  readonly log: Logger;
  readonly pollMs?: number;
};

/** Wakes cases whose escalation was answered, at least once and under the approval's id. */
export function startOutboxRelay({ pool, messenger, log, pollMs }: OutboxRelayDeps): Pump {
  const child = log.child({ component: "outbox" });
  return startOutbox<Given>({
    pool,
    topic: "verdict",
    tell: (row) => wake({ pool, messenger, log: child }, row),
    log: child,
    pollMs,
  });
}
