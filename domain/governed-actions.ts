import { functions } from "./functions/index.ts";
import type { GovernedAction } from "./functions/definition.ts";
import { assertKnown } from "./registry.ts";
import { writeBack } from "./write-back.ts";

/** Every action that can be decided, by policy id: one per function, and the write-back they share. */
export const governedActions: { readonly [id: string]: GovernedAction } = Object.fromEntries(
  [...Object.values(functions).map((fn) => fn.action), writeBack].map((action) => [action.id, action]),
);

export function governedActionOf(id: string): GovernedAction {
  return assertKnown(governedActions, id, "governed action");
}
