import type { JsonObject } from "../../domain/json.ts";
import type { Sql } from "../../audit/records.ts";

/** A row's key, the key of the record that it was written with, and what that record must say, by its names. */
export type LedgerRow = { readonly key: string; readonly record: string; readonly row: JsonObject };

/** Which rows: the next `most` of a company after a key. */
export type LedgerPage = { readonly company: string; readonly after: string; readonly most: number };

/** A ledger whose rows are held against records. */
export type ComparedLedger = {
  readonly ledger: string;
  readonly page: (sql: Sql, page: LedgerPage) => Promise<readonly LedgerRow[]>;
};

/** What of each ledger must be what was recorded: who, what, how it was decided, and what came of it. */
export const comparedLedgers: readonly ComparedLedger[] = [
  {
    ledger: "decision",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<LedgerRow>({
        name: "compared-decisions",
        text: `select d.decision_id as key, d.record_key as record, jsonb_build_object(
             'stepKey', d.step_key, 'gate', d.gate, 'proposalId', d.proposal_id, 'verdict', d.verdict, 'reason', d.reason,
             'rules', d.rules, 'missing', d.missing, 'facts', d.facts, 'sources', d.sources, 'actionDigest', d.action_digest,
             'requestedBy', d.requested_by, 'approvalId', d.approval_id, 'details', d.details,
             'permitId', (select m.permit_id from permit m where m.company = d.company and m.decision_id = d.decision_id)) as row
           from decision d where d.company = $1 and d.decision_id > $2 order by d.decision_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    ledger: "approval",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<LedgerRow>({
        name: "compared-approvals",
        text: `select a.approval_id as key, a.record_key as record, jsonb_build_object(
             'escalationId', a.escalation_id, 'personId', a.person_id, 'role', a.role, 'verdict', a.verdict,
             'actionDigest', a.action_digest, 'reason', a.reason) as row
           from approval a where a.company = $1 and a.approval_id > $2 order by a.approval_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    ledger: "escalation",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<LedgerRow>({
        name: "compared-escalations",
        text: `select e.escalation_id as key, e.escalation_id || '/opened' as record, jsonb_build_object(
             'decisionId', e.decision_id, 'stepKey', e.step_key) as row
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
      const { rows } = await sql.query<LedgerRow>({
        name: "compared-receipts",
        text: `select e.effect_key as key, e.effect_key || '/receipt/' || e.state as record, jsonb_build_object(
             'state', e.state, 'externalRef', e.external_ref, 'detail', e.detail) as row
           from effect e where e.company = $1 and e.effect_key > $2 and e.state <> 'intent' order by e.effect_key limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
];
