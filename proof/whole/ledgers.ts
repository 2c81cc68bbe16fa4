import type { LimitReading } from "../../domain/decision-details.ts";
import type { JsonObject } from "../../domain/json.ts";
import { policyCaseOf } from "../../domain/policy-release.ts";
import type { Sql } from "../../audit/records.ts";

/** A row's key, the key of the record that it was written with, and what that record must say, by its names. */
export type LedgerRow = { readonly key: string; readonly record: string; readonly row: JsonObject };

/** One that says when it was recorded, ISO 8601; null where it does not yet. */
export type TimedRow = LedgerRow & { readonly at: string | null };

/** One that stands as other rows tell, which are held against their records themselves. */
export type ToldRow = LedgerRow & { readonly told: JsonObject };

/** Any of them. */
export type ComparedRow = LedgerRow & Partial<TimedRow & ToldRow>;

/** Which rows: the next `most` of a company after a key. */
export type LedgerPage = { readonly company: string; readonly after: string; readonly most: number };

/** A ledger whose rows are held against records. */
export type ComparedLedger = {
  readonly ledger: string;
  readonly page: (sql: Sql, page: LedgerPage) => Promise<readonly ComparedRow[]>;
  /** What of a record's body tells of the row, by the row's names; left out, the body itself does. */
  readonly recorded?: (body: JsonObject, row: JsonObject) => JsonObject;
};

/** What of each ledger must be what was recorded: who, what, how it was decided, and what came of it. */
export const comparedLedgers: readonly ComparedLedger[] = [
  {
    ledger: "decision",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<TimedRow>({
        name: "compared-decisions",
        text: `select d.decision_id as key, d.record_key as record, jsonb_build_object(
             'stepKey', d.step_key, 'gate', d.gate, 'proposalId', d.proposal_id, 'verdict', d.verdict, 'reason', d.reason,
             'rules', d.rules, 'missing', d.missing, 'facts', d.facts, 'sources', d.sources, 'actionDigest', d.action_digest,
             'requestedBy', d.requested_by, 'approvalId', d.approval_id, 'details', d.details,
             'permitId', (select m.permit_id from permit m where m.company = d.company and m.decision_id = d.decision_id)) as row,
             to_char(d.decided_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
           from decision d where d.company = $1 and d.decision_id > $2 order by d.decision_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    ledger: "approval",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<TimedRow>({
        name: "compared-approvals",
        text: `select a.approval_id as key, a.record_key as record, jsonb_build_object(
             'escalationId', a.escalation_id, 'personId', a.person_id, 'role', a.role, 'verdict', a.verdict,
             'actionDigest', a.action_digest, 'reason', a.reason) as row,
             to_char(a.given_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
           from approval a where a.company = $1 and a.approval_id > $2 order by a.approval_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    ledger: "escalation",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<TimedRow>({
        name: "compared-escalations",
        text: `select e.escalation_id as key, e.escalation_id || '/opened' as record, jsonb_build_object(
             'decisionId', e.decision_id, 'stepKey', e.step_key) as row,
             to_char(e.opened_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
           from escalation e where e.company = $1 and e.escalation_id > $2 order by e.escalation_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    ledger: "effect",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<LedgerRow>({
        name: "compared-intents",
        text: `select e.effect_key as key, e.record_key as record, jsonb_build_object(
             'permitId', e.permit_id, 'tool', e.tool, 'actionDigest', e.action_digest,
             'decisionId', (select m.decision_id from permit m where m.company = e.company and m.permit_id = e.permit_id)) as row
           from effect e where e.company = $1 and e.effect_key > $2 order by e.effect_key limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    ledger: "effect",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<TimedRow>({
        name: "compared-receipts",
        text: `select e.effect_key as key, e.effect_key || '/receipt/' || e.state as record, jsonb_build_object(
             'state', e.state, 'externalRef', e.external_ref, 'detail', e.detail) as row,
             to_char(e.settled_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
           from effect e where e.company = $1 and e.effect_key > $2 and e.state <> 'intent' order by e.effect_key limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    ledger: "agreement",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<TimedRow>({
        name: "compared-agreements",
        text: `select g.agreement_id as key, g.agreement_id || '/asked' as record, jsonb_build_object(
             'executor', g.executor, 'sides', g.sides, 'digest', g.digest,
             'expiresAt', to_char(g.expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as row,
             to_char(g.asked_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
           from agreement g where g.company = $1 and g.agreement_id > $2 order by g.agreement_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    ledger: "agreement_word",
    async page(sql, { company, after, most }) {
      const [agreementId = "", side = "", word = ""] = after.split("/");
      const { rows } = await sql.query<TimedRow>({
        name: "compared-words",
        text: `select concat_ws('/', w.agreement_id, w.side, w.word) as key,
             concat_ws('/', w.agreement_id, w.side, w.word) as record, jsonb_build_object(
             'side', w.side, 'change', w.word, 'digest', w.digest) as row,
             to_char(w.said_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
           from agreement_word w where w.company = $1 and (w.agreement_id, w.side, w.word) > ($2, $3, $4)
           order by w.agreement_id, w.side, w.word limit $5`,
        values: [company, agreementId, side, word, most],
      });
      return rows;
    },
  },
  {
    ledger: "policy_release_event",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<LedgerRow>({
        name: "compared-releases",
        text: `select e.n::text as key, $2 || '/release/' || e.n as record, jsonb_build_object(
             'change', e.action, 'n', e.n, 'parent', e.parent, 'canaryPpm', e.canary_ppm, 'replaces', e.replaces,
             'alone', e.alone, 'person', e.person_id, 'role', e.role, 'reason', e.reason, 'signature', e.signature,
             'release', (select encode(sha256(convert_to(r.document, 'UTF8')), 'hex') from policy_release r
                         where r.company = e.company and r.release = e.release)) as row
           from policy_release_event e where e.company = $1 and e.n > $3::int order by e.n limit $4`,
        values: [company, policyCaseOf(company), Number(after), most],
      });
      return rows;
    },
  },
  {
    ledger: "autonomy_mode",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<LedgerRow>({
        name: "compared-modes",
        text: `select m.n::text as key, $2 || '/mode/' || m.n as record, jsonb_build_object(
             'n', m.n, 'policy', m.policy_id, 'mode', m.mode, 'inForce', m.in_force, 'person', m.person_id, 'role', m.role,
             'reason', m.reason, 'signature', m.signature) as row
           from autonomy_mode m where m.company = $1 and m.n > $3::int order by m.n limit $4`,
        values: [company, policyCaseOf(company), Number(after), most],
      });
      return rows;
    },
  },
  {
    ledger: "name_list_change",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<LedgerRow>({
        name: "compared-lists",
        text: `select c.n::text as key, $2 || '/list/' || c.n as record, jsonb_build_object(
             'change', 'list', 'n', c.n, 'list', c.list, 'version', c.version, 'parent', c.parent, 'alone', c.alone,
             'person', c.person_id, 'role', c.role, 'reason', c.reason, 'signature', c.signature) as row
           from name_list_change c where c.company = $1 and c.n > $3::int order by c.n limit $4`,
        values: [company, policyCaseOf(company), Number(after), most],
      });
      return rows;
    },
  },
  {
    ledger: "control",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<TimedRow>({
        name: "compared-controls",
        text: `select c.n::text as key, c.record_key as record, jsonb_build_object(
             'n', c.n, 'control', c.name, 'cap', c.cap, 'inForce', c.in_force, 'role', c.role, 'person', c.person_id,
             'reason', c.reason) as row,
             to_char(c.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
           from control c where c.company = $1 and c.n > $2::int order by c.n limit $3`,
        values: [company, Number(after), most],
      });
      return rows;
    },
  },
  {
    ledger: "company_calendar",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<TimedRow>({
        name: "compared-calendars",
        text: `select k.n::text as key, k.record_key as record, jsonb_build_object(
             'n', k.n, 'calendar', k.digest, 'document', k.document, 'person', k.set_by) as row,
             to_char(k.set_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
           from company_calendar k where k.company = $1 and k.n > $2::int order by k.n limit $3`,
        values: [company, Number(after), most],
      });
      return rows;
    },
  },
  {
    ledger: "account_entry",
    async page(sql, { company, after, most }) {
      const [cause = "", account = "", kind = ""] = after.split("/");
      const { rows } = await sql.query<LedgerRow>({
        name: "compared-entries",
        text: `select concat_ws('/', e.cause, e.account, e.kind) as key, e.cause || '/decision' as record, jsonb_build_object(
             'account', e.account, 'asked', e.amount,
             'from', to_char(nullif(e.window_from, '-infinity') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as row
           from account_entry e where e.company = $1 and (e.cause, e.account, e.kind) > ($2, $3, $4)
             and e.kind in ('reservation', 'posting', 'release')
           order by e.cause, e.account, e.kind limit $5`,
        values: [company, cause, account, kind, most],
      });
      return rows;
    },
    recorded: limitAskedOf,
  },
];

/** What a decision's details say that it asks of an account: nothing where they do not name it. */
function limitAskedOf({ details }: JsonObject, { account }: JsonObject): JsonObject {
  const limits = ((details as JsonObject | undefined)?.["limits"] ?? []) as readonly LimitReading[];
  const limit = limits.find((one) => one.account === account);
  if (limit === undefined) return {};
  const { asked, window } = limit;
  return { account: limit.account, asked, from: window === null || window.days !== undefined ? null : window.from };
}
