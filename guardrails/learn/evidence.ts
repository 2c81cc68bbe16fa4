import type { Answered } from "../../domain/answered.ts";
import { median, wilsonLower } from "./wilson.ts";

/** What must hold of the requests that would come to execute. Source: reference/guardrails.md 4.4. */
export const needed = { asked: 30, approvers: 3, approvalLower: 0.88, medianSeconds: 20 } as const;

/** What people did with the requests that a wider limit would execute. */
export type Evidence = {
  readonly asked: number;
  readonly approved: number;
  /** Denied by silence: asked, and not approved. */
  readonly expired: number;
  readonly approvers: readonly string[];
  /** Wilson's lower bound of the share approved, 95 %. */
  readonly approvalLower: number;
  /** Median seconds from question to approval; an answer in no time is no review. */
  readonly medianSeconds: number;
  /** The latest five. */
  readonly decisionIds: readonly string[];
};

export function evidenceOf(band: readonly Answered[]): Evidence {
  const approved = band.filter(({ end }) => end === "approved");
  const latest = band.toSorted((a, b) => (a.at < b.at ? 1 : -1)).slice(0, 5);
  return {
    asked: band.length,
    approved: approved.length,
    expired: band.filter(({ end }) => end === "expired").length,
    approvers: [...new Set(approved.flatMap(({ people }) => people))].toSorted(),
    approvalLower: wilsonLower(approved.length, band.length),
    medianSeconds: median(approved.map(({ seconds }) => seconds ?? 0)),
    decisionIds: latest.map(({ decisionId }) => decisionId),
  };
}

/** Everything that is lacking, in words; empty when the evidence is enough. */
export function lackingIn({ asked, approvers, approvalLower, medianSeconds }: Evidence): readonly string[] {
  const share = (value: number) => `${(value * 100).toFixed(1)} %`;
  return [
    ...(asked < needed.asked ? [`${asked} of ${needed.asked} requests`] : []),
    ...(approvers.length < needed.approvers ? [`${approvers.length} of ${needed.approvers} approvers`] : []),
    ...(approvalLower < needed.approvalLower
      ? [`approval is at least ${share(approvalLower)}, ${share(needed.approvalLower)} is needed`]
      : []),
    ...(medianSeconds < needed.medianSeconds
      ? [`answered in ${medianSeconds} s (median), ${needed.medianSeconds} s is a review`]
      : []),
  ];
}
