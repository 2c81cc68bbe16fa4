import { digestOf } from "../../audit/digest.ts";
import { peopleCaseOf } from "../../audit/ledgers/people-changes.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ComparedLedger, LedgerRow, TimedRow, ToldRow } from "./ledgers.ts";

/**
 * What was asked and decided of people, and what the directory says by it. Records name people by their random names, and what is
 * changed of them by its digest; whose changes were erased with them is not in the directory either.
 */
export const peopleLedgers: readonly ComparedLedger[] = [
  {
    ledger: "person_change",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<TimedRow & { detail: JsonObject }>({
        name: "compared-people-changes",
        text: `select c.change_id as key, c.record_key as record, c.detail, jsonb_build_object(
             'changeId', c.change_id, 'change', c.change, 'person', c.asked_by, 'reason', c.reason,
             'state', case when c.settled_at is null then c.state else 'waiting' end,
             'subject', named.subject_id) as row,
             to_char(c.asked_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
           from (select x.*, 'person:' || x.person_id as name from person_change x
                 where x.company = $1 and x.change_id > $2 order by x.change_id limit $3) c
           left join lateral (
             select s.subject_id from audit_subject s where s.company = c.company and s.name = c.name limit 1) named on true
           order by c.change_id`,
        values: [company, after, most],
      });
      return rows.map(({ detail, ...row }) => ({ ...row, row: { ...row.row, detail: digestOf(detail) } }));
    },
  },
  {
    ledger: "person_change",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<TimedRow>({
        name: "compared-people-answers",
        text: `select c.change_id as key,
             concat_ws('/', $2::text, c.change_id, case c.state when 'dropped' then 'drop' else 'second' end) as record,
             jsonb_build_object('changeId', c.change_id, 'person', c.settled_by, 'state', c.state) as row,
             to_char(c.settled_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
           from person_change c where c.company = $1 and c.change_id > $3 and c.settled_at is not null
           order by c.change_id limit $4`,
        values: [company, peopleCaseOf(company), after, most],
      });
      return rows;
    },
  },
  {
    ledger: "person",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<ToldRow>({
        name: "compared-people",
        text: `select p.person_id as key, made.record_key as record,
             jsonb_build_object('role', p.role, 'revoked', p.revoked_at is not null,
               'hasGivenToken', p.token_sha256 is not distinct from given.token) as row,
             jsonb_build_object('role', coalesce(ranked.role, p.role), 'revoked', revoked.is_so, 'hasGivenToken', true) as told
           from person p
           cross join lateral (
             select c.record_key from person_change c where c.company = p.company and c.person_id = p.person_id
               and c.change = 'add' and c.state = 'done' limit 1) made
           left join lateral (
             select c.detail->>'role' as role from person_change c where c.company = p.company and c.person_id = p.person_id
               and c.change in ('add', 'role') and c.state = 'done'
             order by coalesce(c.settled_at, c.asked_at) desc, c.detail->>'role' = p.role desc limit 1) ranked on true
           left join lateral (
             select c.detail->>'tokenSha256' as token from person_change c where c.company = p.company and c.person_id = p.person_id
               and c.change in ('add', 'token', 'revoke') and c.state = 'done'
             order by coalesce(c.settled_at, c.asked_at) desc,
               c.detail->>'tokenSha256' is not distinct from p.token_sha256 desc limit 1) given on true
           cross join lateral (
             select exists (select from person_change c where c.company = p.company and c.person_id = p.person_id
               and c.change = 'revoke' and c.state = 'done') as is_so) revoked
           where p.company = $1 and p.person_id > $2 order by p.person_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    ledger: "person",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<LedgerRow & ToldRow>({
        name: "compared-added-people",
        text: `select c.change_id as key, c.record_key as record,
             jsonb_build_object('isThere', exists (
               select from person p where p.company = c.company and p.person_id = c.person_id)) as row,
             jsonb_build_object('isThere', true) as told
           from person_change c where c.company = $1 and c.change_id > $2 and c.change = 'add' and c.state = 'done'
           order by c.change_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    // Names that a change gave and no later one took: each has its row.
    ledger: "person_alias",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<ToldRow>({
        name: "compared-given-aliases",
        text: `select c.change_id as key, c.record_key as record, jsonb_build_object('missing', (
               select count(*)::int from jsonb_to_recordset(c.detail->'aliases') as g (system text, kind text, alias text)
               where (select a.alias_id from person_alias a where a.company = c.company
                   and a.alias_id = g.system || '/' || g.kind || '/' || g.alias || '/' || c.person_id limit 1) is null
                 and not exists (
                   select from person_change o where o.company = c.company and o.person_id = c.person_id
                     and o.change = 'remove-alias' and o.state = 'done'
                     and coalesce(o.settled_at, o.asked_at) >= coalesce(c.settled_at, c.asked_at)
                     and o.detail->'aliases' @> jsonb_build_array(
                       jsonb_build_object('system', g.system, 'kind', g.kind, 'alias', g.alias))))) as row,
             jsonb_build_object('missing', 0) as told
           from person_change c where c.company = $1 and c.change_id > $2 and c.change in ('add', 'add-alias') and c.state = 'done'
           order by c.change_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    ledger: "person_alias",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<ToldRow>({
        name: "compared-aliases",
        text: `select a.alias_id as key, made.record_key as record, jsonb_build_object('isGiven', true) as row,
             jsonb_build_object('isGiven', exists (
               select from person_change c where c.company = a.company and c.person_id = a.person_id
                 and c.change in ('add', 'add-alias') and c.state = 'done' and c.detail->'aliases' @> jsonb_build_array(
                   jsonb_build_object('system', a.system, 'kind', a.kind, 'alias', a.alias)))) as told
           from person_alias a
           cross join lateral (
             select c.record_key from person_change c where c.company = a.company and c.person_id = a.person_id
               and c.change = 'add' and c.state = 'done' limit 1) made
           where a.company = $1 and a.alias_id > $2 order by a.alias_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
];
