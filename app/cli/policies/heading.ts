import { functions } from "../../../domain/functions/index.ts";
import type { FunctionDefinition } from "../../../domain/functions/definition.ts";

/** How much of a version (SHA-256, hex) is shown to people. */
const SHOWN = 12;

export function shortVersion(version: string): string {
  return version.slice(0, SHOWN);
}

/** The functions whose action a policy decides; an action that is no single function's own is shared. */
export function functionText(policyId: string): string {
  const own = Object.values<FunctionDefinition>(functions).find(({ action }) => action.id === policyId);
  return own === undefined ? "shared" : `${own.code} ${own.title}`;
}
