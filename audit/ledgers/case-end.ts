import { recordKeys } from "../record-keys.ts";
import type { StepPart } from "./step-writing.ts";

/** How the steps of one event's work in a case ended, in order. */
export type CaseEnd = {
  readonly company: string;
  readonly caseId: string;
  readonly eventId: string;
  readonly outcomes: readonly { readonly step: string; readonly kind: string; readonly reason: string }[];
  readonly at: string;
};

/** The end of one event's work in a case: told once. */
export function caseEndPart({ company, caseId, eventId, outcomes, at }: CaseEnd): StepPart {
  const ends = outcomes.map(({ step, kind }) => ({ step, kind }));
  const body = { eventId, outcomes: ends, reasons: outcomes.map(({ reason }) => reason) };
  const parents = [recordKeys.event(eventId)];
  const key = recordKeys.end(caseId, eventId);
  const record = { company, caseId, kind: "case_end", key, at, body, parents } as const;
  return { row: { caseId, recordKey: key }, records: [record] };
}
