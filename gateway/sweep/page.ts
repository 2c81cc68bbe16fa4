import type { Logger } from "pino";
import type { Sql } from "../../audit/records.ts";
import { assertKnown } from "../../domain/registry.ts";
import type { FunctionDefinition, FunctionTable } from "../../functions/definition.ts";
import { functionOf, functions as shipped } from "../../functions/index.ts";
import type { RecordReader } from "../../tools/record-reader.ts";
import type { ScheduledPage, ScheduledPlace, ScheduledRef } from "../../workflows/activities.ts";
import { MAX_UNTOLD } from "../batches/limits.ts";
import { acceptEvents } from "../inbox/accept.ts";
import { casesUnderWay } from "./cases-under-way.ts";
import { datesKeyOf } from "./dates.ts";
import { sweepEvent } from "./event.ts";
import { readDates, type Dated } from "./found.ts";

/** With less room than this in the inbox a sweep waits: pages of a few records would be many. */
const LEAST_PAGE = 50;

export type SweepDeps = {
  readonly sql: Sql;
  /** The systems that keep subjects, by name. */
  readonly records: { readonly [system: string]: RecordReader };
  readonly log: Logger;
  /** The functions that run; the shipped ones when absent. */
  readonly functions?: FunctionTable;
};

/**
 * Looks at the next records of a function's subject and opens the case of each whose first date is near, or whose dates cannot
 * be read though it asks for something, unless it is under way or was opened for the same. No more are looked at than may wait in
 * the inbox. A page that is done again opens nothing twice. Throws `UnknownName`.
 */
export async function sweepPage(deps: SweepDeps, ref: ScheduledRef, place: ScheduledPlace): Promise<ScheduledPage> {
  const { sql, records, log, functions = shipped } = deps;
  const { company, functionId } = ref;
  const { at, after } = place;
  const definition = functionOf(functionId, functions);
  const reader = assertKnown(records, definition.subject.system, "system of record");
  const room = MAX_UNTOLD - (await untold(sql, company, functionId));
  if (room < LEAST_PAGE) return { at, next: after, isFull: true, counts: {} };
  const objectIds = await reader.listRecords(company, definition.subject.type, after, room);
  const { dated, unreadable } = await readDates({ company, definition, reader, at, log }, objectIds);
  const near = dated.filter(({ isDue }) => isDue);
  const untoldDates = await withoutTold(sql, company, definition, near);
  const underWay = await casesUnderWay(
    sql,
    company,
    definition,
    untoldDates.map(({ objectId }) => objectId),
  );
  const due = untoldDates.filter(({ objectId }) => !underWay.has(objectId));
  const events = due.map(({ objectId, anchors }) => {
    const said = { objectId, sourceKey: datesKeyOf(definition, objectId, { anchors }), body: { anchors } };
    return sweepEvent(company, definition, said, at);
  });
  const outcomes = events.length === 0 ? [] : await acceptEvents(sql, events);
  const opened = outcomes.filter((outcome) => outcome === "accepted").length;
  const counts = { looked: objectIds.length, opened, underWay: underWay.size, unreadable };
  return { at, next: objectIds.length < room ? null : (objectIds.at(-1) ?? null), isFull: false, counts };
}

/** What sweeps of a function put into the inbox and has not reached its case. */
async function untold(sql: Sql, company: string, functionId: string): Promise<number> {
  const { rows } = await sql.query<{ count: number }>({
    name: "untold-of-sweeps",
    text: `select count(*)::int as count from inbox
           where company = $1 and source = 'schedule' and function_id = $2 and dispatched_at is null and state = 'pending'`,
    values: [company, functionId],
  });
  return rows[0]?.count ?? 0;
}

/**
 * Those of which a date was never told: one that falls away is no news. To tell the same again would open nothing, and make
 * older events of the object late.
 */
async function withoutTold(
  sql: Sql,
  company: string,
  { id: functionId, subject }: FunctionDefinition,
  near: readonly Dated[],
): Promise<readonly Dated[]> {
  const asked = near.map(({ objectId: id, anchors }) => ({ id, anchors }));
  const { rows } = await sql.query<{ id: string }>({
    name: "told-dates",
    text: `select asked.id from jsonb_to_recordset($4) as asked (id text, anchors jsonb)
           where exists (
             select from inbox i
             where i.company = $1 and i.source = 'schedule' and i.function_id = $2 and i.object_type = $3
               and i.object_id = asked.id and i.body->'anchors' @> asked.anchors)`,
    values: [company, functionId, subject.type, JSON.stringify(asked)],
  });
  const told = new Set(rows.map(({ id }) => id));
  return near.filter(({ objectId }) => !told.has(objectId));
}
