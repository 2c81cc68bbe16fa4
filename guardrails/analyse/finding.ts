import type { JsonObject } from "../../domain/json.ts";
import type { Policy } from "../policy.ts";
import type { Cell } from "./cells.ts";
import type { Model } from "./model.ts";
import type { Space } from "./space.ts";

export type FindingKind =
  | "unreachable"
  | "shadowed"
  | "redundant"
  | "as-default"
  | "limit-never-acts"
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

/** A policy laid out for questions: its space, and what decides in each of its cells. */
export type Layout = {
  readonly policy: Policy;
  readonly space: Space;
  readonly cells: readonly { readonly cell: Cell; readonly model: Model }[];
};

/** A question that stays open, told as a finding of its own. */
export function undecided(about: readonly string[], why: string): Finding {
  return { kind: "undecided", severity: "warning", about, message: why };
}
