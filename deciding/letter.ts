import type { DecisionDetails } from "../domain/decision-details.ts";
import type { Decision } from "../domain/decision.ts";
import type { Letter } from "../domain/letter.ts";
import type { Policy } from "../guardrails/policy.ts";

/** Sentences at most: a letter, not a file. */
const MOST = 3;

const UNREAD = "Something in the request cannot be read, or is missing.";
const CORRECT = "Correct the record that asks, and it is looked at again.";
const BLOCKED = "It cannot be done as it is asked.";
const ASKED = "It needs a decision by a person.";

/**
 * What the partner is told of a decision that does not simply execute, from the rules that decided it: their own sentences, and where one
 * has none that the partner may read, no more than what follows from the verdict. Limits, Compliance and other companies are in none.
 * Undefined under a policy that says nothing to partners.
 */
export function letterOf(
  { rules }: Pick<Policy, "rules">,
  decision: Decision,
  { unknown, notWhole }: Pick<DecisionDetails, "unknown" | "notWhole">,
): Letter | undefined {
  if (decision.kind === "execute" || rules.every(({ letter }) => letter === undefined)) return undefined;
  const decided = new Set(decision.rules.filter(({ effect }) => effect === decision.kind).map(({ id }) => id));
  const told = rules.filter(({ id, letter }) => decided.has(id) && letter !== undefined);
  const isUnread =
    decision.kind === "escalate" && (decision.missing.length > 0 || unknown !== undefined || notWhole === true);
  const reasons = [...(isUnread ? [UNREAD] : []), ...told.flatMap(({ letter }) => letter ?? [])];
  const mend = [...(isUnread ? [CORRECT] : []), ...told.flatMap((rule) => rule.mend ?? [])];
  const bare = decision.kind === "block" ? BLOCKED : ASKED;
  return {
    reasons: reasons.length === 0 ? [bare] : [...new Set(reasons)].slice(0, MOST),
    mend: [...new Set(mend)].slice(0, MOST),
  };
}
