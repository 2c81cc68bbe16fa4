import type { Sql } from "../../audit/records.ts";
import { caseStartOf, objectIdIn, objectRefOf } from "../../domain/ids.ts";
import type { FunctionDefinition, FunctionTable } from "../../functions/definition.ts";
import { functionOf, functions as shipped } from "../../functions/index.ts";
import type { ScheduledPage, ScheduledPlace, ScheduledRef } from "../../workflows/activities.ts";
import { acceptEvents } from "../inbox/accept.ts";
import { sweepEvent } from "./event.ts";

/** Protections that ended so long ago are looked at: whoever could not be told for a while is told late. */
const LOOKED_BACK_MS = 90 * 86_400_000;

/** Protections that are looked at in one page. */
const PAGE = 200;

type Deps = { readonly sql: Sql; readonly functions?: FunctionTable };

/**
 * Looks at the protections that ended lately, and has the case of each claim that waited for one tell its partner so: once for a
 * claim and a protection, for ever.
 */
export async function protectionPage(deps: Deps, ref: ScheduledRef, place: ScheduledPlace): Promise<ScheduledPage> {
  const { at, after } = place;
  const sinceMs = Date.parse(at) - LOOKED_BACK_MS;
  const { ended, told, last } = await tellThoseWho(deps, ref, { at, since: new Date(sinceMs).toISOString(), after });
  return { at, next: ended < PAGE ? null : last, isFull: false, counts: { ended, told } };
}

type Looking = { readonly since: string; readonly at: string; readonly after: string };

/** A protection that has ended, and the case of a claim that waits for it; no case where none does. */
type Ended = { readonly occasion: string; readonly place: string; readonly caseIds: readonly string[] };

/** `since` and `at` bound when protections ended, ISO 8601; `after` is the place of the one before. */
export async function tellThoseWho(
  { sql, functions = shipped }: Deps,
  { company, functionId }: Pick<ScheduledRef, "company" | "functionId">,
  looking: Looking,
): Promise<{ readonly ended: number; readonly told: number; readonly last: string | null }> {
  const definition = functionOf(functionId, functions);
  const { waiting: template } = definition;
  if (template === undefined) return { ended: 0, told: 0, last: null };
  const { system, type } = definition.subject;
  const start = caseStartOf(company, functionId, system, type);
  const found = await readEnded(sql, company, definition, start, looking);
  const events = found.flatMap(({ occasion, caseIds }) =>
    caseIds.flatMap((caseId) => {
      const objectId = objectIdIn(caseId, start);
      if (objectId === undefined) return [];
      const sourceKey = `${functionId}/${objectRefOf(system, type, objectId)}/${template}/${occasion}`;
      return [
        sweepEvent(company, definition, { objectId, sourceKey, body: { tells: { template, occasion } } }, looking.at),
      ];
    }),
  );
  const outcomes = events.length === 0 ? [] : await acceptEvents(sql, events);
  const told = outcomes.filter((outcome) => outcome === "accepted").length;
  return { ended: found.length, told, last: found.at(-1)?.place ?? null };
}

/**
 * Protections by when they ended, each with the cases of those who wait for it and were not told: other partners in the same role,
 * active, by the newest of their claims on the customer and product family that was denied or waits. Who was told is not told again:
 * that would open nothing, and make older events of the object late.
 */
async function readEnded(
  sql: Sql,
  company: string,
  { id: functionId, subject }: FunctionDefinition,
  start: string,
  { since, at, after }: Looking,
): Promise<readonly Ended[]> {
  const [endedAt = since, occasion = ""] = after === "" ? [] : after.split("/");
  const { rows } = await sql.query<Ended>({
    name: "read-ended-protections",
    text: `select g.occasion, to_char(g.expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '/' || g.occasion as place,
             array(
               select distinct on (waits.partner_id) waits.case_id
               from (
                 select distinct on (d.case_id) d.case_id, d.decided_at, d.facts->>'partner' as partner_id, d.facts->>'role' as role,
                   case when d.verdict = 'block' then 'blocked' else s.state end as state
                 from (select * from programme.claim x
                       where x.company = $1 and x.account = g.customer_domain and x.product_family = g.product_family offset 0) c
                 cross join lateral (
                   select * from decision x where x.company = c.company and x.decision_id = c.decision_id limit 1) d
                 left join lateral (
                   select state from escalation x where x.company = d.company and x.decision_id = d.decision_id limit 1) s on true
                 where starts_with(d.case_id, $6) and d.decided_at > $3::timestamptz - interval '366 days'
                 order by d.case_id, d.decided_at desc, d.gate desc) waits
               cross join lateral (
                 select standing from programme.partner x
                 where x.company = $1 and x.partner_id = waits.partner_id limit 1) p
               where waits.state in ('open', 'info-requested', 'committing', 'rejected', 'expired', 'blocked')
                 and waits.partner_id <> g.partner_id and waits.role = g.role and p.standing = 'active'
                 and not exists (
                   select from inbox i
                   where i.company = $1 and i.source = 'schedule' and i.function_id = $7 and i.object_type = $8
                     and i.object_id = substr(waits.case_id, length($6) + 1) and i.body->'tells'->>'occasion' = g.occasion)
               order by waits.partner_id, waits.decided_at desc) as "caseIds"
           from (select x.*, programme.protection_ref(x.registration_id, x.object_id, x.version) as occasion
                 from programme.registration x
                 where x.company = $1 and x.expires_at >= $2 and x.expires_at <= $3
                   and (x.expires_at, programme.protection_ref(x.registration_id, x.object_id, x.version)) > ($4::timestamptz, $5)
                 order by x.expires_at, occasion limit ${PAGE}) g
           order by g.expires_at, g.occasion`,
    values: [company, since, at, endedAt, occasion, start, functionId, subject.type],
  });
  return rows;
}
