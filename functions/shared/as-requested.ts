import type { JsonObject } from "../../domain/json.ts";
import type { Action } from "../../domain/proposal.ts";

/** Whether the record asks for exactly these arguments. `requested` is what it asks for. */
export function asksFor(requested: Action | undefined, args: JsonObject): boolean {
  return requested !== undefined && Object.entries(requested.args).every(([name, value]) => args[name] === value);
}
