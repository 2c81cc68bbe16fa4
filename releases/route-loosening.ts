import type { Route } from "../domain/decision.ts";
import type { Policy } from "../guardrails/policy.ts";

/** Why a route may be answered by other or fewer people. Which route a request takes is for the search to say. */
export function routeLoosenings(before: Policy, after: Policy): readonly string[] {
  const ids = ({ routes }: Policy) => routes.map(({ id }) => id).join();
  if (ids(before) !== ids(after)) return ["there are other routes, or in another order"];
  if (before.defaultRoute.id !== after.defaultRoute.id) return ["the default route is another one"];
  return before.routes.flatMap((route, at) => routeLoosening(route, after.routes[at]));
}

function routeLoosening(before: Route, after: Route | undefined): readonly string[] {
  const levels = ({ levels: asked }: Route) => asked.map(({ role, slaMs }) => `${role} ${slaMs}`).join();
  if (after === undefined || levels(before) !== levels(after)) return [`the route ${before.id} asks other people`];
  if (after.quorum < before.quorum) return [`the route ${before.id} asks fewer people`];
  const stays = before.unresolved !== "two" && after.unresolved === "two";
  return stays ? [`the route ${before.id} goes no level up where nobody knows who asks`] : [];
}
