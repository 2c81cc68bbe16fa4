import { assertKnown } from "../domain/registry.ts";
import { dealRegistration } from "./deal-registration/function.ts";
import type { FunctionDefinition } from "./definition.ts";
import { quoting } from "./quoting/function.ts";

/** The functions that run. One line each; everything else is driven by this table. */
export const functions = {
  quoting,
  "deal-registration": dealRegistration,
} as const satisfies Record<string, FunctionDefinition>;

export type FunctionId = keyof typeof functions;

export function functionOf(id: string): FunctionDefinition {
  return assertKnown(functions, id, "function");
}

/** The CRM properties that our functions read of an object of this type. What none of them reads never comes in. */
export function propertiesRead(objectType: string): ReadonlySet<string> {
  const readers = Object.values<FunctionDefinition>(functions).filter(
    ({ trigger }) => trigger.objectType === objectType,
  );
  return new Set(readers.flatMap(({ record }) => Object.keys(record.shape)));
}
