import { caseEndPart } from "../../audit/ledgers/case-end.ts";
import { writeStep } from "../../audit/ledgers/step-writing.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { endedInWords } from "../../deciding/refused.ts";
import type { LedgerActivities } from "../../workflows/activities.ts";

/** Records that belong to no other verb: here the end of one event's work in a case. */
export function createRecord({ pool }: { readonly pool: LedgerPool }): Pick<LedgerActivities, "endCase"> {
  return {
    async endCase(ref, ended, at) {
      const { company, caseId, eventId } = ref;
      const outcomes = await endedInWords(pool, ref, ended);
      await writeStep(pool, { company, end: caseEndPart({ company, caseId, eventId, outcomes, at }) });
    },
  };
}
