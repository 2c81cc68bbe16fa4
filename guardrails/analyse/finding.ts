import type { JsonObject } from "../../domain/json.ts";

export type FindingKind =
  | "unreachable"
  | "shadowed"
  | "redundant"
  | "as-default"
  | "always-true"
  | "never-true"
  | "limit-never-acts"
  | "limit-not-binding"
  | "overlap"
  | "gap"
  | "value-not-mentioned"
  | "override-dead"
  | "override-expired"
  | "override-expiring"
  | "route-unstaffed"
  | "rests-on-claims"
  | "candidate"
  | "undecided";

/** `error`: part of the policy can have no effect, or nobody can answer. `info`: worth knowing, nothing to mend. */
export type Severity = "error" | "warning" | "info";

/** One thing that the analysis says of a policy, for people; `witness` is a request that shows it. */
export type Finding = {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** Rules, overrides or routes that it is about. */
  readonly about: readonly string[];
  readonly message: string;
  readonly witness?: JsonObject;
  /** A day on which the witness shows it; absent: while no override is in effect. */
  readonly day?: string;
};

/** A question that stays open, told as a finding of its own. */
export function undecided(about: readonly string[], why: string): Finding {
  return { kind: "undecided", severity: "warning", about, message: why };
}
