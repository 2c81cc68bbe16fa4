import { diffPolicies, type Change, type PolicyDiff } from "../guardrails/analyse/diff.ts";
import type { Policy } from "../guardrails/policy.ts";
import { canonicalJson } from "../audit/canonical-json.ts";

/**
 * What some request gains, by the search over all requests; empty only when it is proved that none gains anything. A
 * request that lacks a required fact asks people whatever the default is, unless it is certain to be blocked.
 */
export function verdictLoosenings(before: Policy, after: Policy): readonly string[] {
  const [whole, gaps] = [compared(before, after), compared(withGaps(before), withGaps(after))];
  if (whole === undefined || gaps === undefined) return ["the two cannot be compared over all requests"];
  const looser = [
    ...whole.changes.filter((change) => isLooser(before, change)),
    ...gaps.changes.filter(({ from, to }) => from.verdict === "block" && to.verdict !== "block"),
  ];
  const untold = whole.more.filter((turn) => turn === MORE_ROUTES);
  const told = [
    ...looser.map(changeText),
    ...[...whole.undecided, ...gaps.undecided].map((what) => `not decided: ${what}`),
    ...untold.map(() => "some escalations may go to less senior people"),
    ...whole.facts,
  ];
  return [...new Set(told)];
}

/** How the search calls a turn of which it found more regions than it tells. */
const MORE_ROUTES = "escalate to another route";

function compared(before: Policy, after: Policy): PolicyDiff | undefined {
  try {
    return diffPolicies(before, after);
  } catch {
    // A policy it was not made for: nothing is proved.
    return undefined;
  }
}

/** The same rules where any fact may be left out: a block that was certain without a fact must stay certain. */
function withGaps(policy: Policy): Policy {
  const facts = policy.facts.map((fact) => ({ ...fact, optional: true as const }));
  return { ...policy, facts, default: "escalate" };
}

/** Another answerer is no loosening when the route is as senior, and as many people are asked. */
function isLooser({ routes }: Policy, { direction, from, to }: Change): boolean {
  if (direction !== "other-route") return direction === "loosening";
  if (from.answeredBy === null || to.answeredBy === null) return true;
  const rank = (route: string) => routes.findIndex(({ id }) => id === route);
  return rank(to.answeredBy.route) < rank(from.answeredBy.route) || to.answeredBy.quorum < from.answeredBy.quorum;
}

/** A change of verdicts in one sentence, with a request. */
export function changeText({ where, from, to, witness }: Change): string {
  const side = ({ verdict, answeredBy }: Change["from"]) =>
    answeredBy === null ? verdict : `${verdict} to ${answeredBy.route}`;
  return `${side(from)} becomes ${side(to)} where ${where}, such as ${canonicalJson(witness)}`;
}
