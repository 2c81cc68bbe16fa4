import type { Sql } from "../../audit/records.ts";
import type { BrokenCase } from "./stalled-cases.ts";

/** Ends that an answer names; the rest are counted. */
const MOST_NAMED = 100;

/** An event that ended in silence. Times are ISO 8601. */
export type SilentEnd = {
  readonly caseId: string;
  readonly eventId: string;
  /**
   * `untold`: what it asked did not come about, and nobody could be told on its record. `broken`: its case ended before its
   * work did: it failed, or somebody terminated it.
   */
  readonly how: "untold" | "broken";
  readonly endedAt: string;
};

/** What breaks the promise that nothing ends in silence, of 30 days. `broken`: null when the durable engine does not answer. */
export type SilentEnds = {
  readonly untold: number;
  readonly broken: number | null;
  /** The newest hundred of each. */
  readonly named: readonly SilentEnd[];
};

/** How long a silent end is told of, in days. */
export const SILENCE_DAYS = 30;

/** `brokenCases`: what the engine says of 30 days; null when it does not answer. A case that was taken up anew since is mended. */
export async function readSilentEnds(
  sql: Sql,
  company: string,
  brokenCases: readonly BrokenCase[] | null,
): Promise<SilentEnds> {
  const untold = await readUntold(sql, company);
  const broken = brokenCases && (await readBroken(sql, company, brokenCases));
  const first = (found: readonly SilentEnd[]) => found.slice(0, MOST_NAMED);
  return {
    untold: untold.length,
    broken: broken && broken.length,
    named: [...first(broken ?? []), ...first(untold)],
  };
}

/** Ends of cases that have no later one, found by the index of those that were told to nobody. The newest first. */
async function readUntold(sql: Sql, company: string): Promise<readonly SilentEnd[]> {
  const { rows } = await sql.query<Omit<SilentEnd, "how">>({
    name: "untold-ends",
    text: `select r.case_id as "caseId", coalesce(r.envelope::jsonb #>> '{fields,eventId}', '') as "eventId",
             to_char(r.recorded_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "endedAt"
           from (select x.*, x.envelope from audit_record x
                 where x.company = $1 and x.kind = 'case_end' and ended_untold(whole_envelope(x.kept, x.key, x.case_id))
                   and x.recorded_at > clock_timestamp() - make_interval(days => $2)
                 order by x.recorded_at desc offset 0) r
           where (select later.n from audit_record later
                  where later.company = $1 and later.log = r.log and later.case_id = r.case_id and later.n > r.n
                    and later.kind = 'case_end' limit 1) is null
           order by r.recorded_at desc`,
    values: [company, SILENCE_DAYS],
  });
  return rows.map((row) => ({ ...row, how: "untold" }));
}

/** Cases whose newest event has no end, of those that the engine says ended before their work did. */
async function readBroken(sql: Sql, company: string, cases: readonly BrokenCase[]): Promise<readonly SilentEnd[]> {
  if (cases.length === 0) return [];
  const { rows } = await sql.query<{ caseId: string; eventId: string }>({
    name: "broken-cases",
    text: `select asked.case_id as "caseId", newest.event_id as "eventId"
           from unnest($2::text[]) as asked (case_id)
           cross join lateral (
             select left(r.key, -length('/event')) as event_id
             from (select x.*, x.envelope from audit_record x
                   where x.company = $1 and x.log = $1 and x.case_id = asked.case_id offset 0) r
             where r.kind = 'event' and r.envelope::jsonb #>> '{fields,state}' is distinct from 'late'
             order by r.n desc limit 1) newest
           where (select e.key from audit_record e
                  where e.company = $1 and e.key = asked.case_id || '/' || newest.event_id || '/end') is null`,
    values: [company, cases.map(({ caseId }) => caseId)],
  });
  const closedAt = new Map(cases.map((one) => [one.caseId, one.closedAt]));
  return rows.map((row) => ({ ...row, how: "broken", endedAt: closedAt.get(row.caseId) ?? "" }));
}
