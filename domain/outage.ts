import type { MatchedRule } from "./decision.ts";

/** The rule that asks people where Compliance has not said anything. */
export const REVIEW_MISSING = "compliance-review-missing";

/** What the reason of a rule begins with that asks people because a limit's account could not be read. */
export const LIMIT_UNREAD = "runtime_error:limit_unread";

/**
 * Whether rules ask people only because something that deciding needs was away: agents, or a limit's accounts. All others
 * let it execute, so that the same may be decided without people once that is back.
 */
export function asksForOutage(rules: readonly Pick<MatchedRule, "id" | "effect" | "reason">[]): boolean {
  const others = rules.filter(({ effect }) => effect !== "execute");
  return (
    rules.some(({ effect }) => effect === "execute") &&
    others.length > 0 &&
    others.every(({ id, effect, reason }) => effect === "escalate" && isOutage(id, reason))
  );
}

function isOutage(id: string, reason: string): boolean {
  return id === REVIEW_MISSING || reason.startsWith(`${LIMIT_UNREAD}:`);
}

/** Why a question is taken back that only an outage asked, once a decision is taken without people. */
export function decidedInsteadAs(decisionId: string): string {
  return `what deciding needs is back, and the rules execute: decided anew as ${decisionId}`;
}
