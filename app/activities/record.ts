import type { Pool } from "pg";
import { appendOnce } from "../../audit/records.ts";
import type { LedgerActivities } from "../../workflows/activities.ts";

/** Records that belong to no other verb: here the end of one event's work in a case. */
export function createRecord({ pool }: { readonly pool: Pool }): Pick<LedgerActivities, "endCase"> {
  return {
    async endCase({ company, caseId, eventId }, outcomes, at) {
      const body = { eventId, outcomes: outcomes.map(({ step, kind, reason }) => ({ step, kind, reason })) };
      await appendOnce(pool, { company, caseId, kind: "case_end", key: `${caseId}/${eventId}/end`, at, body });
    },
  };
}
