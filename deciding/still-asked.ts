import { caseIdOf, objectRefOf } from "../domain/ids.ts";
import type { Permit } from "../domain/permit.ts";
import { assertKnown } from "../domain/registry.ts";
import { functions, isMoot, recordToolOf } from "../functions/index.ts";
import type { ReadTools } from "./evidence.ts";

/**
 * Whether the record asks for an act still, read afresh: what was lost, recalled or deleted since the decision does not. True
 * for an action that no record's state asks for.
 */
export async function isStillAsked(
  tools: ReadTools,
  { company, caseId, tool }: Pick<Permit, "company" | "caseId" | "tool">,
  functionId: string,
): Promise<boolean> {
  const definition = Object.hasOwn(functions, functionId) ? functions[functionId] : undefined;
  const action = definition?.actions.find((one) => one.tool === tool && one.askedBy !== undefined);
  if (definition === undefined || action === undefined) return true;
  const { system, type } = definition.subject;
  const ofItsObjects = caseIdOf(company, functionId, objectRefOf(system, type, ""));
  if (!caseId.startsWith(ofItsObjects)) return true;
  const record = await assertKnown(tools, recordToolOf(functionId), "tool").read(company, {
    objectType: type,
    objectId: caseId.slice(ofItsObjects.length),
  });
  return !isMoot(action, record?.value);
}
