import type { CandidateSeen, LimitReading, Mode } from "../../domain/decision-details.ts";
import type { MatchedRule, PolicyRef, Verdict } from "../../domain/decision.ts";
import type { JsonObject } from "../../domain/json.ts";

/** A decision as it was recorded, as far as explaining it needs. */
export type TakenDecision = {
  readonly decisionId: string;
  readonly caseId: string;
  /** ISO 8601. */
  readonly at: string;
  readonly policy: PolicyRef;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly rules: readonly MatchedRule[];
  readonly missing: readonly string[];
  readonly facts: JsonObject;
  readonly mode: Mode;
  /** SHA-256 (hex) of the release; empty when policies were taken from files. */
  readonly release: string;
  readonly limits: readonly LimitReading[];
  readonly candidate: CandidateSeen | null;
};
