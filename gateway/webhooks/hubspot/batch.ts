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
const decimalId = z.union([z.int().min(0), z.string().regex(/^\d{1,20}$/)], { error: "expected a whole number" });

/**
 * One event of a batch. Only what we read is required, because a refused batch is lost after ten retries; unknown fields
 * are kept. A creation needs its object, a property change its property too; other subscription types need neither.
 * Source: HubSpot webhooks API, v3 payloads.
 */
const HubspotEvent = z
  .looseObject({
    eventId: decimalId,
    subscriptionId: decimalId.optional(),
    portalId: decimalId,
    appId: decimalId.optional(),
    occurredAt: z.int().min(0).max(MAX_TIME_MS),
    subscriptionType: shortText.min(1),
    attemptNumber: z.int().min(0).optional(),
    objectId: decimalId.optional(),
    objectTypeId: shortText.optional(),
    changeSource: z.string().optional(),
    changeFlag: z.string().optional(),
    sourceId: z.string().optional(),
    propertyName: shortText.optional(),
    propertyValue: z.string().nullish(),
  })
  .check(({ value, issues }) => {
    for (const field of requiredBy(value.subscriptionType)) {
      if (value[field] !== undefined) continue;
      const message = `required for \`${value.subscriptionType}\``;
      issues.push({ code: "custom", message, path: [field], input: value });
    }
  });
type HubspotEvent = z.infer<typeof HubspotEvent>;

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
  /** `eventId` alone is not unique at the vendor: portal, type, object, event, time and property together are. */
  readonly sourceKey: string;
  /** The event without its attempt number, which a redelivery changes; keys in order. */
  readonly bodyDigestInput: string;
  /** ISO 8601. */
  readonly occurredAt: string;
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
  if (event.objectId === undefined) return undefined;
  const verb = event.subscriptionType.split(".")[1] ?? "";
  const whole = Object.hasOwn(wholeChanges, verb) ? wholeChanges[verb] : undefined;
  if (whole !== undefined) return { kind: whole };
  if (verb !== "propertyChange") return undefined;
  return { kind: "changed", property: event.propertyName ?? "", value: event.propertyValue ?? "" };
}

/** Reads one parsed event; `body` is the same event as it came. */
export function readHubspotEvent(event: HubspotEvent, body: JsonObject): HubspotItem {
  const prefix = event.subscriptionType.split(".")[0] ?? "";
  const hubspotType = prefix === "object" ? (event.objectTypeId ?? prefix) : prefix;
  const known = Object.hasOwn(objectTypes, hubspotType) ? objectTypes[hubspotType] : undefined;
  const objectId = String(event.objectId ?? "");
  const change = changeOf(event);
  const { portalId, subscriptionType, eventId, occurredAt, propertyName = "" } = event;
  const { attemptNumber: _attempt, ...lasting } = body;
  return {
    sourceKey: [portalId, subscriptionType, hubspotType, objectId, eventId, occurredAt, propertyName].join("/"),
    bodyDigestInput: JSON.stringify(lasting, inKeyOrder),
    occurredAt: new Date(occurredAt).toISOString(),
    system: SYSTEM,
    objectType: known ?? hubspotType,
    objectId,
    notification:
      known === undefined || change === undefined ? undefined : { system: SYSTEM, objectType: known, objectId, change },
    body,
  };
}
