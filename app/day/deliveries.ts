import type { DayItem } from "./requests.ts";

/** One event as HubSpot posts it. `occurredAt` is epoch milliseconds. */
export type HubspotEvent = {
  readonly eventId: number;
  readonly subscriptionId: number;
  readonly portalId: number;
  readonly appId: number;
  readonly occurredAt: number;
  readonly subscriptionType: "object.propertyChange" | "object.creation";
  readonly attemptNumber: number;
  readonly objectId: number;
  readonly objectTypeId: "0-3" | "2-4100300";
  readonly changeSource: string;
  readonly sourceId: string;
  readonly propertyName?: string;
  readonly propertyValue?: string;
  readonly changeFlag?: string;
};

/** One request of the CRM. `stale` is signed with its own old time, `forged` with a secret that is not the app's. */
export type Delivery = {
  readonly name: string;
  readonly batch: readonly HubspotEvent[];
  readonly signature: "genuine" | "stale" | "forged";
};

const PORTAL_ID = 24_150_777;
const APP_ID = 1_160_452;
const EVENTS_PER_DAY = 1_000;
/** Before the day's start, so that no event is from the future for any clock; each a moment after the one before. */
const LEAD_MS = 2_000;
const APART_MS = 10;

/** The event that tells of an item: the deal's quote asks for approval, or the registration was created. */
export function eventOf(day: number, startedAt: string, n: number, item: DayItem): HubspotEvent {
  const envelope = {
    eventId: 4_100_000_000 + day * EVENTS_PER_DAY + n,
    portalId: PORTAL_ID,
    appId: APP_ID,
    occurredAt: Date.parse(startedAt) - LEAD_MS + n * APART_MS,
    attemptNumber: 0,
    objectId: Number(item.objectId),
  };
  if (item.objectType === "registration") {
    return {
      ...envelope,
      subscriptionId: 3_302_118,
      subscriptionType: "object.creation",
      objectTypeId: "2-4100300",
      changeFlag: "CREATED",
      changeSource: "FORM",
      sourceId: "partner-portal",
    };
  }
  return {
    ...envelope,
    subscriptionId: 3_302_117,
    subscriptionType: "object.propertyChange",
    objectTypeId: "0-3",
    propertyName: "quote_status",
    propertyValue: "approval_requested",
    changeSource: "CRM_UI",
    sourceId: "userId:2201",
  };
}

/** The same event as the CRM sends it when it is not sure that we have it. */
export function redelivered(event: HubspotEvent): HubspotEvent {
  return { ...event, attemptNumber: event.attemptNumber + 1 };
}
