import { setTimeout as sleep } from "node:timers/promises";
import { signHubspotRequest } from "../../gateway/webhooks/hubspot/signature.ts";
import { redelivered, type Delivery } from "./deliveries.ts";

/** What the gateway answered. `code` is the problem's when it refused; `duplicates` counts events it already had. */
export type Delivered = {
  readonly name: string;
  readonly events: number;
  readonly status: number;
  readonly code: string | null;
  readonly duplicates: number;
};

export type Sender = {
  /** Where requests go. */
  readonly url: string;
  /** The address that the CRM was given: it is part of what is signed. */
  readonly targetUrl: string;
  readonly secret: string;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly signal?: AbortSignal | undefined;
};

/** Older than the five minutes that a signature lives. */
const STALE_MS = 6 * 60_000;
const FORGED_SECRET = "not-the-secret-of-this-app";
const ATTEMPTS = 10;
const RETRY_MS = 300;

/** Posts one delivery as HubSpot would: signed, and again with a higher attempt number while the answer is a 5xx or none. */
export async function postDelivery(sender: Sender, delivery: Delivery): Promise<Delivered> {
  let batch = delivery.batch;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await post(sender, { ...delivery, batch });
      if (answer.status < 500 || attempt === ATTEMPTS) return answer;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
    batch = batch.map(redelivered);
    await sleep(RETRY_MS, undefined, { signal: sender.signal });
  }
}

/** A delivery as bytes and headers: its signature genuine, six minutes old, or made with another secret. */
export function signedRequest({ targetUrl, secret, clock }: Sender, { batch, signature }: Delivery) {
  const body = JSON.stringify(batch);
  const sentAtMs = clock() - (signature === "stale" ? STALE_MS : 0);
  const signedWith = signature === "forged" ? FORGED_SECRET : secret;
  return { body, headers: signHubspotRequest(signedWith, { method: "POST", targetUrl, body, sentAtMs }) };
}

async function post(sender: Sender, delivery: Delivery): Promise<Delivered> {
  const { body, headers } = signedRequest(sender, delivery);
  const response = await fetch(sender.url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body,
    signal: AbortSignal.timeout(10_000),
  });
  const answer = (await response.json()) as { readonly code?: string; readonly duplicates?: number };
  const { code = null, duplicates = 0 } = answer;
  const { name, batch } = delivery;
  return { name, events: batch.length, status: response.status, code: response.ok ? null : code, duplicates };
}
