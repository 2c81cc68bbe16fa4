import { z } from "zod";
import type { Change, Notification } from "../../../domain/event.ts";
import type { JsonObject } from "../../../domain/json.ts";

/** Our name for each CRM object type: the classic subscription prefix and the `objectTypeId` of generic `object.*`. */
const objectTypes: { readonly [hubspotType: string]: string } = {
  deal: "deal",
  "0-3": "deal",
  "2-4100300": "registration",
};

/** HubSpot is a CRM: the system of record that its events are about. */
const SYSTEM = "crm";

/** What its subscription types tell of a whole object. */
const wholeChanges: { readonly [verb: string]: Exclude<Change["kind"], "changed"> } = {
  creation: "created",
  deletion: "deleted",
  merge: "merged",
  restore: "restored",
};

/** HubSpot's name for an object type of ours, as generic `object.*` events carry it; a type it has none for keeps ours. */
export function hubspotTypeOf(objectType: string): string {
  return Object.entries(objectTypes).findLast(([, ours]) => ours === objectType)?.[0] ?? objectType;
}

/** The last millisecond of the year 9999: later ones have no four-digit year. */
const MAX_TIME_MS = 253_402_300_799_999;

const shortText = z.string().max(255);
const WHOLE = "expected a whole number of up to 20 digits";
const decimalId = z.union([z.int().min(0), z.string().regex(/^\d{1,20}$/, WHOLE)], { error: WHOLE });

/**
 * One event of a batch. Only what we read has a form, because an event that is refused is lost after ten retries; all else
 * is kept as it comes, ids of deliveries included. A creation needs its object, a property change its property too; other
 * subscription types need neither. Source: HubSpot webhooks API, v3 payloads.
 */
export const HubspotEvent = z
  .looseObject({
    portalId: decimalId,
    occurredAt: z.int().min(0).max(MAX_TIME_MS),
    subscriptionType: shortText.min(1),
    objectId: decimalId.optional(),
    objectTypeId: shortText.optional(),
    propertyName: shortText.optional(),
    propertyValue: z.union([z.string(), z.number(), z.boolean()]).nullish(),
    primaryObjectId: decimalId.optional(),
    newObjectId: decimalId.optional(),
    mergedObjectIds: z.array(decimalId).max(100).optional(),
  })
  .check(({ value, issues }) => {
    for (const field of requiredBy(value.subscriptionType)) {
      if (value[field] !== undefined) continue;
      const message = `required for \`${value.subscriptionType}\``;
      issues.push({ code: "custom", message, path: [field], input: value });
    }
  });
export type HubspotEvent = z.infer<typeof HubspotEvent>;

function requiredBy(subscriptionType: string): readonly ("objectId" | "objectTypeId" | "propertyName")[] {
  const [prefix, verb] = subscriptionType.split(".");
  if (verb !== "creation" && verb !== "propertyChange") return [];
  const object = prefix === "object" ? (["objectId", "objectTypeId"] as const) : (["objectId"] as const);
  return verb === "creation" ? object : [...object, "propertyName"];
}

/** The body HubSpot posts: a JSON array of 1 to 100 events, in no order. */
export const HubspotBatch = z.array(HubspotEvent).min(1).max(100);

/** One event in the inbox's terms. */
export type HubspotItem = {
  /** The vendor promises no unique id: portal, type, object, property, value and time are what happened. */
  readonly sourceKey: string;
  /** The value, or what else is told of such a change, without what is of the delivery alone; keys in order. */
  readonly bodyDigestInput: string;
  /** Epoch milliseconds, as the vendor says. */
  readonly saidMs: number;
  readonly system: typeof SYSTEM;
  readonly objectType: string;
  readonly objectId: string;
  /** Undefined for a subscription type that no function can listen to. */
  readonly notification: Notification | undefined;
  readonly body: JsonObject;
};

/** Rewrites objects with their keys in order, so that the same content has the same text. */
function inKeyOrder(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function changeOf(event: HubspotEvent): Notification["change"] | undefined {
  if (event.objectId === undefined && event.primaryObjectId === undefined) return undefined;
  const verb = event.subscriptionType.split(".")[1] ?? "";
  const whole = Object.hasOwn(wholeChanges, verb) ? wholeChanges[verb] : undefined;
  if (whole !== undefined) return { kind: whole };
  if (verb !== "propertyChange") return undefined;
  return { kind: "changed", property: event.propertyName ?? "", value: String(event.propertyValue ?? "") };
}

/** What two subscriptions, two attempts and two sources of one change tell differently. */
const ofDelivery: ReadonlySet<string> = new Set([
  "eventId",
  "subscriptionId",
  "subscriptionType",
  "appId",
  "attemptNumber",
  "objectTypeId",
  "changeSource",
  "sourceId",
  "changeFlag",
]);

/** An event without what is of its delivery alone. */
export function digestInputOf(body: JsonObject): string {
  const lasting = Object.entries(body).filter(([field]) => !ofDelivery.has(field));
  return JSON.stringify(Object.fromEntries(lasting), inKeyOrder);
}

/**
 * Reads one parsed event; `body` is the same event as it came. Of a merge each object is told its own: the one that is left
 * that others were merged into it, and those that they are gone.
 */
export function readHubspotEvent(event: HubspotEvent, body: JsonObject): readonly [HubspotItem, ...HubspotItem[]] {
  const change = changeOf(event);
  if (change?.kind !== "merged") return [itemOf(event, body, change)];
  const { objectId, primaryObjectId, newObjectId, mergedObjectIds = [] } = event;
  const left = newObjectId ?? primaryObjectId ?? objectId;
  const ids = [...mergedObjectIds, primaryObjectId, objectId].flatMap((id) => (id === undefined ? [] : [String(id)]));
  const gone = [...new Set(ids)].filter((id) => id !== String(left));
  return [
    itemOf({ ...event, objectId: left }, body, change),
    ...gone.map((id) => itemOf({ ...event, objectId: id }, body, { kind: "deleted" })),
  ];
}

function itemOf(event: HubspotEvent, body: JsonObject, change: Notification["change"] | undefined): HubspotItem {
  const prefix = event.subscriptionType.split(".")[0] ?? "";
  const hubspotType = prefix === "object" ? (event.objectTypeId ?? prefix) : prefix;
  const known = Object.hasOwn(objectTypes, hubspotType) ? objectTypes[hubspotType] : undefined;
  const objectId = String(event.objectId ?? "");
  const { portalId, subscriptionType, occurredAt, propertyName = "" } = event;
  const what = change?.kind ?? subscriptionType;
  return {
    sourceKey: [portalId, known ?? hubspotType, what, objectId, occurredAt, propertyName].join("/"),
    bodyDigestInput: change?.kind === "changed" ? change.value : digestInputOf(body),
    saidMs: occurredAt,
    system: SYSTEM,
    objectType: known ?? hubspotType,
    objectId,
    notification:
      known === undefined || change === undefined ? undefined : { system: SYSTEM, objectType: known, objectId, change },
    body,
  };
}
