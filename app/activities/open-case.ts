import type { Sql } from "../../audit/records.ts";
import { functionOf } from "../../functions/index.ts";
import { openByCase } from "../../gateway/inbox/open-by-case.ts";
import type { LedgerActivities } from "../../workflows/activities.ts";

/** A case opens another function's: by an event, as everything that opens one. */
export function createOpenCase({ pool }: { readonly pool: Sql }): Pick<LedgerActivities, "openCase"> {
  return {
    openCase({ company, caseId, eventId }, { functionId, objectId }, at) {
      const { subject } = functionOf(functionId);
      const object = { system: subject.system, type: subject.type, id: objectId };
      return openByCase(pool, { company, caseId, eventId, functionId, object, at });
    },
  };
}
