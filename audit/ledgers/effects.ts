import type { RecordDraft } from "../../domain/audit-record.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Permit, Receipt } from "../../domain/permit.ts";
import type { Action } from "../../domain/proposal.ts";
import type { OutcomeKind } from "../../domain/outcome.ts";
import { partnerArgs } from "../../functions/governed-actions.ts";
import { recordKeys, relationshipLogOf } from "../record-keys.ts";
import type { Ledger, Sql } from "../records.ts";
import { sealRecord } from "../seal.ts";
import { writeStep, type StepWriting } from "./step-writing.ts";

/** What the ledger holds behind a permit: the action exactly as it was decided, and what its digest was taken over. */
export type PermittedAction = {
  readonly tool: string;
  readonly args: Action["args"];
  readonly recordVersion: string;
  readonly policyVersion: string;
  /** Whose business it is too: the decision's fact `partner`, where its policy has one. */
  readonly partner: string | null;
};

/** Where an effect stands when its caller reports. `by`: the switch that is on, or the mode. `fresh` is false after a crash. */
export type EffectState =
  | { readonly state: "no-permit" }
  | { readonly state: "stopped"; readonly by: string }
  | ({ readonly state: "intent"; readonly fresh: boolean } & PermittedAction)
  | ({ readonly state: "done"; readonly externalRef: string } & PermittedAction)
  | ({ readonly state: "failed" | "unknown"; readonly detail: string } & PermittedAction);

/**
 * Makes the intent durable with its record, or answers where an earlier attempt left the effect; either way with the
 * action behind the permit, read from the ledger. One transaction.
 */
export async function beginEffect(
  ledger: Ledger,
  permit: Permit,
  { functionId, at }: { functionId: string; at: string },
): Promise<EffectState> {
  const { company, caseId, permitId, decisionId, tool, actionDigest, effectKey } = permit;
  const recordKey = recordKeys.intent(effectKey);
  const body = { effectKey, permitId, decisionId, tool, actionDigest };
  const parents = [recordKeys.decision(decisionId)];
  const record = { company, caseId, kind: "intent", key: recordKey, at, body, parents, actionDigest } as const;
  const canonical = await sealRecord(ledger, record);
  const { rows } = await ledger.query<{ effect: EffectState; partner: string | null }>({
    name: "begin-effect",
    text: `select begin_effect($1) as effect,
             (select facts->>'partner' from decision where company = $2 and decision_id = $3) as partner`,
    values: [JSON.stringify({ ...body, company, caseId, functionId, recordKey, canonical }), company, decisionId],
  });
  const [row] = rows;
  if (row === undefined) throw new Error(`no answer for effect \`${effectKey}\``);
  const { effect, partner } = row;
  return "tool" in effect ? { ...effect, partner } : effect;
}

/** An intent as `act` finds it. What `hold` names keeps it from being called, though it was permitted. */
export type Intent = PermittedAction & {
  /** The governed action that it is. */
  readonly actionId: string;
  /** The workflow run that made it known; null when no run did. */
  readonly runId: string | null;
  readonly hold: { readonly kind: "stopped"; readonly by: string } | { readonly kind: "limit-released" } | null;
};

/** Where a permitted effect stands before its call. `no-permit`: the ledger's permit or intent is another one. */
export type PermittedEffect =
  | { readonly state: "no-permit" }
  | { readonly state: "intent"; readonly intent: Intent }
  | { readonly state: "done"; readonly externalRef: string }
  | { readonly state: "failed" | "unknown"; readonly detail: string };

type EffectRow = Pick<Intent, "actionId"> &
  PermittedAction & {
    state: "intent" | "done" | "failed" | "unknown";
    externalRef: string | null;
    detail: string | null;
    runId: string | null;
    stopped: string | null;
    released: boolean;
  };

/**
 * Reads, in one statement, the effect behind a permit with the action exactly as it was decided, and what holds it back by
 * now: a switch, the policy's mode or an agent's, a limit that gave its room back.
 */
export async function readPermittedEffect(sql: Sql, permit: Permit, functionId: string): Promise<PermittedEffect> {
  const { company, caseId, permitId, decisionId, tool, actionDigest, effectKey } = permit;
  const { rows } = await sql.query<EffectRow>({
    name: "read-permitted-effect",
    text: `select e.state, e.external_ref as "externalRef", e.detail, e.run_id as "runId", q.tool, q.action_id as "actionId",
             q.args || coalesce(d.details->'terms', '{}') as args, q.record_version as "recordVersion", d.policy_version as "policyVersion", d.facts->>'partner' as partner,
             stopped_by(m.company, $8, q.tool, d.step_key, d.policy_id, d.approval_id is not null) as stopped,
             exists (select from account_entry r where r.company = m.company and r.cause = m.decision_id
                       and r.kind = 'release') as released
           from permit m
           cross join lateral (
             select * from effect x where x.company = m.company and x.effect_key = m.effect_key limit 1) e
           cross join lateral (
             select * from decision x where x.company = m.company and x.decision_id = m.decision_id limit 1) d
           cross join lateral (
             select * from proposal x where x.company = d.company and x.proposal_id = d.proposal_id limit 1) q
           where m.company = $1 and m.permit_id = $2 and m.decision_id = $3 and m.action_digest = $4
             and m.effect_key = $5 and e.permit_id = m.permit_id and d.case_id = $6 and q.tool = $7`,
    values: [company, permitId, decisionId, actionDigest, effectKey, caseId, tool, functionId],
  });
  const [row] = rows;
  if (row === undefined) return { state: "no-permit" };
  const { state, externalRef, detail, stopped, released, ...action } = row;
  switch (state) {
    case "intent":
      return { state, intent: { ...action, hold: holdOf(stopped, released) } };
    case "done":
      return { state, externalRef: externalRef ?? "" };
    case "failed":
    case "unknown":
      return { state, detail: detail ?? "" };
  }
}

function holdOf(by: string | null, isReleased: boolean): Intent["hold"] {
  if (by !== null) return { kind: "stopped", by };
  return isReleased ? { kind: "limit-released" } : null;
}

export type Settlement =
  | { readonly state: "done"; readonly receipt: Receipt }
  | { readonly state: "failed" | "unknown"; readonly detail: string };

/**
 * Settles an effect with its receipt record in one transaction. Idempotent for the same settlement. What is done with a
 * partner is also told in the log of both companies, and the receipt rests on that leaf.
 */
export async function settleEffect(
  ledger: Ledger,
  permit: Permit,
  settlement: Settlement,
  at: string,
  shared?: Pick<PermittedAction, "args" | "partner">,
): Promise<void> {
  const { company } = permit;
  await writeStep(ledger, { company, ...settlementPart(permit, settlement, at, shared) });
}

/** A settled effect's row, and the records that tell of it. */
export function settlementPart(
  permit: Permit,
  settlement: Settlement,
  at: string,
  shared?: Pick<PermittedAction, "args" | "partner">,
): Required<Pick<StepWriting, "settled" | "records">> {
  const { company, caseId, effectKey, actionDigest } = permit;
  const externalRef = settlement.state === "done" ? settlement.receipt.externalRef : null;
  const detail = settlement.state === "done" ? null : settlement.detail;
  const joint = settlement.state === "done" ? jointRecords(permit, { ...shared, externalRef, at }) : [];
  const body = { effectKey, state: settlement.state, externalRef, detail, commitment: joint[0]?.log ?? null };
  const parents = [recordKeys.intent(effectKey), ...joint.map(({ key }) => key)];
  const key = recordKeys.receipt(effectKey, settlement.state);
  const receipt: RecordDraft = { company, caseId, kind: "receipt", key, at, body, parents, actionDigest };
  const row: JsonObject = { effectKey, state: settlement.state, externalRef, detail, at };
  return { settled: row, records: [...joint, receipt] };
}

type Done = {
  readonly args?: Action["args"];
  readonly partner?: string | null;
  readonly externalRef: string | null;
  readonly at: string;
};

/** What both companies hold to, for the log between them. None where no partner is concerned. */
function jointRecords(permit: Permit, { args, partner, externalRef, at }: Done): RecordDraft[] {
  if (args === undefined || partner === undefined || partner === null) return [];
  const { company, caseId, effectKey, tool, actionDigest } = permit;
  const log = relationshipLogOf(company, partner);
  const key = recordKeys.commitment(effectKey);
  const body = { effectKey, tool, state: "done", args: partnerArgs(tool, args), externalRef };
  return [{ company, caseId, kind: "commitment", key, at, body, actionDigest, log }];
}

/** What became of what a decision permitted: what it is called at its target, or why it was not done. */
export type EffectEnd = { readonly externalRef: string | null; readonly detail: string | null };

/** Undefined where the decision permitted nothing. */
export async function readEffectEnd(sql: Sql, company: string, decisionId: string): Promise<EffectEnd | undefined> {
  const { rows } = await sql.query<EffectEnd>({
    name: "read-effect-end",
    text: `select e.external_ref as "externalRef", e.detail
           from (select permit_id, effect_key from permit x where x.company = $1 and x.decision_id = $2 limit 1) m
           cross join lateral (
             select external_ref, detail from effect x where x.company = $1 and x.effect_key = m.effect_key
               and x.permit_id = m.permit_id limit 1) e`,
    values: [company, decisionId],
  });
  return rows[0];
}

/** How a step ended as the ledgers alone tell it: the write-back is decided on this, not on what a caller says. */
export async function readStepOutcome(sql: Sql, company: string, stepKey: string): Promise<OutcomeKind | "open"> {
  const { rows } = await sql.query<{ outcome: OutcomeKind | "open" }>({
    name: "step-outcome",
    text: `select coalesce((
             select case e.state when 'done' then 'already-done' when 'unknown' then 'unknown' else 'open' end
             from audit_record r
             cross join lateral (select state from effect x where x.company = r.company
                                   and x.effect_key = r.envelope::jsonb #>> '{fields,effectKey}' limit 1) e
             where r.company = $1 and r.key = $3 limit 1), (
           select case
             when e.state = 'done' then 'executed'
             when e.state = 'failed' then 'refused'
             when e.state = 'unknown' then 'unknown'
             when e.state is not null then 'open'
             when d.details->>'mode' in ('off', 'shadow') then 'withheld'
             when d.verdict = 'block' then 'blocked'
             when asked.state in ('rejected', 'expired', 'superseded') then asked.state
             when asked.state = 'withdrawn' then 'superseded'
             else 'open' end
           from decision d
           left join lateral (
             select s.state from decision x
             cross join lateral (select state, opened_at from escalation
                                 where company = x.company and decision_id = x.decision_id limit 1) s
             where x.company = $1 and x.step_key = $2 order by s.opened_at desc limit 1) asked on true
           left join lateral (
             select permit_id, effect_key from permit x
             where x.company = d.company and x.decision_id = d.decision_id limit 1) m on true
           left join lateral (
             select state from effect x where x.company = d.company and x.effect_key = m.effect_key
               and x.permit_id = m.permit_id limit 1) e on true
           where d.company = $1 and d.step_key = $2 order by d.gate desc limit 1), 'open') as outcome`,
    values: [company, stepKey, recordKeys.repeat(stepKey)],
  });
  return rows[0]?.outcome ?? "open";
}
