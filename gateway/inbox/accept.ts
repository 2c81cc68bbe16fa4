import { derivedId, sha256Hex } from "../../audit/digest.ts";
import type { Sql } from "../../audit/records.ts";
import { triggerMatches, type Notification } from "../../domain/event.ts";
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
  readonly objectType: string;
  readonly objectId: string;
  readonly occurredAt: string;
  readonly body: JsonObject;
};

/** What became of an event. `late`: a newer one of the same function and object came first. */
export type Acceptance = "accepted" | "duplicate" | "ignored" | "late";

/** What a source's adapter makes of one event. */
export type IncomingItem = Pick<InboxEvent, "sourceKey" | "objectType" | "objectId" | "occurredAt" | "body"> & {
  readonly bodyDigestInput: string;
  readonly notification: Notification | undefined;
};

/** The function that listens for a notification, or null. Triggers are disjoint: a test holds it. */
export function listenerOf(notification: Notification | undefined): string | null {
  if (notification === undefined) return null;
  return Object.values(functions).find(({ trigger }) => triggerMatches(trigger, notification))?.id ?? null;
}

/** The row for an event; its id follows from source key and body, so that every delivery of it has the same one. */
export function inboxEventOf(company: string, source: string, item: IncomingItem): InboxEvent {
  const { sourceKey, objectType, objectId, occurredAt, body } = item;
  const bodyDigest = sha256Hex(item.bodyDigestInput);
  const eventId = derivedId("evt", company, source, sourceKey, bodyDigest);
  const functionId = listenerOf(item.notification);
  return { company, eventId, source, sourceKey, bodyDigest, functionId, objectType, objectId, occurredAt, body };
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
