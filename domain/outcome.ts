import type { RefusalCode } from "./refusal.ts";

/** How a governed step ended. Schema-free: workflows import this file. */
export type StepOutcome = StepEnd & {
  /** What the rules that decided it owe besides; names of `obligations.ts`. Absent: nothing. */
  readonly owes?: readonly string[];
  /** False where nothing of it is written back to its record. */
  readonly tells?: false;
};

type StepEnd =
  | { readonly kind: "executed"; readonly decisionId: string }
  /** The same was asked and done before: nobody was asked, nothing was counted or called again. Names the first decision. */
  | { readonly kind: "already-done"; readonly decisionId: string }
  | { readonly kind: "blocked"; readonly decisionId: string }
  | { readonly kind: "rejected"; readonly decisionId: string; readonly escalationId: string }
  | { readonly kind: "expired"; readonly decisionId: string; readonly escalationId: string }
  /**
   * The mode lets agents decide and do nothing, or people would have to be asked where nobody may be: the decision is recorded,
   * nobody is asked and nothing is called.
   */
  | { readonly kind: "withheld"; readonly decisionId: string }
  | { readonly kind: "superseded"; readonly reason: "newer-event" | "record-changed" | "not-asked" }
  /** The target may or may not have acted and cannot be asked: a person settles it. Never resent. */
  | { readonly kind: "unknown"; readonly decisionId: string }
  /**
   * Nothing was called: the ledger refused the permit (a switch, digest, use), the target refused, or there was nothing that
   * could be decided. Without a decision its id is empty.
   */
  | { readonly kind: "refused"; readonly decisionId: string; readonly code: RefusalCode };

export type OutcomeKind = StepOutcome["kind"];

/** All of them. */
export const outcomeKinds = [
  "executed",
  "already-done",
  "blocked",
  "rejected",
  "expired",
  "withheld",
  "superseded",
  "unknown",
  "refused",
] as const satisfies readonly OutcomeKind[];

/** How the work on an event ended. `idle`: nothing is due, not yet or not any more; what comes due opens the case again. */
export type EndKind = OutcomeKind | "idle";
