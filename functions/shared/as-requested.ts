import type { JsonObject } from "../../domain/json.ts";
import type { Action } from "../../domain/proposal.ts";

/** Whether the record asks for exactly these arguments, no more and no fewer. `requested` is what it asks for. */
export function asksFor(requested: Action | undefined, args: JsonObject): boolean {
  return requested !== undefined && areSame(requested.args, args);
}

/** Whether two say the same, no more and no fewer; of texts, numbers and truths. */
export function areSame(one: JsonObject, other: JsonObject): boolean {
  return differing(one, other).length === 0;
}

/** The names under which two say different things. */
export function differing(one: JsonObject, other: JsonObject): readonly string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.filter((name) => one[name] !== other[name]);
}

/** The fact by which every function's policy asks whether what is proposed is what the record asks for. */
export const AS_REQUESTED = "proposedAsRequested";
