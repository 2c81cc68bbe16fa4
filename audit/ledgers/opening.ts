import { workingTimeOf, type BusinessCalendar, type WorkingTime } from "../../domain/calendar.ts";
import type { Route } from "../../domain/decision.ts";
import { isOutOfReach, reachFrom, type Reach, type Reached } from "../../domain/escalation.ts";
import type { Sql } from "../vault.ts";

/** A question that is about to be asked. `askers`: ids of who asked it, who do not answer it. */
export type Asking = { readonly route: Route; readonly askers: readonly string[] };

/** What a question opens under. `workingTime`: what its deadlines go by; null: day and night. */
export type Opening = { readonly workingTime: WorkingTime | null; readonly reach: Reach };

/** A question that nobody, or not enough people, can let pass as it opens. `roles`: those that may answer. */
export type OutOfReach = {
  readonly escalationId: string;
  readonly caseId: string;
  readonly reach: Reach;
  readonly roles: readonly string[];
};
/** Told of each such question once it is kept; a retry tells it again. */
export type OnOutOfReach = (detail: OutOfReach) => void;

/** What each of these questions would open under now, in order: one statement for all. */
export async function openingsOf(sql: Sql, company: string, asked: readonly Asking[]): Promise<readonly Opening[]> {
  if (asked.length === 0) return [];
  const { rows } = await sql.query<Reached & { calendar: BusinessCalendar | null }>({
    name: "openings-of-questions",
    text: `select r.first_level as "firstLevel", r.people, c.document as calendar
           from jsonb_array_elements($2::jsonb) with ordinality as q (asked, nth)
           cross join lateral reach_of($1, q.asked->'route', 0, q.asked->'askers') r
           left join lateral (
             select x.document from company_calendar x
             where x.company = $1 and q.asked #>> '{route,clock}' is distinct from 'always'
             order by x.n desc limit 1) c on true
           order by q.nth`,
    values: [company, JSON.stringify(asked)],
  });
  return asked.map(({ route }, at) => {
    const { calendar = null, ...reached } = rows[at] ?? { firstLevel: null, people: 0 };
    const workingTime = calendar === null ? null : workingTimeOf(calendar, route.region);
    return { workingTime, reach: reachFrom(reached, { level: 0, quorum: route.quorum }) };
  });
}

/** Tells of a question that was opened out of reach. */
export function tellReach(
  tell: OnOutOfReach | undefined,
  { escalationId, caseId, route }: { readonly escalationId: string; readonly caseId: string; readonly route: Route },
  { reach }: Opening,
): void {
  if (!isOutOfReach(reach)) return;
  tell?.({ escalationId, caseId, reach, roles: [...new Set(route.levels.map(({ role }) => role))] });
}
