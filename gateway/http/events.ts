import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Sql } from "../../audit/records.ts";
import type { MatchedRule } from "../../domain/decision.ts";
import type { FunctionTable } from "../../functions/definition.ts";
import { outcomeKinds } from "../../domain/outcome.ts";
import type { ApiEnv } from "./auth.ts";
import { pageEnd, pagesOf, sinceParameter, type Asking, type PageAsked } from "./paging.ts";
import { problemResponses } from "./problem.ts";
import { Iso, ok, RuleView, ruleView, Verdict, withToken } from "./route.ts";

/** One event that came in, and what became of it. */
const EventView = z
  .object({
    eventId: z.string(),
    source: z.string(),
    functionId: z.string().nullable(),
    objectType: z.string(),
    objectId: z.string(),
    caseId: z.string().nullable(),
    state: z.enum(["pending", "dispatched", "ignored", "late"]),
    occurredAt: Iso,
    saidAt: z
      .string()
      .nullable()
      .openapi({ description: "when its source says it happened, where that is not believed and the arrival counts" }),
    receivedAt: Iso,
    /** The latest decision on a step that the function itself proposed about this event. */
    decision: z
      .object({
        decisionId: z.string(),
        verdict: Verdict,
        reason: z.string(),
        rules: z.array(RuleView),
        policyVersion: z.string(),
        decidedAt: Iso,
      })
      .nullable(),
    /**
     * `open` until the step ended, then how it ended. `none`: no function listens, or a newer event came first.
     * `already-done`: the same was asked and done before. `withheld`: decided under a mode that lets nothing come of it. `idle`: nothing is due, not yet or not any more.
     */
    outcome: z.enum(["none", "open", ...outcomeKinds, "idle"]),
    /** Milliseconds from arrival to the first effect's receipt. */
    firstEffectMs: z.int().nullable(),
    waitingFor: z.object({ escalationId: z.string(), role: z.string(), dueAt: Iso }).nullable(),
  })
  .openapi("Event");
export type EventView = z.infer<typeof EventView>;

const EventList = z.object({ events: z.array(EventView), ...pageEnd }).openapi("EventList");

const pages = pagesOf("events", ["time", "id"], { most: 200, usual: 50 });

const route = createRoute({
  method: "get",
  path: "/v1/events",
  summary: "List events in the order they came, with what became of each",
  ...withToken,
  request: {
    query: z.object({
      ...pages.parameters,
      state: EventView.shape.state
        .optional()
        .openapi({ description: "`late`: what changes nothing, because a newer one came first" }),
      since: sinceParameter("received at or after this time"),
    }),
  },
  responses: {
    ...ok("A page of events", EventList),
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person" }),
  },
});

/** What came in, and what became of it. */
type EventsDeps = { readonly sql: Sql; readonly company: string; readonly functions: FunctionTable };

export function eventsApi({ sql, company, functions }: EventsDeps) {
  return new OpenAPIHono<ApiEnv>().openapi(route, async (c) => {
    return c.json(await readEvents(sql, c, { company, functions, ...c.req.valid("query") }), 200);
  });
}

/** One page of events in the order they came, from `since` (ISO 8601) and after a position. */
type EventPage = PageAsked & {
  readonly company: string;
  readonly since: string;
  readonly state?: EventView["state"] | undefined;
  readonly functions: FunctionTable;
};

type EventRow = Omit<EventView, "decision" | "waitingFor"> & {
  position: string;
  decisionId: string | null;
  verdict: NonNullable<EventView["decision"]>["verdict"];
  reason: string;
  rules: readonly MatchedRule[];
  policyVersion: string;
  decidedAt: string;
  escalationId: string | null;
  role: string;
  dueAt: string;
};

/**
 * $1 company, $2 since, $3 and $4 position, $5 limit, $6 each function's own steps. An event without a decision is superseded
 * once its case ended on an event that came after it: a case works on the newest one only.
 */
const pageOfEvents = `
  with page as (
    select i.*, case_id_of(company, function_id, system, object_type, object_id) as case_id,
      array(select jsonb_array_elements_text($6::jsonb->function_id)) as steps,
      to_char(received_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position
    from inbox i
    where company = $1 and received_at >= $2 and (received_at, event_id) > ($3::timestamptz, $4)
      and ($7::text is null or state = $7)
    order by received_at, event_id limit $5),
  keyed as (select *, case_id || '/' || event_id || '/' as prefix from page)
  select i.event_id as "eventId", i.source, i.function_id as "functionId", i.object_type as "objectType",
    coalesce((select o.object_id from object_name o where o.company = i.company and o.name = i.object_id), i.object_id) as "objectId",
    i.case_id as "caseId", i.state, i.occurred_at as "occurredAt", i.said_at as "saidAt",
    i.received_at as "receivedAt", i.position,
    d.decision_id as "decisionId", d.verdict, d.reason, d.rules, d.policy_version as "policyVersion",
    d.decided_at as "decidedAt",
    w.escalation_id as "escalationId", w.role, w.due_at as "dueAt",
    case when first.settled_at is not null
      then round(extract(epoch from greatest(first.settled_at - i.received_at, interval '0')) * 1000)::bigint
    end as "firstEffectMs",
    case
      when i.state in ('late', 'ignored') then 'none'
      when e.state = 'done' then 'executed'
      when e.state = 'failed' then 'refused'
      when e.state = 'unknown' then 'unknown'
      when d.details->>'mode' in ('off', 'shadow') then 'withheld'
      when s.state in ('rejected', 'expired', 'superseded') then s.state
      when d.verdict = 'block' then 'blocked'
      when ended.kind is not null then ended.kind
      when d.decision_id is null and overtaken.yes then 'superseded'
      else 'open' end as outcome
  from keyed i
  left join lateral (
    select * from (select * from decision y where y.company = i.company and y.case_id = i.case_id offset 0) x
    where starts_with(x.step_key, i.prefix) and split_part(substr(x.step_key, length(i.prefix) + 1), '~', 1) = any(i.steps)
    order by x.decided_at desc, x.gate desc limit 1) d on true
  left join lateral (
    select state from escalation x where x.company = d.company and x.decision_id = d.decision_id limit 1) s on true
  left join lateral (
    select x.state from (
      select permit_id, effect_key from permit y where y.company = d.company and y.decision_id = d.decision_id limit 1) m
    cross join lateral (
      select state from effect y where y.company = d.company and y.effect_key = m.effect_key
        and y.permit_id = m.permit_id limit 1) x) e on true
  left join lateral (
    select min(x.settled_at) as settled_at
    from (select * from effect y where y.company = i.company and y.case_id = i.case_id offset 0) x
    cross join lateral (
      select decision_id from permit y where y.company = x.company and y.permit_id = x.permit_id limit 1) m
    cross join lateral (
      select step_key from decision y where y.company = x.company and y.decision_id = m.decision_id limit 1) s
    where x.state = 'done' and starts_with(s.step_key, i.prefix)
  ) first on true
  left join lateral (
    select x.escalation_id, x.role, x.due_at
    from (select * from escalation y where y.company = i.company and y.case_id = i.case_id offset 0) x
    where x.closed_at is null and starts_with(x.step_key, i.prefix)
    order by x.opened_at limit 1) w on true
  left join lateral (
    select o->>'kind' as kind
    from audit_record x, jsonb_array_elements(x.envelope::jsonb #> '{fields,outcomes}') with ordinality as ended (o, place)
    where x.company = i.company and x.key = i.prefix || 'end'
    order by o->>'step' = any(i.steps) desc, ended.place desc limit 1) ended on true
  left join lateral (
    select true as yes
    from (select * from audit_record y where y.company = i.company and y.key = i.event_id || '/event' limit 1) own
    cross join lateral (
      select y.*, y.envelope from audit_record y where y.company = own.company and y.log = own.log and y.case_id = own.case_id offset 0) x
    cross join lateral (
      select y.n from audit_record y
      where y.company = x.company and y.key = (x.envelope::jsonb #>> '{fields,eventId}') || '/event' limit 1) later
    where x.kind = 'case_end' and later.n > own.n limit 1) overtaken on d.decision_id is null
  order by i.received_at, i.event_id`;

async function readEvents(
  sql: Sql,
  c: Asking,
  { company, since, state, cursor, limit, total, functions }: EventPage,
): Promise<z.infer<typeof EventList>> {
  const [at, id] = cursor ?? ["-infinity", ""];
  const steps = JSON.stringify(
    Object.fromEntries(Object.values(functions).map(({ id, actions }) => [id, actions.map(({ step }) => step)])),
  );
  const { rows } = await sql.query<EventRow>(pageOfEvents, [company, since, at, id, limit + 1, steps, state ?? null]);
  const { shown, next } = pages.cut(c, rows, limit, ({ position, eventId }) => [position, eventId]);
  return {
    events: shown.map(eventView),
    next,
    total: total ? await countEvents(sql, { company, since, state }) : null,
  };
}

async function countEvents(
  sql: Sql,
  { company, since, state }: Pick<EventPage, "company" | "since" | "state">,
): Promise<number> {
  const { rows } = await sql.query<{ total: number }>(
    `select count(*) as total from inbox
     where company = $1 and received_at >= $2 and ($3::text is null or state = $3)`,
    [company, since, state ?? null],
  );
  return rows[0]?.total ?? 0;
}

function eventView(row: EventRow): EventView {
  const { position: _position, decisionId, verdict, reason, rules, policyVersion, decidedAt, ...rest } = row;
  const { escalationId, role, dueAt, ...event } = rest;
  const decision = decisionId && { decisionId, verdict, reason, rules: rules.map(ruleView), policyVersion, decidedAt };
  const waitingFor = escalationId && { escalationId, role, dueAt };
  return { ...event, decision: decision || null, waitingFor: waitingFor || null };
}
