import { MAX_AHEAD_MS } from "../webhooks/hubspot/signature.ts";

/** How far back a stamp is believed: longer than any source goes on delivering. HubSpot's retries last 24 hours. */
const MAX_BEHIND_MS = 3 * 86_400_000;

/** When an event counts as having happened. `saidAt`: what its source says, where that cannot be believed. */
export type Stamp = { readonly occurredAt: string } & (
  | { readonly stamp: "source" }
  | { readonly stamp: "arrival"; readonly saidAt: string }
);

/**
 * Bounds a source's stamp against the company's clock (`at`, ISO 8601): one that runs a little ahead counts as now, so that
 * nothing which comes next is late by it; one beyond all belief, before or after, is taken as it arrives, with that said.
 */
export function stampOf(saidMs: number, at: string): Stamp {
  const atMs = Date.parse(at);
  const isBelieved = saidMs - atMs <= MAX_AHEAD_MS && atMs - saidMs <= MAX_BEHIND_MS;
  if (isBelieved) return { stamp: "source", occurredAt: new Date(Math.min(saidMs, atMs)).toISOString() };
  return { stamp: "arrival", occurredAt: at, saidAt: new Date(saidMs).toISOString() };
}
