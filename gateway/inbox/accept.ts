import { derivedId, sha256Hex } from "../../audit/digest.ts";
import type { Sql } from "../../audit/records.ts";
import { triggerMatches, type Notification, type Trigger } from "../../domain/event.ts";
import type { FunctionAction, FunctionDefinition, FunctionTable } from "../../functions/definition.ts";
import { functions } from "../../functions/index.ts";
import type { JsonObject } from "../../domain/json.ts";
import { currentTraceparent } from "../../engines/span.ts";

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
  /** Taken only where a case of the function was about the object before; ignored for every other one. */
  readonly ofKnown?: true;
  /** The object is gone. */
  readonly gone?: true;
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

/**
 * The functions whose cases are told what becomes of a record that they were about: one of the properties that is read of it
 * changed, or it is gone, merged or back. What they wrote there themselves is no news to them.
 */
export function watchersOf(notification: Notification | undefined, table = functions): readonly string[] {
  if (notification === undefined) return [];
  return Object.values(table).flatMap((one) => (isWatched(one, notification) ? [one.id] : []));
}

function isWatched({ subject, actions }: FunctionDefinition, { system, objectType, change }: Notification): boolean {
  const asked = actions.filter(({ askedBy }) => askedBy !== undefined);
  if (asked.length === 0 || subject.system !== system || subject.type !== objectType) return false;
  if (change.kind === "created") return false;
  if (change.kind !== "changed") return true;
  const { property, value } = change;
  const isOwn = ({ writeBack }: FunctionAction) =>
    writeBack?.property === property && Object.values(writeBack.values).includes(value);
  return Object.hasOwn(subject.fields, property) && !asked.some(isOwn);
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

/**
 * The rows for what a source told: one for each function that listens or whose case may be about the object, each its own
 * case's event, else one that is ignored.
 */
export function inboxEventsOf(
  company: string,
  source: string,
  { notification, ...item }: IncomingItem,
  table = functions,
): readonly InboxEvent[] {
  const listeners = listenersOf(notification, table);
  const watchers = watchersOf(notification, table).filter((id) => !listeners.includes(id));
  const gone = notification?.change.kind === "deleted" ? ({ gone: true } as const) : {};
  const told: ToldItem = { stamp: "source", ...item, ...gone, company, source };
  const rows = [
    ...listeners.map((functionId) => inboxEventFor(told, functionId)),
    ...watchers.map((functionId) => ({ ...inboxEventFor(told, functionId), ofKnown: true as const })),
  ];
  return rows.length === 0 ? [inboxEventFor(told, null)] : rows;
}

/**
 * Makes events durable in one round trip and one transaction, and answers what became of each, in order. An event known
 * by source, source key and body digest is a duplicate for ever. Throws when any of them cannot be kept: then none is.
 */
export async function acceptEvents(sql: Sql, events: readonly InboxEvent[]): Promise<Acceptance[]> {
  const traceparent = currentTraceparent();
  const { rows } = await sql.query<{ outcomes: Acceptance[] }>({
    name: "accept-events",
    text: "select accept_events($1) as outcomes",
    values: [JSON.stringify(traceparent === undefined ? events : events.map((event) => ({ ...event, traceparent })))],
  });
  const outcomes = rows[0]?.outcomes;
  if (outcomes?.length !== events.length) throw new Error("the inbox did not answer for every event");
  return outcomes;
}
