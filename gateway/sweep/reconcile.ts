import { digestOf } from "../../audit/digest.ts";
import { readDoneSince, type DoneAct } from "../../audit/ledgers/standing.ts";
import { onlyRead } from "../../deciding/read-tools.ts";
import { caseStartOf, objectIdIn, objectRefOf } from "../../domain/ids.ts";
import type { JsonObject } from "../../domain/json.ts";
import { assertKnown } from "../../domain/registry.ts";
import type { FunctionAction, FunctionDefinition } from "../../functions/definition.ts";
import { functionOf, recordToolOf } from "../../functions/index.ts";
import type { RecordReader } from "../../tools/record-reader.ts";
import type { ScheduledPage, ScheduledPlace, ScheduledRef } from "../../workflows/activities.ts";
import { acceptEvents, type InboxEvent } from "../inbox/accept.ts";
import { casesUnderWay } from "./cases-under-way.ts";
import { sweepEvent } from "./event.ts";
import { forEachRecord, readUnlessRefused } from "./records.ts";
import type { SweepDeps } from "./page.ts";

/** What was done is watched for so long. */
const WATCHED_MS = 90 * 86_400_000;

/** Acts that are looked at in one page. */
const PAGE = 200;

/**
 * Looks at the records of what a function did in the last 90 days, and tells the case of each whose record is not as it was decided
 * on: what no event told of is found within the hour. The same difference is told once for ever.
 */
export async function reconcilePage(deps: SweepDeps, ref: ScheduledRef, place: ScheduledPlace): Promise<ScheduledPage> {
  const { sql, records, functions } = deps;
  const { company, functionId } = ref;
  const { at, after } = place;
  const definition = functionOf(functionId, functions);
  const action = definition.actions[0];
  const reader = assertKnown(records, definition.subject.system, "system of record");
  const since = new Date(Date.parse(at) - WATCHED_MS).toISOString();
  const done = await readDoneSince(sql, company, { tool: action.tool, since, after, limit: PAGE });
  const found = await changedOf({ company, definition, action, reader, at }, done);
  const ids = found.map(({ objectId }) => objectId);
  const underWay = ids.length === 0 ? new Set<string>() : await casesUnderWay(sql, company, definition, ids);
  const events = found.filter(({ objectId }) => !underWay.has(objectId));
  const outcomes = events.length === 0 ? [] : await acceptEvents(sql, events);
  const told = outcomes.filter((outcome) => outcome === "accepted").length;
  const last = done.at(-1);
  const next = done.length < PAGE || last === undefined ? null : last.place;
  return { at, next, isFull: false, counts: { looked: done.length, told } };
}

type Looking = {
  readonly company: string;
  readonly definition: FunctionDefinition;
  readonly action: FunctionAction;
  readonly reader: RecordReader;
  readonly at: string;
};

/** The events of those whose records differ from what was decided on; of several acts for one object one. */
async function changedOf(looking: Looking, done: readonly DoneAct[]): Promise<readonly InboxEvent[]> {
  const { company, definition } = looking;
  const { system, type } = definition.subject;
  const start = caseStartOf(company, definition.id, system, type);
  const newest = new Map(done.map((act) => [act.caseId, act]));
  const own = [...newest.values()].flatMap((act) => {
    const objectId = objectIdIn(act.caseId, start);
    return objectId === undefined ? [] : [{ act, objectId }];
  });
  const events: InboxEvent[] = [];
  await forEachRecord(own, async ({ act, objectId }) => {
    const event = await eventOf(looking, act, objectId);
    if (event !== undefined) events.push(event);
  });
  return events;
}

/** Undefined where the record is as it was decided on, but for what we wrote there ourselves, or will not be told. */
async function eventOf(
  { company, definition, action, reader, at }: Looking,
  { sources }: DoneAct,
  objectId: string,
): Promise<InboxEvent | undefined> {
  const { system, type } = definition.subject;
  const record = await readUnlessRefused(reader, company, type, objectId);
  if (record === "refused") return undefined;
  const value = record === undefined ? undefined : onlyRead(system, type, record).value;
  const decidedOn = sources.find(({ source }) => source === recordToolOf(definition.id))?.version;
  if (value !== undefined && digestOf(asItAsked(action, value)) === decidedOn) return undefined;
  const state = value === undefined ? "gone" : digestOf(value);
  const sourceKey = `${definition.id}/${objectRefOf(system, type, objectId)}/changed/${state}`;
  const gone = value === undefined ? ({ gone: true } as const) : {};
  return sweepEvent(company, definition, { objectId, sourceKey, ofKnown: true, ...gone, body: {} }, at);
}

function asItAsked({ askedBy, writeBack }: FunctionAction, value: JsonObject): JsonObject {
  const isDone = askedBy !== undefined && value[askedBy.property] === writeBack?.values.executed;
  return isDone ? { ...value, [askedBy.property]: askedBy.value } : value;
}
