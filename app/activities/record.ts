import { recordKeys } from "../../audit/record-keys.ts";
import { appendOnce, type LedgerPool } from "../../audit/records.ts";
import type { LedgerActivities } from "../../workflows/activities.ts";

/** Records that belong to no other verb: here the end of one event's work in a case. */
export function createRecord({ pool }: { readonly pool: LedgerPool }): Pick<LedgerActivities, "endCase"> {
  return {
    async endCase({ company, caseId, eventId }, outcomes, at) {
      const ends = outcomes.map(({ step, kind }) => ({ step, kind }));
      const body = { eventId, outcomes: ends, reasons: outcomes.map(({ reason }) => reason) };
      const parents = [recordKeys.event(eventId)];
      const key = recordKeys.end(caseId, eventId);
      await appendOnce(pool, { company, caseId, kind: "case_end", key, at, body, parents });
    },
  };
}
