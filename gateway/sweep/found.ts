import type { Logger } from "pino";
import { digestOf } from "../../audit/digest.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { FunctionDefinition, Plan } from "../../functions/definition.ts";
import type { RecordReader } from "../../tools/record-reader.ts";
import { isNear } from "./dates.ts";
import { forEachRecord, readUnlessRefused } from "./records.ts";

/** What a page of records tells: those with something to say, and how many tell no dates. */
export type Found = { readonly dated: readonly Dated[]; readonly unreadable: number };

/**
 * What a record tells, by name: its dates, or, where they cannot be read and it asks for something all the same, what it holds,
 * as a digest under `unreadable`. `isDue`: its case is to be opened for it now.
 */
export type Dated = {
  readonly objectId: string;
  readonly anchors: { readonly [name: string]: string };
  readonly isDue: boolean;
};

type Reading = {
  readonly company: string;
  readonly definition: FunctionDefinition;
  readonly reader: RecordReader;
  readonly at: string;
  readonly log: Logger;
};

/**
 * Reads a page of records. One that tells no dates is logged by its id and counted, and stops no other; where it asks for
 * something, its case asks people about it. Rejects when the system of record does not answer.
 */
export async function readDates(reading: Reading, objectIds: readonly string[]): Promise<Found> {
  const { at } = reading;
  const dated: Dated[] = [];
  let unreadable = 0;
  await forEachRecord(objectIds, async (objectId) => {
    const said = await toldBy(reading, objectId);
    if (said === "gone") return;
    if (said.plan === undefined) unreadable += 1;
    const anchors = said.plan?.anchors ?? said.unreadable;
    if (anchors !== undefined)
      dated.push({ objectId, anchors, isDue: said.plan === undefined || isNear(said.plan, at) });
  });
  return { dated, unreadable };
}

type Said = { readonly plan?: Plan; readonly unreadable?: { readonly unreadable: string } };

/** `gone`: it was deleted since it was listed. */
async function toldBy(reading: Reading, objectId: string): Promise<Said | "gone"> {
  const { definition, at, log } = reading;
  const about = { functionId: definition.id, objectId };
  const record = await recordOf(reading, objectId);
  if (record === undefined) return "gone";
  try {
    const plan = record === "refused" ? undefined : definition.plan?.(record, at);
    if (plan !== undefined) return { plan };
    log.warn(about, "a record tells no dates to go by");
    const asks = record !== "refused" && definition.actions[0].requested(record) !== undefined;
    return asks ? { unreadable: { unreadable: digestOf(record) } } : {};
  } catch (error) {
    log.error({ ...about, fault: (error as Error).name }, "a record's dates cannot be worked out");
    return {};
  }
}

/** What the function reads of its subject's record, and nothing else of it. */
async function recordOf(
  { company, definition: { subject }, reader }: Reading,
  objectId: string,
): Promise<JsonObject | "refused" | undefined> {
  const record = await readUnlessRefused(reader, company, subject.type, objectId);
  if (record === undefined || record === "refused") return record;
  return Object.fromEntries(Object.entries(record.value).filter(([name]) => Object.hasOwn(subject.fields, name)));
}
