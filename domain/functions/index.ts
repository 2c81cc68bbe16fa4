import { assertKnown } from "../registry.ts";
import { dealRegistration } from "./deal-registration.ts";
import type { FunctionDefinition } from "./definition.ts";
import { quoting } from "./quoting.ts";

/** The functions that run. One line each; everything else is driven by this table. */
export const functions = {
  quoting,
  "deal-registration": dealRegistration,
} as const satisfies Record<string, FunctionDefinition>;

export type FunctionId = keyof typeof functions;

export function functionOf(id: string): FunctionDefinition {
  return assertKnown(functions, id, "function");
}
