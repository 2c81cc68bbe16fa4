import type { Sql } from "../../audit/records.ts";
import type { EventRef } from "../../domain/event.ts";
import type { JsonObject } from "../../domain/json.ts";

/** How long a claimed row is ours: longer than any delivery takes, so that only a dead relay's rows are claimed again. */
const LEASE_SECONDS = 15;

/** An event that its case, or for a late one the audit record, has not been told of. */
export type UntoldEvent = {
  event_id: string;
  company: string;
  source: string;
  source_key: string;
  system: string;
  function_id: string;
  object_type: string;
  object_id: string;
  occurred_at: string;
  /** What its source said, where that could not be believed. */
  said_at: string | null;
  received_at: string;
  state: "pending" | "late";
  /** The object is gone, as its source says. */
  gone: boolean;
  /** What the record says of why it came, where it was made here; null for what a source told. */
  made_here: JsonObject | null;
  /** The text that a sweep has its case send; null for every other event. */
  tells: EventRef["tells"] | null;
  /** The trace that it came with, W3C; null where nobody watched. */
  traceparent: string | null;
  /** This attempt included. */
  attempts: number;
};

/**
 * Takes events that are due, for the length of a lease; those that another relay is taking are passed over. Events of
 * batches and sweeps wait while there are others.
 */
export async function claimEvents(sql: Sql, limit: number): Promise<UntoldEvent[]> {
  const { rows } = await sql.query<UntoldEvent>({
    name: "claim-events",
    text: `with due as materialized (
             select event_id from inbox
             where dispatched_at is null and state in ('pending', 'late') and retry_at <= clock_timestamp()
             order by source in ('batch', 'schedule'), retry_at limit $1 for update skip locked),
           claimed as (
             update inbox i set attempts = attempts + 1, retry_at = clock_timestamp() + make_interval(secs => $2)
             where i.event_id = any (array(select event_id from due)) returning i.*)
           select event_id, company, source, source_key, system, function_id, object_type, object_id, occurred_at, said_at, received_at, state,
             gone, attempts, traceparent, case when source in ('asked', 'case', 'opened-by') then body end as made_here,
             case source when 'schedule' then body->'tells' end as tells
           from claimed order by claimed.received_at, event_id`,
    values: [limit, LEASE_SECONDS],
  });
  return rows;
}

/** Marks events as told, in one statement per company. */
export async function markTold(sql: Sql, events: readonly UntoldEvent[]): Promise<undefined[]> {
  for (const company of new Set(events.map((event) => event.company))) {
    const told = events.filter((event) => event.company === company);
    await sql.query({
      name: "mark-told",
      text: `update inbox set dispatched_at = clock_timestamp(),
               state = case state when 'pending' then 'dispatched' else state end
             where company = $1 and event_id = any ($2) and dispatched_at is null`,
      values: [company, told.map((event) => event.event_id)],
    });
  }
  return events.map(() => undefined);
}

/** Lets an event wait. */
export async function postponeEvent(
  sql: Sql,
  { company, event_id: eventId }: UntoldEvent,
  waitMs: number,
): Promise<void> {
  await sql.query({
    name: "postpone-event",
    text: `update inbox set retry_at = clock_timestamp() + make_interval(secs => $3)
     where company = $1 and event_id = $2 and dispatched_at is null`,
    values: [company, eventId, waitMs / 1_000],
  });
}
