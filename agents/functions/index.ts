import type { FunctionId } from "../../functions/index.ts";
import { assertKnown } from "../../domain/registry.ts";
import { dealRegistration } from "./deal-registration.ts";
import type { AgentFunction } from "./definition.ts";
import { quoting } from "./quoting.ts";

/** One line per function; a function of the domain without an entry here does not compile. */
const agentFunctions = {
  quoting,
  "deal-registration": dealRegistration,
} as const satisfies Record<FunctionId, AgentFunction>;

export function agentFunctionOf(id: string): AgentFunction {
  return assertKnown(agentFunctions, id, "agent function");
}
