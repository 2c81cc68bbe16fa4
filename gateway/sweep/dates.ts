import { digestOf } from "../../audit/digest.ts";
import { objectRefOf } from "../../domain/ids.ts";
import type { FunctionDefinition, Plan } from "../../functions/definition.ts";
import { DATED_CASE_AHEAD_MS } from "../../temporal.config.ts";

/**
 * Whether a case is to be opened for these dates: the first of them is seven days off or nearer, and the last moment is not
 * over. What is not near is looked at again tomorrow. `at`: ISO 8601. Pure.
 */
export function isNear({ anchors, endsBy }: Plan, at: string): boolean {
  const first = Math.min(...Object.values(anchors).map(Date.parse));
  return first - Date.parse(at) <= DATED_CASE_AHEAD_MS && Date.parse(endsBy) > Date.parse(at);
}

/** Names what a sweep has to say of an object: the same dates are told once for ever, dates that moved once more. */
export function datesKeyOf(
  { id, subject }: FunctionDefinition,
  objectId: string,
  { anchors }: Plan | Pick<Plan, "anchors">,
): string {
  return `${id}/${objectRefOf(subject.system, subject.type, objectId)}/${digestOf(anchors)}`;
}
