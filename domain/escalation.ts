/** What can have become of a question. `withdrawn`: who asked it took it back. */
export const escalationStates = ["open", "approved", "rejected", "expired", "superseded", "withdrawn"] as const;
export type EscalationStanding = (typeof escalationStates)[number];

/**
 * Where an escalation stands in the ledger, which is the arbiter between a verdict, a passing deadline and a newer event.
 * `waiting`: `level` counts from the route's first rung, `slaMs` is how long silence is waited for there. Schema-free.
 */
export type EscalationState =
  | { readonly kind: "waiting"; readonly level: number; readonly slaMs: number }
  | { readonly kind: "approved"; readonly approvalId: string }
  | { readonly kind: "rejected"; readonly approvalId: string }
  | { readonly kind: "expired" }
  | { readonly kind: "superseded" };
