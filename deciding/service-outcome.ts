import type { LedgerPool } from "../audit/records.ts";
import { beginEffect, settleEffect, type EffectState, type Settlement } from "../audit/ledgers/effects.ts";
import type { ServiceStep } from "../audit/ledgers/service-decisions.ts";
import { inTransaction } from "../audit/ledgers/transaction.ts";
import { EXTERNAL_TOOL } from "../domain/decide-case.ts";
import { stoppedText } from "../domain/control.ts";
import type { Permit } from "../domain/permit.ts";
import { functionOfPolicy } from "./function-of-policy.ts";
import { ownRequest, type OfCaller } from "./own-request.ts";

/** What the caller says became of the action it had a permit for. */
export type Outcome =
  | { readonly state: "done"; readonly externalRef?: string | undefined }
  | { readonly state: "failed"; readonly detail: string };

export type Settled =
  | { readonly kind: "settled"; readonly state: "done" | "failed"; readonly decisionId: string }
  | {
      readonly kind: "refused";
      readonly code: "not-found" | "not-your-decision" | "no-permit" | "function-stopped" | "already-settled";
      readonly detail: string;
    };

type Report = OfCaller & { readonly outcome: Outcome; readonly at: string };

/** Intent and receipt in one transaction: of two reports at once one is kept, and the other finds it. */
export async function settleOutcome(pool: LedgerPool, report: Report): Promise<Settled> {
  const { outcome, at } = report;
  const no = (code: Extract<Settled, { kind: "refused" }>["code"], detail: string): Settled => ({
    kind: "refused",
    code,
    detail,
  });
  const own = await ownRequest(pool, report);
  if (own.kind === "refused") return own;
  const { step } = own;
  const permit = permitOf(step);
  if (permit === undefined) return no("no-permit", "no permit was given for it");
  const settlement = settlementOf(outcome, step.args.ref, at);
  const effect = await inTransaction(pool, async (client) => {
    const begun = await beginEffect(client, permit, { functionId: functionOfPolicy(step.actionId), at });
    if (begun.state === "intent") await settleEffect(client, permit, settlement, at, begun);
    return begun;
  });
  if (effect.state === "no-permit") return no("no-permit", "the permit is not the ledger's");
  if (effect.state === "stopped") return no("function-stopped", stoppedText(effect.by));
  if (effect.state !== "intent" && !saysTheSame(effect, settlement)) {
    return no("already-settled", `it was reported as ${effect.state}`);
  }
  return { kind: "settled", state: outcome.state, decisionId: permit.decisionId };
}

function permitOf({ company, caseId, stepKey, decisions }: ServiceStep): Permit | undefined {
  const permitted = decisions.find(({ permitId }) => permitId !== null);
  if (permitted === undefined || permitted.permitId === null) return undefined;
  const { permitId, decisionId, actionDigest, decidedAt } = permitted;
  return { permitId, company, caseId, decisionId, tool: EXTERNAL_TOOL, decidedAt, actionDigest, effectKey: stepKey };
}

function settlementOf(outcome: Outcome, ref: string, at: string): Settlement {
  if (outcome.state === "failed") return outcome;
  return { state: "done", receipt: { externalRef: outcome.externalRef ?? ref, answeredAt: at } };
}

function saysTheSame(effect: EffectState, settlement: Settlement): boolean {
  if (effect.state === "done")
    return settlement.state === "done" && effect.externalRef === settlement.receipt.externalRef;
  return effect.state === "failed" && settlement.state === "failed" && effect.detail === settlement.detail;
}
