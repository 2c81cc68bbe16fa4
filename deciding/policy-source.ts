import type { Mode } from "../domain/decision-details.ts";
import type { ListsInForce } from "./lists.ts";
import type { VersionedPolicy } from "./policies.ts";

/** A policy as it is in force for one request. */
export type InForce = VersionedPolicy & {
  /** SHA-256 (hex) of the release it came with; empty when policies are taken from files. */
  readonly release: string;
  /** While a canary runs: which side this subject is on, and the release of the other side. */
  readonly canary: { readonly side: "new" | "old"; readonly other: string } | null;
  /** What its lists hold. */
  readonly lists: ListsInForce;
  /** The function's own mode. The policy's may be lower. */
  readonly mode: Mode;
};

/** Where decisions find their policies. One immutable snapshot answers each question; a reload swaps it whole. */
export type PolicySource = {
  /**
   * The policy of this id. `subjectOf` names who the request is for, to keep it to one side of a canary. Undefined when
   * none is in force: the request then escalates.
   */
  inForce(policyId: string, subjectOf: (policy: VersionedPolicy) => string): InForce | undefined;
};
