import { assertNever } from "../domain/assert-never.ts";
import { stricter } from "../domain/decision.ts";
import { REVIEW_MISSING } from "../domain/outage.ts";
import type { Decision, MatchedRule } from "../domain/decision.ts";
import type { Review } from "../domain/proposal.ts";
import { strictestFirst } from "./combine.ts";
import type { Policy } from "./policy.ts";

function compliance(review: Review | undefined): MatchedRule | undefined {
  if (review === undefined) {
    const reason = "compliance has not reviewed the proposal";
    return { id: REVIEW_MISSING, effect: "escalate", reason, values: {} };
  }
  const said = review.reasons.length > 0 ? review.reasons.join(" ") : "no reason given";
  switch (review.verdict) {
    case "agree":
      return undefined;
    case "escalate":
      return {
        id: "compliance-review",
        effect: "escalate",
        reason: `compliance asks for a person: ${said}`,
        values: {},
      };
    case "block":
      return { id: "compliance-review", effect: "block", reason: `compliance blocks: ${said}`, values: {} };
    default:
      return assertNever(review.verdict);
  }
}

/**
 * Puts compliance's word beside the matched rules, where it can only tighten: it is one more rule that escalates or
 * blocks. Agreement changes nothing; no review escalates. Throws for a verdict outside the type.
 */
export function tighten(decision: Decision, review: Review | undefined, policy: Policy): Decision {
  const rule = compliance(review);
  return rule === undefined ? decision : tightenBy(decision, rule, policy);
}

/** Puts one more rule, which escalates or blocks, beside those that matched. */
export function tightenBy(decision: Decision, rule: MatchedRule, policy: Policy): Decision {
  const rules = strictestFirst([...decision.rules, rule]);
  const kind = stricter(decision.kind, rule.effect);
  if (decision.kind !== "execute" && kind === decision.kind) {
    const reason = rule.effect === kind ? `${decision.reason}; ${rule.reason}` : decision.reason;
    return { ...decision, rules, reason };
  }
  const { reason } = rule;
  return kind === "block"
    ? { kind, rules, reason }
    : { kind: "escalate", rules, missing: [], route: policy.defaultRoute, reason };
}
