import type { Pool } from "pg";
import type { Logger } from "pino";
import type { Pump } from "../../db/pump.ts";
import { backoffMs, LOUD_AFTER } from "./backoff.ts";
import { startLanes } from "./lanes.ts";

/** How long a claimed row is ours: longer than any delivery takes. */
const LEASE_SECONDS = 15;

/** Something that must be told, as the transaction wrote it that made it true. */
export type Outgoing<Payload> = {
  readonly outbox_id: number;
  readonly company: string;
  readonly key: string;
  readonly payload: Payload & { readonly caseId: string };
  /** This attempt included. */
  readonly attempts: number;
};

type Outbox<Payload> = {
  readonly pool: Pool;
  readonly topic: "verdict" | "question" | "case-end" | "reply" | "agreement" | "word";
  /** Tells one, at least once: a crash before its mark tells it again. */
  readonly tell: (row: Outgoing<Payload>) => Promise<void>;
  /** Done before the first look, and tried again until it succeeds. */
  readonly first?: () => Promise<void>;
  readonly log: Logger;
  readonly pollMs?: number | undefined;
};

/** Tells what waits in the outbox under a topic. A row that fails waits alone; rows of one case go one after another. */
export function startOutbox<Payload>({ pool, topic, tell, first, log, pollMs }: Outbox<Payload>): Pump {
  let begun = first === undefined;
  async function look(limit: number): Promise<Outgoing<Payload>[]> {
    if (!begun) await first?.();
    begun = true;
    return claim(pool, topic, limit);
  }
  async function deliver(row: Outgoing<Payload>): Promise<void> {
    await tell(row);
    await pool.query({
      name: "mark-outbox",
      text: "update outbox set delivered_at = clock_timestamp() where outbox_id = $1",
      values: [row.outbox_id],
    });
  }
  return startLanes<Outgoing<Payload>>({
    claim: look,
    deliver: (row) => deliver(row).catch((error: unknown) => postpone(pool, log, row, error)),
    keyOf: ({ outbox_id: outboxId }) => String(outboxId),
    laneOf: ({ payload }) => payload.caseId,
    log,
    ...(pollMs === undefined ? {} : { pollMs }),
  });
}

async function claim<Payload>(pool: Pool, topic: string, limit: number): Promise<Outgoing<Payload>[]> {
  const { rows } = await pool.query<Outgoing<Payload>>({
    name: "claim-outbox",
    text: `with due as materialized (
             select outbox_id from outbox
             where delivered_at is null and topic = $3 and retry_at <= clock_timestamp()
             order by retry_at limit $1 for update skip locked),
           claimed as (
             update outbox o set attempts = attempts + 1, retry_at = clock_timestamp() + make_interval(secs => $2)
             where o.outbox_id = any (array(select outbox_id from due)) returning o.*)
           select outbox_id, company, key, payload, attempts from claimed order by outbox_id`,
    values: [limit, LEASE_SECONDS, topic],
  });
  return rows;
}

async function postpone(pool: Pool, log: Logger, row: Outgoing<unknown>, error: unknown): Promise<void> {
  const { outbox_id: outboxId, attempts } = row;
  const waitMs = backoffMs(attempts);
  const detail = { err: error, caseId: row.payload.caseId, attempts, waitMs };
  if (attempts < LOUD_AFTER) log.warn(detail, "not told");
  else log.error(detail, "still not told");
  await pool
    .query({
      name: "postpone-outbox",
      text: "update outbox set retry_at = clock_timestamp() + make_interval(secs => $2) where outbox_id = $1",
      values: [outboxId, waitMs / 1_000],
    })
    .catch((failure: unknown) => log.warn({ err: failure, outboxId }, "left to its lease"));
}
