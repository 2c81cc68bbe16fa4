import { diffPolicies, type Change, type PolicyDiff } from "../guardrails/analyse/diff.ts";
import type { Policy } from "../guardrails/policy.ts";
import { canonicalJson } from "../audit/canonical-json.ts";

/** What some request gains, by the search over all requests; empty only when it is proved that none gains anything. */
export function verdictLoosenings(before: Policy, after: Policy): readonly string[] {
  const diff = compared(before, after);
  if (diff === undefined) return ["the two cannot be compared over all requests"];
  const { changes, undecided, more, facts } = diff;
  const looser = changes.filter((change) => isLooser(before, change));
  const untold = more.filter((turn) => turn === MORE_ROUTES);
  return [
    ...looser.map(changeText),
    ...undecided.map((what) => `not decided: ${what}`),
    ...untold.map(() => "some escalations may go to less senior people"),
    ...facts,
  ];
}

/** How the search calls a turn of which it found more regions than it tells. */
const MORE_ROUTES = "escalate to another route";

function compared(before: Policy, after: Policy): PolicyDiff | undefined {
  try {
    return diffPolicies(withGaps(before), withGaps(after));
  } catch {
    // Too many cells, or a policy it was not made for: nothing is proved.
    return undefined;
  }
}

/** The same rules where any fact may be left out: a block that was certain without a fact must stay certain. */
function withGaps(policy: Policy): Policy {
  return { ...policy, facts: policy.facts.map((fact) => ({ ...fact, optional: true })) };
}

/** Another answerer is no loosening when the route is as senior, and as many people are asked. */
function isLooser({ routes }: Policy, { direction, from, to }: Change): boolean {
  if (direction !== "other-route") return direction === "loosening";
  if (from.answeredBy === null || to.answeredBy === null) return true;
  const rank = (route: string) => routes.findIndex(({ id }) => id === route);
  return rank(to.answeredBy.route) < rank(from.answeredBy.route) || to.answeredBy.quorum < from.answeredBy.quorum;
}

function changeText({ where, from, to, witness }: Change): string {
  const side = ({ verdict, answeredBy }: Change["from"]) =>
    answeredBy === null ? verdict : `${verdict} to ${answeredBy.route}`;
  return `${side(from)} becomes ${side(to)} where ${where}, such as ${canonicalJson(witness)}`;
}
