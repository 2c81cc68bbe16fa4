import { derivedId, sha256Hex } from "../../audit/digest.ts";
import type { Sql } from "../../audit/records.ts";
import { triggerMatches, type Notification, type Trigger } from "../../domain/event.ts";
import { functions } from "../../functions/index.ts";
import type { JsonObject } from "../../domain/json.ts";

/** One event as the inbox keeps it. Times are ISO 8601; `functionId` is null when no function listens. */
export type InboxEvent = {
  readonly company: string;
  readonly eventId: string;
  readonly source: string;
  readonly sourceKey: string;
  readonly bodyDigest: string;
  readonly functionId: string | null;
  /** The system of record that keeps the object. */
  readonly system: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly occurredAt: string;
  readonly body: JsonObject;
};

/** What became of an event. `late`: a newer one of the same function and object came first. */
export type Acceptance = "accepted" | "duplicate" | "ignored" | "late";

/** What a source's adapter makes of one event. */
export type IncomingItem = Pick<
  InboxEvent,
  "sourceKey" | "system" | "objectType" | "objectId" | "occurredAt" | "body"
> & {
  readonly bodyDigestInput: string;
  readonly notification: Notification | undefined;
};

/** The functions that listen for a notification, in the registry's order. */
export function listenersOf(notification: Notification | undefined): readonly string[] {
  if (notification === undefined) return [];
  const hears = (trigger: Trigger) => triggerMatches(trigger, notification);
  return Object.values(functions).flatMap(({ id, triggers }) => (triggers.some(hears) ? [id] : []));
}

/**
 * The rows for what a source told: one for each function that listens, each its own case's event, else one that is
 * ignored. Ids follow from source key, body and function, so that every delivery of it has the same ones.
 */
export function inboxEventsOf(company: string, source: string, item: IncomingItem): readonly InboxEvent[] {
  const { sourceKey, system, objectType, objectId, occurredAt, body } = item;
  const bodyDigest = sha256Hex(item.bodyDigestInput);
  const listeners: readonly (string | null)[] = listenersOf(item.notification);
  return (listeners.length === 0 ? [null] : listeners).map((functionId) => {
    const eventId = derivedId("evt", company, source, sourceKey, bodyDigest, functionId ?? "");
    const names = { company, eventId, source, sourceKey, bodyDigest, functionId };
    return { ...names, system, objectType, objectId, occurredAt, body };
  });
}

/**
 * Makes events durable in one round trip and one transaction, and answers what became of each, in order. An event known
 * by source, source key and body digest is a duplicate for ever. Throws when any of them cannot be kept: then none is.
 */
export async function acceptEvents(sql: Sql, events: readonly InboxEvent[]): Promise<Acceptance[]> {
  const { rows } = await sql.query<{ outcomes: Acceptance[] }>({
    name: "accept-events",
    text: "select accept_events($1) as outcomes",
    values: [JSON.stringify(events)],
  });
  const outcomes = rows[0]?.outcomes;
  if (outcomes?.length !== events.length) throw new Error("the inbox did not answer for every event");
  return outcomes;
}
