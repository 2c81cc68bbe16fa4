import type { DecisionHistory, ExplanationView } from "../gateway/http/contract/history.ts";
import type { PastDecision } from "../guardrails/simulate/past-decision.ts";

/** The API's routes for past decisions, as the command line calls them. */
export type HistoryCalls = {
  /** Every decision of a policy since a time (ISO 8601), oldest first; `onPage` hears how many were read so far. */
  all(policyId: string, since: string | undefined, onPage: (read: number) => void): Promise<PastDecision[]>;
  /** By the id of a decision, of an escalation, or of a case with a single decision. */
  explanation(id: string): Promise<ExplanationView>;
};

type Get = <T>(path: string, query?: { readonly [name: string]: string | undefined }) => Promise<T>;

export function historyCalls(get: Get): HistoryCalls {
  return {
    async all(policy, since, onPage) {
      const decisions: PastDecision[] = [];
      let cursor: string | undefined;
      do {
        const page: DecisionHistory = await get("/v1/decisions/history", { policy, since, cursor });
        decisions.push(...(page.decisions as readonly PastDecision[]));
        onPage(decisions.length);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      return decisions;
    },
    explanation: (id) => get(`/v1/decisions/${encodeURIComponent(id)}/explanation`),
  };
}
