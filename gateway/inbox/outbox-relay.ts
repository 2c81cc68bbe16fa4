import type { Pool } from "pg";
import type { Logger } from "pino";
import { isDecideCase } from "../../domain/decide-case.ts";
import type { VerdictMessage } from "../../workflows/escalation.ts";
import { backoffMs, LOUD_AFTER } from "./backoff.ts";
import { startLanes } from "./lanes.ts";
import type { Pump } from "../../db/pump.ts";
import type { VerdictMessenger } from "./workflow-starter.ts";

/** How long a claimed row is ours: longer than any delivery takes. */
const LEASE_SECONDS = 15;

type VerdictRow = {
  outbox_id: number;
  company: string;
  key: string;
  payload: VerdictMessage & { readonly caseId: string };
  attempts: number;
};

async function claim(pool: Pool, limit: number): Promise<VerdictRow[]> {
  const { rows } = await pool.query<VerdictRow>({
    name: "claim-verdicts",
    text: `with due as materialized (
             select outbox_id from outbox
             where delivered_at is null and topic = 'verdict' and retry_at <= clock_timestamp()
             order by retry_at limit $1 for update skip locked),
           claimed as (
             update outbox o set attempts = attempts + 1, retry_at = clock_timestamp() + make_interval(secs => $2)
             from due where o.outbox_id = due.outbox_id returning o.*)
           select outbox_id, company, key, payload, attempts from claimed order by outbox_id`,
    values: [limit, LEASE_SECONDS],
  });
  return rows;
}

/** Wakes the case; the decide service's has nobody to wake. A case that says no or no longer runs is told all the same: the ledger's row is what counts. */
async function wake(pool: Pool, messenger: VerdictMessenger, log: Logger, row: VerdictRow): Promise<void> {
  const { caseId, ...message } = row.payload;
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
  await pool.query("update outbox set delivered_at = clock_timestamp() where outbox_id = $1", [row.outbox_id]);
}

async function postpone(pool: Pool, log: Logger, row: VerdictRow, error: unknown): Promise<void> {
  const { outbox_id: outboxId, attempts } = row;
  const waitMs = backoffMs(attempts);
  const detail = { err: error, caseId: row.payload.caseId, attempts, waitMs };
  if (attempts < LOUD_AFTER) log.warn(detail, "verdict not delivered");
  else log.error(detail, "verdict still not delivered");
  await pool
    .query("update outbox set retry_at = clock_timestamp() + make_interval(secs => $2) where outbox_id = $1", [
      outboxId,
      waitMs / 1_000,
    ])
    .catch((failure: unknown) => log.warn({ err: failure, outboxId }, "verdict left to its lease"));
}

export type OutboxRelayDeps = {
  readonly pool: Pool;
  readonly messenger: VerdictMessenger;
  readonly log: Logger;
  readonly pollMs?: number;
};

/** Wakes cases whose escalation was answered, at least once and under the approval's id. A row that fails waits alone. */
export function startOutboxRelay({ pool, messenger, log, pollMs }: OutboxRelayDeps): Pump {
  const child = log.child({ component: "outbox" });
  return startLanes<VerdictRow>({
    claim: (limit) => claim(pool, limit),
    deliver: (row) => wake(pool, messenger, child, row).catch((error: unknown) => postpone(pool, child, row, error)),
    keyOf: ({ outbox_id: outboxId }) => String(outboxId),
    laneOf: ({ payload }) => payload.caseId,
    log: child,
    ...(pollMs === undefined ? {} : { pollMs }),
  });
}
