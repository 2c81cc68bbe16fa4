import { recordKeys } from "../record-keys.ts";
import { appendOnce, type LedgerPool } from "../records.ts";
import type { StepPart } from "./step-writing.ts";

/** How the steps of one event's work in a case ended, in order. */
export type CaseEnd = {
  readonly company: string;
  readonly caseId: string;
  readonly eventId: string;
  readonly outcomes: readonly { readonly step: string; readonly kind: string; readonly reason: string }[];
  readonly at: string;
};

/** The end of one event's work in a case: told once. What the case holds of limits and has not begun is given back. */
export function caseEndPart(end: CaseEnd): StepPart {
  const record = recordOf(end);
  return { row: { caseId: end.caseId, recordKey: record.key }, records: [record] };
}

/** The end of an event that there was nothing to do about, while the work on another one goes on. */
export async function recordSetAside(pool: LedgerPool, end: CaseEnd): Promise<void> {
  await appendOnce(pool, recordOf(end));
}

function recordOf({ company, caseId, eventId, outcomes, at }: CaseEnd) {
  const ends = outcomes.map(({ step, kind }) => ({ step, kind }));
  const body = { eventId, outcomes: ends, reasons: outcomes.map(({ reason }) => reason) };
  const parents = [recordKeys.event(eventId)];
  const key = recordKeys.end(caseId, eventId);
  return { company, caseId, kind: "case_end", key, at, body, parents } as const;
}
