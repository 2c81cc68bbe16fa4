import { derivedId, sha256Hex } from "../../audit/digest.ts";
import type { Sql } from "../../audit/records.ts";
import { triggerMatches, type Notification, type Trigger } from "../../domain/event.ts";
import type { FunctionTable } from "../../functions/definition.ts";
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
  /**
   * Whose order counts. `source`: events of a source may be delivered in any order, and an older one is late. `arrival`:
   * made here, and in order as it comes.
   */
  readonly stamp: "source" | "arrival";
  /** When its source says it happened, where that could not be believed and the arrival counts. */
  readonly saidAt?: string;
  readonly body: JsonObject;
};

/** What became of an event. `late`: a newer one of the same function and object came first. */
export type Acceptance = "accepted" | "duplicate" | "ignored" | "late";

/** What became of an event that several functions heard: accepted when it was news to one of them. */
export function acceptanceOf(outcomes: readonly Acceptance[]): Acceptance {
  return (["accepted", "late", "ignored"] as const).find((one) => outcomes.includes(one)) ?? "duplicate";
}

/** Where whatever brings events puts them. */
export type EventDoor = {
  /** Resolves once the events are durable. */
  readonly accept: (events: readonly InboxEvent[]) => Promise<readonly Acceptance[]>;
  /** Called when at least one event waits for its case. */
  readonly onAccepted: () => void;
};

/** One event before it is known who hears it. */
export type ToldItem = Omit<InboxEvent, "eventId" | "bodyDigest" | "functionId"> & {
  /** What tells two bodies under one source key apart. */
  readonly bodyDigestInput: string;
};

/** What a source's adapter makes of one event. */
export type IncomingItem = Omit<ToldItem, "company" | "source" | "stamp"> & {
  /** `source` when it says nothing. */
  readonly stamp?: ToldItem["stamp"];
  readonly notification: Notification | undefined;
};

/** The functions that listen for a notification, in the registry's order. */
export function listenersOf(notification: Notification | undefined, table = functions): readonly string[] {
  if (notification === undefined) return [];
  return hearing(table, (trigger) => triggerMatches(trigger, notification));
}

/** The functions with a trigger that hears, in the registry's order. */
export function hearing(table: FunctionTable, hears: (trigger: Trigger) => boolean): readonly string[] {
  return Object.values(table).flatMap(({ id, triggers }) => (triggers.some(hears) ? [id] : []));
}

/** One function's row. Its id follows from source key, body and function, so that every telling of it has the same one. */
export function inboxEventFor({ bodyDigestInput, ...item }: ToldItem, functionId: string | null): InboxEvent {
  const { company, source, sourceKey } = item;
  const bodyDigest = sha256Hex(bodyDigestInput);
  const eventId = derivedId("evt", company, source, sourceKey, bodyDigest, functionId ?? "");
  return { ...item, eventId, bodyDigest, functionId };
}

/** The rows for what a source told: one for each function that listens, each its own case's event, else one that is ignored. */
export function inboxEventsOf(
  company: string,
  source: string,
  { notification, ...item }: IncomingItem,
  table = functions,
): readonly InboxEvent[] {
  const listeners: readonly (string | null)[] = listenersOf(notification, table);
  const told: ToldItem = { stamp: "source", ...item, company, source };
  return (listeners.length === 0 ? [null] : listeners).map((functionId) => inboxEventFor(told, functionId));
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
