import type { AnsweredHistory, Approvers, ShadowReportView } from "../gateway/http/contract/rollout.ts";

/** The API's routes about letting agents do more or less, as the command line calls them. Times are ISO 8601. */
export type RolloutCalls = {
  /** What candidates, a withholding mode or a canary would have changed; of one policy, or of all. */
  shadowReports(policyId: string | undefined, since: string | undefined): Promise<readonly ShadowReportView[]>;
  /** A policy's requests that people answered. */
  answers(policyId: string, since: string | undefined): Promise<AnsweredHistory>;
  approvers(since: string | undefined): Promise<Approvers>;
};

type Get = <T>(path: string, query?: { readonly [name: string]: string | undefined }) => Promise<T>;

export function rolloutCalls(get: Get): RolloutCalls {
  const pathOf = (policyId: string, what: string) => `/v1/policies/${encodeURIComponent(policyId)}/${what}`;
  return {
    async shadowReports(policyId, since) {
      if (policyId !== undefined) return [await get<ShadowReportView>(pathOf(policyId, "shadow-report"), { since })];
      const { reports } = await get<{ reports: readonly ShadowReportView[] }>("/v1/shadow-reports", { since });
      return reports;
    },
    answers: (policyId, since) => get(pathOf(policyId, "answers"), { since }),
    approvers: (since) => get("/v1/approvers", { since }),
  };
}
