import type { JsonObject } from "../../domain/json.ts";
import type { Action } from "../../domain/proposal.ts";

/** Whether the record asks for exactly these arguments, no more and no fewer. `requested` is what it asks for. */
export function asksFor(requested: Action | undefined, args: JsonObject): boolean {
  if (requested === undefined) return false;
  const names = new Set([...Object.keys(requested.args), ...Object.keys(args)]);
  return [...names].every((name) => args[name] === requested.args[name]);
}
