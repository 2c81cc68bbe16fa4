import type { RecordDraft } from "../../domain/audit-record.ts";
import { textAt } from "../story/loose.ts";
import { eventOfStep, recordKeys } from "../record-keys.ts";
import { readRecord, type Ledger } from "../records.ts";
import type { StepNames } from "./turns.ts";

/** Why a step ended with nothing decided that holds. `actionId`: what was to be decided; empty where that is not known. */
export type Refusal = { readonly actionId: string; readonly reason: string };

/** As it is kept. `at`: when, ISO 8601. */
export type KeptRefusal = Refusal & { readonly at: string };

/** Told before the note on it, which may say no more than this. Once for each step. */
export function refusalRecord(
  { company, caseId, stepKey }: StepNames,
  { actionId, reason }: Refusal,
  at: string,
): RecordDraft {
  const body = { stepKey, actionId, reason };
  const parents = [recordKeys.event(eventOfStep(caseId, stepKey))];
  return { company, caseId, kind: "refusal", key: recordKeys.refusal(stepKey), at, body, parents };
}

/** Undefined where there is none, or nobody can read it any more. */
export async function readRefusal(ledger: Ledger, company: string, stepKey: string): Promise<KeptRefusal | undefined> {
  const { body = {}, at = "" } = (await readRecord(ledger, company, recordKeys.refusal(stepKey))) ?? {};
  const reason = textAt(body, "reason");
  return reason === "" ? undefined : { actionId: textAt(body, "actionId"), reason, at };
}
