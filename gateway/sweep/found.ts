import type { Logger } from "pino";
import type { JsonObject } from "../../domain/json.ts";
import type { FunctionDefinition, Plan } from "../../functions/definition.ts";
import { ToolError, toolErrorCodes } from "../../tools/tool-error.ts";
import type { RecordReader } from "../../tools/record-reader.ts";

/** Records of one page that are read at the same time. */
const AT_ONCE = 8;

/** What a page of records tells: the dates of each that can be read, and how many cannot. */
export type Found = { readonly dated: readonly Dated[]; readonly unreadable: number };
export type Dated = { readonly objectId: string; readonly plan: Plan };

type Reading = {
  readonly company: string;
  readonly definition: FunctionDefinition;
  readonly reader: RecordReader;
  readonly at: string;
  readonly log: Logger;
};

/**
 * Reads a page of records. One that tells no dates is logged by its id and counted: it stops no other. Rejects when the
 * system of record does not answer.
 */
export async function readDates(reading: Reading, objectIds: readonly string[]): Promise<Found> {
  const queue = objectIds.values();
  const dated: Dated[] = [];
  let unreadable = 0;
  const read = async (): Promise<void> => {
    for (const objectId of queue) {
      const plan = await planOf(reading, objectId);
      if (plan === "unreadable") unreadable += 1;
      else if (plan !== "gone") dated.push({ objectId, plan });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, read));
  return { dated, unreadable };
}

/** `gone`: it was deleted since it was listed. */
async function planOf(reading: Reading, objectId: string): Promise<Plan | "gone" | "unreadable"> {
  const { definition, at, log } = reading;
  const about = { functionId: definition.id, objectId };
  const record = await recordOf(reading, objectId);
  if (record === undefined) return "gone";
  try {
    const plan = record === "refused" ? undefined : definition.plan?.(record, at);
    if (plan !== undefined) return plan;
    log.warn(about, "a record tells no dates to go by");
  } catch (error) {
    log.error({ ...about, fault: (error as Error).name }, "a record's dates cannot be worked out");
  }
  return "unreadable";
}

/** What the function reads of its subject's record, and nothing else of it. */
async function recordOf(
  { company, definition: { subject }, reader }: Reading,
  objectId: string,
): Promise<JsonObject | "refused" | undefined> {
  try {
    const record = await reader.readRecord(company, subject.type, objectId);
    const read = Object.entries(record?.value ?? {}).filter(([name]) => Object.hasOwn(subject.fields, name));
    return record === undefined ? undefined : Object.fromEntries(read);
  } catch (error) {
    if (error instanceof ToolError && toolErrorCodes[error.code] === "terminal") return "refused";
    throw error;
  }
}
