import type { JsonObject } from "../domain/json.ts";
import { caseStartOf, objectIdIn } from "../domain/ids.ts";
import type { Permit } from "../domain/permit.ts";
import { assertKnown } from "../domain/registry.ts";
import { actionOf } from "../functions/governed-actions.ts";
import { functions, hangsOnState, isMoot, recordToolOf } from "../functions/index.ts";
import type { ReadTools } from "./evidence.ts";

/** What is about to be done for a case: a governed action, and its arguments. */
type Act = Pick<Permit, "company" | "caseId"> & { readonly functionId: string; readonly action: string } & {
  readonly args: JsonObject;
};

/** Why an act that was permitted is not done: the record asks for it no more, or nobody can tell whether it does. */
export type NotDone = { readonly kind: "moot" } | { readonly kind: "untold"; readonly why: string };

/**
 * Whether the record, read afresh, lets an act be done still: what was lost, recalled, ended or deleted since the decision does not.
 * Undefined where it does, and for an act that hangs on no record's state.
 */
export async function whyNotDone(
  tools: ReadTools,
  { company, caseId, functionId, action: actionId, args }: Act,
): Promise<NotDone | undefined> {
  const definition = Object.hasOwn(functions, functionId) ? functions[functionId] : undefined;
  if (definition === undefined) return undefined;
  const action = actionOf(functionId, actionId);
  const { system, type, holds } = definition.subject;
  const objectId = objectIdIn(caseId, caseStartOf(company, functionId, system, type));
  if (!hangsOnState(functionId, action) || objectId === undefined) return undefined;
  const record = await assertKnown(tools, recordToolOf(functionId), "tool").read(company, {
    objectType: type,
    objectId,
  });
  if (isMoot(functionId, action, record?.value, args)) return { kind: "moot" };
  const held = record && holds?.(record.value, { action: actionId, args });
  return typeof held === "object" ? { kind: "untold", why: held.unread } : undefined;
}
