import type { PastDecision } from "../../guardrails/simulate/past-decision.ts";
import { bodyOf, pagesOf } from "../api-body.ts";
import type { Client } from "../client.ts";

/** Days back that a change is weighed over, and at most how many decisions of a policy are replayed for it. */
const DAYS = 90;
const MOST = 10_000;
const DAY_MS = 86_400_000;

/** Latest decisions of a policy, and how many there were to choose from. */
export type RecentDecisions = {
  readonly since: string;
  /** Since `wholeSince`, of which those since `since` are read. */
  readonly wholeSince: string;
  readonly taken: number;
  readonly decisions: readonly PastDecision[];
};

/**
 * A policy's decisions of the last 90 days; where there are more than 10,000, those of the longest shorter time, halved as
 * often as it takes, that holds no more.
 */
export async function recentDecisions(client: Client, policy: string, nowMs: number): Promise<RecentDecisions> {
  const sinceOf = (days: number) => new Date(Math.floor(nowMs - days * DAY_MS)).toISOString();
  const wholeSince = sinceOf(DAYS);
  const taken = await countOf(client, policy, wholeSince);
  let [days, held] = [DAYS, taken];
  while (held > MOST) {
    days /= 2;
    held = await countOf(client, policy, sinceOf(days));
  }
  const since = sinceOf(days);
  return { since, wholeSince, taken, decisions: held === 0 ? [] : await pastDecisions(client, policy, since) };
}

async function countOf({ v1 }: Client, policy: string, since: string): Promise<number> {
  const { total } = await bodyOf(v1.decisions.history.$get({ query: { policy, since, limit: "1", total: "true" } }));
  return total ?? 0;
}

/** Every decision of a policy since a time (ISO 8601), oldest first; `onPage` hears how many were read so far. */
export async function pastDecisions(
  { v1 }: Client,
  policy: string,
  since: string | undefined,
  onPage: (read: number) => void = () => undefined,
): Promise<PastDecision[]> {
  const all: PastDecision[] = [];
  for await (const { decisions } of pagesOf((cursor) =>
    bodyOf(v1.decisions.history.$get({ query: { policy, since, cursor } })),
  )) {
    all.push(...(decisions as readonly PastDecision[]));
    onPage(all.length);
  }
  return all;
}
