import { sha256Hex } from "../../audit/digest.ts";
import type { Callback } from "../../tools/sandbox/callbacks.ts";
import { hubspotTypeOf } from "../webhooks/hubspot/batch.ts";
import { HUBSPOT_PATH } from "../webhooks/hubspot/route.ts";
import { signHubspotRequest } from "../webhooks/hubspot/signature.ts";

export type FrontDoorDeps = {
  readonly hubspotSecret: string;
  /** The account that the sandbox stands in for. */
  readonly portalId?: string | undefined;
  readonly targetUrl: () => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

export type FrontDoor = (
  deps: FrontDoorDeps,
  callback: Callback,
) => { readonly path: string; readonly init: RequestInit };

/** How each system tells: as its vendor does, through the front door. */
export const frontDoors: { readonly [system: string]: FrontDoor } = {
  crm(deps, callback) {
    const body = JSON.stringify([hubspotEventOf(callback, deps.portalId)]);
    const { hubspotSecret, targetUrl, now } = deps;
    const request = { method: "POST", targetUrl: targetUrl(), body, sentAtMs: now() };
    const headers = { ...signHubspotRequest(hubspotSecret, request), "content-type": "application/json" };
    return { path: HUBSPOT_PATH, init: { method: "POST", headers, body } };
  },
};

/** The sandbox CRM is one portal of HubSpot's. An event told twice has one id. */
function hubspotEventOf({ key, at, event }: Callback, portalId = "1"): object {
  const { type, id, property, value } = event;
  return {
    eventId: Number.parseInt(sha256Hex(key).slice(0, 12), 16),
    portalId: Number(portalId),
    occurredAt: Date.parse(at),
    subscriptionType: event["event"] === "created" ? "object.creation" : "object.propertyChange",
    attemptNumber: 0,
    objectId: id,
    objectTypeId: hubspotTypeOf(type as string),
    changeSource: "CRM_UI",
    ...(property !== undefined && { propertyName: property, propertyValue: value }),
  };
}
