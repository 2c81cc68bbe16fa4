import type { Pool } from "pg";
import type { JsonObject } from "../../domain/json.ts";
import type { Receipt } from "../../domain/permit.ts";
import type { Fault, FaultKind } from "./faults.ts";

/** What stands behind the sandbox's door: everything that looks into it or sets it up, and nothing that acts for a permit. */

/** Something that a system holds. */
export type Held = { readonly type: string; readonly id: string; readonly properties: JsonObject };
export type HeldObject = Held & { readonly version: number; readonly updatedAt: string };

const FAULT = "$fault";
const HELD = `object_type as type, object_id as id, version, properties, updated_at as "updatedAt"`;

/**
 * Puts objects into a system, as somebody there would. `change`: properties are added to what is there, which is a new
 * version when it differs. `keep`: what is there stays as it is.
 */
export async function putObjects(
  pool: Pool,
  { company, system, known = "change" }: { company: string; system: string; known?: "change" | "keep" },
  objects: readonly Held[],
): Promise<void> {
  const change = `update set properties = o.properties || excluded.properties, version = o.version + 1,
      updated_at = clock_timestamp() where o.properties || excluded.properties <> o.properties`;
  const given = objects.map(({ type, id, properties }) => ({ type, id, properties }));
  await pool.query(
    `insert into sandbox.object as o (company, system, object_type, object_id, properties)
     select $1, $2, type, id, properties from jsonb_to_recordset($3) as given (type text, id text, properties jsonb)
     on conflict (company, system, object_type, object_id) do ${known === "keep" ? "nothing" : change}`,
    [company, system, JSON.stringify(given)],
  );
}

type Wanted = { readonly company: string; readonly system: string; readonly type?: string; readonly id?: string };

/** A place in a list: the values that its order goes by, as text. */
type Place = readonly string[];
type Page = { readonly after?: Place | undefined; readonly most?: number };

/** All of them, where nobody reads page by page. */
const MOST = 1_000_000;

/** What a system holds, those that changed last first. */
export async function readObjects(pool: Pool, wanted: Wanted, page: Page = {}): Promise<HeldObject[]> {
  return (await listObjects(pool, wanted, page)).map(({ place: _place, ...held }) => held);
}

/** The same, each with its place in the list. */
export async function listObjects(
  pool: Pool,
  { company, system, type, id }: Wanted,
  { after: [at = "infinity", afterType = "", afterId = ""] = [], most = MOST }: Page,
): Promise<(HeldObject & { readonly place: Place })[]> {
  const { rows } = await pool.query<HeldObject & { place: Place }>(
    `select ${HELD}, array[to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), object_type, object_id] as place
     from sandbox.object
     where company = $1 and system = $2 and object_type <> '${FAULT}'
       and ($3::text is null or object_type = $3) and ($4::text is null or object_id = $4)
       and (updated_at < $5::timestamptz or updated_at = $5::timestamptz and (object_type, object_id) > ($6, $7))
     order by updated_at desc, object_type, object_id limit $8`,
    [company, system, type ?? null, id ?? null, at, afterType, afterId, most],
  );
  return rows;
}

/** How many there are. */
export async function countObjects(pool: Pool, { company, system, type, id }: Wanted): Promise<number> {
  const { rows } = await pool.query<{ total: number }>(
    `select count(*) as total from sandbox.object
     where company = $1 and system = $2 and object_type <> '${FAULT}'
       and ($3::text is null or object_type = $3) and ($4::text is null or object_id = $4)`,
    [company, system, type ?? null, id ?? null],
  );
  return rows[0]?.total ?? 0;
}

/** One entry of a system's own record of what was said. `key`: of the effect, or of what the system tells. */
export type Call = {
  readonly callId: number;
  readonly calledAt: string;
  readonly operation: string;
  readonly key: string;
  readonly request: JsonObject;
  readonly answer: Receipt | null;
  readonly outcome:
    | "done"
    | "replayed"
    | "key-reused"
    | "no-object"
    | "due"
    | "held"
    | "told"
    | "turned-away"
    | FaultKind;
  readonly fault: FaultKind | null;
};

const CALL = `call_id as "callId", called_at as "calledAt", operation, key, request, answer, outcome, fault`;

/** A system's own record of what was said, in order. */
export async function readCalls(pool: Pool, company: string, system: string): Promise<Call[]> {
  return (await listCalls(pool, company, system)).toReversed();
}

/** The same, the last first, before the call that `after` names. */
export async function listCalls(
  pool: Pool,
  company: string,
  system: string,
  { after: [callId] = [], most = MOST }: Page = {},
): Promise<Call[]> {
  const { rows } = await pool.query<Call>(
    `select ${CALL} from sandbox.call where company = $1 and system = $2 and call_id < coalesce($3::bigint, 9223372036854775807)
     order by call_id desc limit $4`,
    [company, system, callId, most],
  );
  return rows;
}

/** How many there are. */
export async function countCalls(pool: Pool, company: string, system: string): Promise<number> {
  const { rows } = await pool.query<{ total: number }>(
    "select count(*) as total from sandbox.call where company = $1 and system = $2",
    [company, system],
  );
  return rows[0]?.total ?? 0;
}

export type ScriptedFault = Fault & { readonly operation: string };

/** Scripts a fault behind those that an operation's next calls meet already; null takes them all back. */
export async function scriptFault(
  pool: Pool,
  { company, system, operation }: { company: string; system: string; operation: string },
  fault: Fault | null,
): Promise<void> {
  const plan = JSON.stringify(fault === null ? [] : [fault]);
  const longer = "jsonb_build_object('plan', o.properties->'plan' || (excluded.properties->'plan'))";
  await pool.query(
    `insert into sandbox.object as o (company, system, object_type, object_id, properties)
     values ($1, $2, '${FAULT}', $3, jsonb_build_object('plan', $4::jsonb))
     on conflict (company, system, object_type, object_id) do update
       set properties = ${fault === null ? "excluded.properties" : longer}, version = o.version + 1,
           updated_at = clock_timestamp()`,
    [company, system, operation, plan],
  );
}

/** What is scripted for a system's next calls, operation by operation in the order in which it is met. */
export async function readFaults(pool: Pool, company: string, system: string): Promise<ScriptedFault[]> {
  const { rows } = await pool.query<{ operation: string; plan: readonly Fault[] }>(
    `select object_id as operation, properties->'plan' as plan from sandbox.object
     where company = $1 and system = $2 and object_type = '${FAULT}' order by object_id`,
    [company, system],
  );
  return rows.flatMap(({ operation, plan }) => plan.map((fault) => ({ operation, ...fault })));
}
