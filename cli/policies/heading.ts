import { governedActions } from "../../functions/governed-actions.ts";
import { functionOfAction } from "../../functions/index.ts";

/** How much of a version (SHA-256, hex) is shown to people. */
const SHOWN = 12;

export function shortVersion(version: string): string {
  return version.slice(0, SHOWN);
}

/** The function whose action a policy decides; an action of several is shared, and what we never run is foreign. */
export function functionText(policyId: string): string {
  const own = functionOfAction(policyId);
  if (own !== undefined) return `${own.code} ${own.title}`;
  return Object.hasOwn(governedActions, policyId) ? "shared" : "foreign";
}
