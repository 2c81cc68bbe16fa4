import type { Sql } from "../../audit/records.ts";
import { caseIdOf, objectRefOf } from "../../domain/ids.ts";
import type { FunctionDefinition } from "../../functions/definition.ts";

/**
 * Those of a function's objects whose case is under way: an event waits to be brought to it, or its newest event has no end
 * yet. A sweep leaves them alone: a change of the record reaches them by itself.
 */
export async function casesUnderWay(
  sql: Sql,
  company: string,
  { id: functionId, subject: { system, type } }: FunctionDefinition,
  objectIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const caseIds = objectIds.map((objectId) => caseIdOf(company, functionId, objectRefOf(system, type, objectId)));
  const { rows } = await sql.query<{ id: string }>({
    name: "cases-under-way",
    text: `select asked.id from unnest($4::text[], $5::text[]) as asked (id, case_id)
           where asked.id in (
               select object_id from inbox
               where company = $1 and function_id = $2 and object_type = $3 and dispatched_at is null and state = 'pending')
             or exists (
               select from (
                 select asked.case_id || '/' || left(r.key, -length('/event')) || '/end' as end_key
                 from (select x.*, x.envelope from audit_record x
                       where x.company = $1 and x.log = $1 and x.case_id = asked.case_id offset 0) r
                 where r.kind = 'event' and r.envelope::jsonb #>> '{fields,state}' is distinct from 'late'
                 order by r.n desc limit 1) newest
               where (select e.key from audit_record e where e.company = $1 and e.key = newest.end_key) is null)`,
    values: [company, functionId, type, objectIds, caseIds],
  });
  return new Set(rows.map(({ id }) => id));
}
