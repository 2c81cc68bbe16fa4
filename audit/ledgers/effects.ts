import type { Permit, Receipt } from "../../domain/permit.ts";
import type { Action } from "../../domain/proposal.ts";
import type { OutcomeKind } from "../../domain/outcome.ts";
import { recordKeys, relationshipLogOf } from "../record-keys.ts";
import type { Ledger, Sql } from "../records.ts";
import { sealRecord } from "../seal.ts";

/** What the ledger holds behind a permit: the action exactly as it was decided, and what its digest was taken over. */
export type PermittedAction = {
  readonly tool: string;
  readonly args: Action["args"];
  readonly recordVersion: string;
  readonly policyVersion: string;
  /** Whose business it is too: the decision's fact `partner`, where its policy has one. */
  readonly partner: string | null;
};

/** Where an effect stands when `act` starts. `stopped`: the kill switch is on. `fresh` is false after a crash. */
export type EffectState =
  | { readonly state: "no-permit" | "stopped" }
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
  const { company, caseId, effectKey, actionDigest } = permit;
  const externalRef = settlement.state === "done" ? settlement.receipt.externalRef : null;
  const detail = settlement.state === "done" ? null : settlement.detail;
  const recordKey = recordKeys.receipt(effectKey, settlement.state);
  const joint =
    settlement.state === "done" ? await commitmentRow(ledger, permit, { ...shared, externalRef, at }) : null;
  const body = { effectKey, state: settlement.state, externalRef, detail, commitment: joint?.log ?? null };
  const parents = [recordKeys.intent(effectKey), ...(joint === null ? [] : [joint.recordKey])];
  const record = { company, caseId, kind: "receipt", key: recordKey, at, body, parents, actionDigest } as const;
  const canonical = await sealRecord(ledger, record);
  await ledger.query({
    name: "settle-effect",
    text: "select settle_effect($1)",
    values: [JSON.stringify({ ...body, company, caseId, at, recordKey, canonical, joint })],
  });
}

type Done = {
  readonly args?: Action["args"];
  readonly partner?: string | null;
  readonly externalRef: string | null;
  readonly at: string;
};

/** What both companies hold to, for the log between them. Null where no partner is concerned. */
async function commitmentRow(ledger: Ledger, permit: Permit, { args, partner, externalRef, at }: Done) {
  if (args === undefined || partner === undefined || partner === null) return null;
  const { company, caseId, effectKey, tool, actionDigest } = permit;
  const log = relationshipLogOf(company, partner);
  const recordKey = recordKeys.commitment(effectKey);
  const body = { effectKey, tool, state: "done", args, externalRef };
  const record = { company, caseId, kind: "commitment", key: recordKey, at, body, actionDigest, log } as const;
  return { log, recordKey, canonical: await sealRecord(ledger, record) };
}

/** How a step ended as the ledgers alone tell it: the write-back is decided on this, not on what a caller says. */
export async function readStepOutcome(sql: Sql, company: string, stepKey: string): Promise<OutcomeKind | "open"> {
  const { rows } = await sql.query<{ outcome: OutcomeKind | "open" }>({
    name: "step-outcome",
    text: `select case
             when e.state = 'done' then 'executed'
             when e.state = 'failed' then 'refused'
             when e.state = 'unknown' then 'unknown'
             when e.state is not null then 'open'
             when d.details->>'mode' in ('off', 'shadow') then 'withheld'
             when s.state in ('rejected', 'expired', 'superseded') then s.state
             when d.verdict = 'block' then 'blocked'
             else 'open' end as outcome
           from decision d
           left join escalation s on s.company = d.company and s.step_key = d.step_key
             and s.opened_at = (select max(opened_at) from escalation x where x.company = d.company and x.step_key = d.step_key)
           left join effect e on e.company = d.company and e.effect_key = d.step_key
           where d.company = $1 and d.step_key = $2 order by d.gate desc limit 1`,
    values: [company, stepKey],
  });
  return rows[0]?.outcome ?? "open";
}
