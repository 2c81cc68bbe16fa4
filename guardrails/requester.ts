import type { Decision, Route } from "../domain/decision.ts";
import type { Policy } from "./policy.ts";

/** People that are asked where nobody is above. */
const TWO = 2;

type Escalation = Extract<Decision, { kind: "escalate" }>;

/**
 * A question of which nobody knows who asks, since whoever answers it could be who asks. It opens one level up from where it
 * would have: at the route's next level, else at the next more senior route; where none is above, two people answer it.
 */
export function askAbove(decision: Escalation, { routes }: Pick<Policy, "routes">): Escalation {
  const { route } = decision;
  const above = route.unresolved === "two" ? undefined : levelAbove(route, routes);
  const told = above === undefined ? "two people answer it" : "it goes one level up";
  return {
    ...decision,
    route: above ?? { ...route, quorum: Math.max(route.quorum, TWO) },
    reason: `${decision.reason}; who asks is nobody the directory knows: ${told}`,
  };
}

/** Routes are declared from the least to the most senior. One of the same people is not above. */
function levelAbove(route: Route, routes: readonly Route[]): Route | undefined {
  const [first, ...above] = route.levels;
  if (above.length > 0) return { ...route, levels: above };
  const place = routes.findIndex(({ id }) => id === route.id);
  const senior = place < 0 ? [] : routes.slice(place + 1);
  const next = senior.find(({ levels }) => !levels.some(({ role }) => role === first?.role));
  return next && { ...next, quorum: Math.max(next.quorum, route.quorum) };
}
