import type { JsonObject } from "../domain/json.ts";
import { isObjectName } from "../domain/object-name.ts";
import type { RecordReader } from "./record-reader.ts";
import { ToolError } from "./tool-error.ts";

/** Leads from an object's own id to what it is called here, and back; back is undefined once that was erased. */
export type ObjectNames = {
  readonly nameOf: (company: string, object: { system: string; type: string; id: string }) => Promise<string>;
  readonly idOf: (company: string, name: string) => Promise<string | undefined>;
};

/** A system's reader for callers that know its objects by what they are called here. */
export function readerOfNamed(system: string, reader: RecordReader, { nameOf, idOf }: ObjectNames): RecordReader {
  const own = async (company: string, id: string) => (isObjectName(id) ? await idOf(company, id) : id);
  return {
    async readRecord(company, objectType, objectId) {
      const id = await own(company, objectId);
      return id === undefined ? undefined : reader.readRecord(company, objectType, id);
    },

    async listRecords(company, objectType, after, limit) {
      const from = await own(company, after);
      const ids = await reader.listRecords(company, objectType, from ?? "", limit);
      return Promise.all(ids.map((id) => nameOf(company, { system, type: objectType, id })));
    },
  };
}

/**
 * Arguments as their target is told them: it knows its object by its own id. @throws ToolError `TARGET_REFUSED` when the way
 * back was erased.
 */
export async function argsForTarget(
  { idOf }: Pick<ObjectNames, "idOf">,
  company: string,
  args: JsonObject,
): Promise<JsonObject> {
  const { objectId } = args;
  if (typeof objectId !== "string" || !isObjectName(objectId)) return args;
  const id = await idOf(company, objectId);
  if (id === undefined) throw new ToolError("TARGET_REFUSED", "the id that the object has at its system was erased");
  return { ...args, objectId: id };
}
