import type { JsonObject } from "../../domain/json.ts";
import type { ComparedLedger, LedgerRow, TimedRow } from "./ledgers.ts";

/** What was proposed, by agents, by code, by another system or by who was asked, and what Compliance said of it. */
export const proposalLedgers: readonly ComparedLedger[] = [
  {
    ledger: "proposal",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<TimedRow>({
        name: "compared-proposals",
        text: `select q.proposal_id as key,
             coalesce(nullif(q.edit->>'escalationId', ''), q.step_key) || '/proposal' as record, jsonb_build_object(
             'proposalId', q.proposal_id, 'stepKey', q.step_key, 'actionId', q.action_id, 'recordVersion', q.record_version,
             'reasoning', q.reasoning, 'noticed', q.noticed, 'action', jsonb_build_object('tool', q.tool, 'args', case when exists (
               select from audit_subject s where s.company = q.company and s.subject_id = q.args->>'caller'
                 and s.destroyed_at is not null) then q.args - 'caller' else q.args end)) as row,
             to_char(q.proposed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
           from proposal q where q.company = $1 and q.proposal_id > $2 order by q.proposal_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
    recorded: proposedIn,
  },
  {
    ledger: "proposal",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<LedgerRow>({
        name: "compared-reviews",
        text: `select q.proposal_id as key, q.step_key || '/review' as record,
             jsonb_build_object('review', q.review::jsonb) as row
           from proposal q where q.company = $1 and q.proposal_id > $2 and q.review is not null
           order by q.proposal_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
  {
    ledger: "proposal",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<LedgerRow>({
        name: "compared-edits",
        text: `select q.proposal_id as key, (q.edit->>'escalationId') || '/edited/' || e.version as record,
             jsonb_build_object('personId', q.edit->>'personId', 'reason', q.edit->>'reason') as row
           from proposal q
           left join lateral (
             select x.version from escalation x where x.company = q.company and x.escalation_id = q.edit->>'escalationId' limit 1) e on true
           where q.company = $1 and q.proposal_id > $2 and q.edit is not null order by q.proposal_id limit $3`,
        values: [company, after, most],
      });
      return rows;
    },
  },
];

/** A proposal's record by the names of its row. Whose caller was erased is told without. */
function proposedIn({ action, chain, ...body }: JsonObject, row: JsonObject): JsonObject {
  const { reasoning, noticed = null } = (chain ?? {}) as { readonly reasoning?: string; readonly noticed?: JsonObject };
  const told = { ...body, ...(reasoning !== undefined && { reasoning, noticed }) };
  if (action === undefined) return told;
  const { tool, args } = action as { readonly tool: string; readonly args: JsonObject };
  const kept = (row["action"] as JsonObject | undefined)?.["args"] as JsonObject | undefined;
  const { caller, ...rest } = args;
  const isWithout = caller !== undefined && kept !== undefined && !("caller" in kept);
  return { ...told, action: { tool, args: isWithout ? rest : args } };
}
