import type { Json } from "./json.ts";

/** Schema-free: workflows import this file. */
export type Verdict = "execute" | "escalate" | "block";

const rank: Record<Verdict, number> = { execute: 0, escalate: 1, block: 2 };

/** The stricter of two verdicts: block over escalate over execute. Order of arguments does not matter. */
export function stricter(a: Verdict, b: Verdict): Verdict {
  return rank[a] >= rank[b] ? a : b;
}

/** A rule that matched, with the values it read. `values` holds facts and params by name. */
export type MatchedRule = {
  readonly id: string;
  readonly effect: Verdict;
  /** The rule's reason with the values filled in, ready to be read by a person. */
  readonly reason: string;
  readonly values: { readonly [name: string]: Json };
};

/** One rung of an escalation: who may answer, and how long silence is waited for. */
export type RouteLevel = { readonly role: string; readonly slaMs: number };

/**
 * Who answers an escalation, and how many of them must approve: `quorum` distinct people; one rejection is enough. The
 * last level's silence denies. The requester never answers.
 */
export type Route = {
  readonly id: string;
  readonly quorum: number;
  readonly levels: readonly RouteLevel[];
  /** Where a request goes of which nobody knows who asks: one level up, which it is when this is absent, or to two people here. */
  readonly unresolved?: "up" | "two";
  /** Its deadlines run day and night; absent: in working time, where the company's calendar has any. */
  readonly clock?: "always";
  /** Whose working time it is; absent: the company's own. */
  readonly region?: string;
};

/** What the guardrail says. `rules` lists every matching rule, the deciding ones included; `missing` the facts not known. */
export type Decision =
  | { readonly kind: "execute"; readonly rules: readonly MatchedRule[] }
  | {
      readonly kind: "escalate";
      readonly rules: readonly MatchedRule[];
      readonly missing: readonly string[];
      readonly route: Route;
      readonly reason: string;
    }
  | { readonly kind: "block"; readonly rules: readonly MatchedRule[]; readonly reason: string };

/** The policy a decision was taken under. `version` is the SHA-256 (hex) of the policy's canonical JSON. */
export type PolicyRef = { readonly id: string; readonly version: string };
