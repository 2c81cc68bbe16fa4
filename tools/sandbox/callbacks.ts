import type { Pool } from "pg";
import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../domain/json.ts";
import { putObjects, readObjects, type Held } from "./door.ts";

/** What a CRM tells of an object. */
export type ObjectTold = {
  readonly type: string;
  readonly id: string;
  readonly event: "created" | "changed";
  readonly property?: string;
  readonly value?: string;
};

/** Something that a system tells of its own accord. Told twice, it has the same key. */
export type Callback = {
  readonly callId: number;
  readonly key: string;
  /** When it came about there, ISO 8601. */
  readonly at: string;
  readonly event: JsonObject;
};

type Place = { readonly company: string; readonly system: string };

/**
 * Puts an object into a system as `putObjects` does, and has the system tell of it: that it was created, and each
 * property that took another value. Faults of the operation `put` say how.
 */
export async function putAndTell(pool: Pool, { company, system }: Place, object: Held): Promise<void> {
  const { type, id, properties } = object;
  const [before] = await readObjects(pool, { company, system, type, id });
  await putObjects(pool, { company, system }, [object]);
  const changed = Object.entries(properties).filter(([name, value]) => !isSame(before?.properties[name], value));
  const events: ObjectTold[] = [
    ...(before === undefined ? [{ type, id, event: "created" } as const] : []),
    ...changed.map(([property, value]) => ({ type, id, event: "changed", property, value: textOf(value) }) as const),
  ];
  const fault = "sandbox.take_fault($1, $2, 'put')->>'kind'";
  const values = [company, system, `put-${randomUUID()}`, JSON.stringify(events)];
  if (events.length > 0) await pool.query(`select sandbox.tell($1, $2, $3, $4, ${fault})`, values);
}

const isSame = (a: JsonObject[string] | undefined, b: JsonObject[string]) => JSON.stringify(a) === JSON.stringify(b);
const textOf = (value: JsonObject[string]) => (typeof value === "string" ? value : JSON.stringify(value));

/**
 * What a system has to tell now, in the order in which it tells it: what is held comes behind the next thing that is
 * not, and waits until there is one.
 */
export async function dueCallbacks(pool: Pool, { company, system }: Place): Promise<Callback[]> {
  const { rows } = await pool.query<Callback>({
    name: "sandbox-due-callbacks",
    text: `select c.call_id as "callId", c.key, c.called_at as at, c.request as event
     from sandbox.call c, lateral (
       select min(l.call_id) as call_id from sandbox.call l
       where l.company = c.company and l.system = c.system and l.operation = 'tell' and l.call_id > c.call_id
         and l.key <> c.key and l.outcome <> 'held') as later
     where c.company = $1 and c.system = $2 and c.outcome in ('due', 'held')
       and (c.outcome = 'due' or later.call_id is not null)
     order by case c.outcome when 'due' then c.call_id else later.call_id end, c.outcome, c.call_id`,
    values: [company, system],
  });
  return rows;
}

/** Keeps that our door took what was told, or that it wants none of it. */
export async function settleCallback(
  pool: Pool,
  { company, callId }: { company: string; callId: number },
  outcome: "told" | "turned-away",
): Promise<void> {
  await pool.query({
    name: "sandbox-settle-callback",
    text: "update sandbox.call set outcome = $3 where company = $1 and call_id = $2",
    values: [company, callId, outcome],
  });
}
