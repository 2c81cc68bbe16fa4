import { signHubspotRequest } from "../../gateway/webhooks/hubspot/signature.ts";

export type QuoteAsked = { readonly objectId: string; readonly eventId: number; readonly occurredAtMs?: number };

/** One HubSpot notification that a deal's quote asks for approval. */
export function quoteAsked({ objectId, eventId, occurredAtMs = Date.now() }: QuoteAsked) {
  return {
    eventId,
    subscriptionId: 7001,
    portalId: 4242,
    appId: 99,
    occurredAt: occurredAtMs,
    subscriptionType: "object.propertyChange",
    attemptNumber: 0,
    objectId: Number(objectId),
    objectTypeId: "0-3",
    changeSource: "CRM_UI",
    propertyName: "quote_status",
    propertyValue: "approval_requested",
  };
}

/** Posts a batch to the gateway, signed exactly as HubSpot signs. */
export async function postBatch(gatewayUrl: string, secret: string, batch: readonly object[]): Promise<Response> {
  const targetUrl = `${gatewayUrl}/webhooks/hubspot`;
  const body = JSON.stringify(batch);
  const headers = signHubspotRequest(secret, { method: "POST", targetUrl, body, sentAtMs: Date.now() });
  return fetch(targetUrl, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body });
}
