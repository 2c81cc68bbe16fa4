import type { Evidence } from "../../domain/evidence.ts";
import { ToolError, toolErrorCodes } from "../../tools/tool-error.ts";
import type { RecordReader } from "../../tools/record-reader.ts";

/** Records of one page that are read at the same time. */
const AT_ONCE = 8;

/** Does work for each of a page's records, some at the same time. Rejects with the first that does. */
export async function forEachRecord<T>(records: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const queue = records[Symbol.iterator]();
  const take = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
}

/** `refused`: its system will not give this one, ever; it stops no other. Rejects when the system does not answer. */
export async function readUnlessRefused(
  reader: RecordReader,
  company: string,
  objectType: string,
  objectId: string,
): Promise<Evidence | "refused" | undefined> {
  try {
    return await reader.readRecord(company, objectType, objectId);
  } catch (error) {
    if (error instanceof ToolError && toolErrorCodes[error.code] === "terminal") return "refused";
    throw error;
  }
}
