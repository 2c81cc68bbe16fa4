import { setTimeout as sleep } from "node:timers/promises";
import type { EventView } from "../../gateway/http/events.ts";
import type { CaseRecords } from "../../gateway/http/cases.ts";
import { allEvents } from "../../cli/all-events.ts";
import { bodyOf, pagesOf } from "../../cli/api-body.ts";
import type { Client } from "../../cli/client.ts";
import { patiently } from "./patience.ts";
import type { DayPlan } from "./plan.ts";
import type { DayItem } from "./requests.ts";

/** A person's verdict as the case's records tell it. */
export type Answered = { readonly verdict: string; readonly personId: string; readonly reason: string };

/** An item with its event. `ended`: the case has recorded its end; otherwise it waits for a person. */
export type Followed = {
  readonly item: DayItem;
  readonly event: EventView;
  readonly ended: boolean;
  readonly answered: Answered | null;
};

/** Clocks of two machines may differ by this much. */
const SKEW_MS = 3_600_000;
const FIRST_POLL_MS = 25;
const LAST_POLL_MS = 250;

type Follow = {
  readonly client: Client;
  readonly plan: DayPlan;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Polls the API until every item has ended or waits for a person; `mustEnd` names items (by object id) that a person has
 * answered and that have to end. Throws when that takes longer than `timeoutMs`, naming what is still under way.
 */
export async function followDay(
  { client, plan, timeoutMs, signal }: Follow,
  mustEnd: ReadonlySet<string>,
): Promise<Followed[]> {
  const since = new Date(Date.parse(plan.startedAt) - SKEW_MS).toISOString();
  const until = performance.now() + timeoutMs;
  const ended = new Map<string, Followed>();
  for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(waitMs * 2, LAST_POLL_MS)) {
    const events = await patiently(() => allEvents(client, since), signal);
    const followed = await Promise.all(
      plan.items.map(async (item) => ended.get(item.objectId) ?? patiently(() => follow(client, item, events), signal)),
    );
    for (const one of followed) if (one?.ended === true) ended.set(one.item.objectId, one);
    const open = plan.items.filter((item, index) => !isSettled(followed[index], mustEnd.has(item.objectId)));
    if (open.length === 0) return upToDate(followed, await patiently(() => allEvents(client, since), signal));
    if (performance.now() > until) {
      throw new Error(
        `still under way after ${Math.round(timeoutMs / 1000)} s: ${open.map(({ name }) => name).join("; ")}`,
      );
    }
    await sleep(waitMs, undefined, { signal });
  }
}

/** A case may have ended after its event was read: what the event says of the effect is read once more at the end. */
function upToDate(followed: readonly (Followed | undefined)[], events: readonly EventView[]): Followed[] {
  return followed
    .filter((one) => one !== undefined)
    .map((one) => ({ ...one, event: events.find(({ eventId }) => eventId === one.event.eventId) ?? one.event }));
}

function isSettled(followed: Followed | undefined, mustEnd: boolean): boolean {
  if (followed === undefined) return false;
  return followed.ended || (!mustEnd && followed.event.waitingFor !== null);
}

async function follow(client: Client, item: DayItem, events: readonly EventView[]): Promise<Followed | undefined> {
  const event = events.find(({ objectType, objectId }) => objectType === item.objectType && objectId === item.objectId);
  if (event === undefined) return undefined;
  if (event.outcome === "open" || event.caseId === null) return { item, event, ended: false, answered: null };
  const { $get } = client.v1.cases[":caseId"].records;
  const records: CaseRecords["records"] = [];
  const param = { caseId: event.caseId };
  for await (const page of pagesOf((cursor) => bodyOf($get({ param, query: { cursor } }))))
    records.push(...page.records);
  return { item, event, ended: hasEnded(event, records), answered: answerOf(records) };
}

/** A case records its end after the CRM was told. An event that was overtaken by a newer one has no end of its own. */
function hasEnded({ outcome, eventId }: EventView, records: CaseRecords["records"]): boolean {
  if (outcome === "none" || outcome === "superseded") return true;
  return records.some(({ kind, body }) => kind === "case_end" && body["eventId"] === eventId);
}

/** The last verdict that a person gave in the case. */
function answerOf(records: CaseRecords["records"]): Answered | null {
  const body = records.findLast(({ kind }) => kind === "approval")?.body;
  if (body === undefined) return null;
  return { verdict: String(body["verdict"]), personId: String(body["personId"]), reason: String(body["reason"]) };
}
