import { createHmac, timingSafeEqual } from "node:crypto";

/** Header names, lower case as Node gives them. */
export const SIGNATURE_HEADER = "x-hubspot-signature-v3";
export const TIMESTAMP_HEADER = "x-hubspot-request-timestamp";

/** A request older than this is refused. Source: HubSpot, "Validating requests", signature v3. */
export const MAX_AGE_MS = 300_000;
/** How far the sender's clock may run ahead of ours. The vendor's own helper accepts any future stamp. */
export const MAX_AHEAD_MS = 300_000;

/** The only escapes that are decoded in the target URL before it is signed. Source: as above. */
const decoded: { readonly [escape: string]: string } = {
  "%3A": ":",
  "%2F": "/",
  "%3F": "?",
  "%40": "@",
  "%21": "!",
  "%24": "$",
  "%27": "'",
  "%28": "(",
  "%29": ")",
  "%2A": "*",
  "%2C": ",",
  "%3B": ";",
};

/** Base64 of 32 bytes: both sides of the comparison always have 44 characters. */
const signatureShape = /^[A-Za-z0-9+/]{43}=$/;

export type SignedRequest = {
  readonly method: string;
  /** The configured target URL, never one rebuilt from the request's Host header. */
  readonly targetUrl: string;
  /** The body exactly as it came, before any parsing. */
  readonly body: Uint8Array;
  /** The two headers; undefined when absent. */
  readonly signature: string | undefined;
  readonly timestamp: string | undefined;
};

export type SignatureCheck =
  | { readonly kind: "genuine"; readonly sentAtMs: number }
  | { readonly kind: "refused"; readonly code: "missing" | "malformed-timestamp" | "stale" | "future" | "forged" };

function digest(secret: string, method: string, targetUrl: string, body: Uint8Array, timestamp: string): string {
  const uri = targetUrl.replace(/%[0-9A-Fa-f]{2}/g, (escape) => decoded[escape.toUpperCase()] ?? escape);
  return createHmac("sha256", secret).update(method).update(uri).update(body).update(timestamp).digest("base64");
}

/**
 * Checks a HubSpot v3 signature: base64 HMAC-SHA256 of method, target URL, raw body and timestamp without separators.
 * The timestamp is strictly decimal milliseconds and within 300 s of `nowMs` on either side. Constant time.
 */
export function verifyHubspotRequest(secret: string, request: SignedRequest, nowMs: number): SignatureCheck {
  const { method, targetUrl, body, signature, timestamp } = request;
  if (signature === undefined || timestamp === undefined) return { kind: "refused", code: "missing" };
  if (!/^\d{1,15}$/.test(timestamp)) return { kind: "refused", code: "malformed-timestamp" };
  const sentAtMs = Number(timestamp);
  if (nowMs - sentAtMs > MAX_AGE_MS) return { kind: "refused", code: "stale" };
  if (sentAtMs - nowMs > MAX_AHEAD_MS) return { kind: "refused", code: "future" };
  if (!signatureShape.test(signature)) return { kind: "refused", code: "forged" };
  const expected = digest(secret, method, targetUrl, body, timestamp);
  const same = timingSafeEqual(Buffer.from(expected, "latin1"), Buffer.from(signature, "latin1"));
  return same ? { kind: "genuine", sentAtMs } : { kind: "refused", code: "forged" };
}

/** The headers HubSpot would send with this body: for the working day and for tests. `sentAtMs` is epoch milliseconds. */
export function signHubspotRequest(
  secret: string,
  {
    method,
    targetUrl,
    body,
    sentAtMs,
  }: { method: string; targetUrl: string; body: string | Uint8Array; sentAtMs: number },
): { [SIGNATURE_HEADER]: string; [TIMESTAMP_HEADER]: string } {
  const timestamp = String(sentAtMs);
  const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
  return { [SIGNATURE_HEADER]: digest(secret, method, targetUrl, bytes, timestamp), [TIMESTAMP_HEADER]: timestamp };
}
