import type { PastDecision } from "../../guardrails/simulate/past-decision.ts";
import { bodyOf, pagesOf } from "../api-body.ts";
import type { Client } from "../client.ts";

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
