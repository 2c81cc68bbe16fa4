import type { Sql } from "../../audit/records.ts";
import { tellThoseWho } from "../../gateway/sweep/protections.ts";
import type { LedgerActivities } from "../../workflows/activities.ts";

/** What ended before that is the hourly schedule's. */
const LOOKED_BACK_MS = 3 * 3_600_000;

type Deps = { readonly pool: Sql; readonly now: () => string };

/** Those who waited are told by events, as everything that opens a case or tells one. Safe to repeat. */
export function createTellWaiting({ pool, now }: Deps): Pick<LedgerActivities, "tellWaiting"> {
  return {
    async tellWaiting({ company, functionId }) {
      // What was ended just now was ended by the company's clock.
      const at = now();
      const since = new Date(Date.parse(at) - LOOKED_BACK_MS).toISOString();
      await tellThoseWho({ sql: pool }, { company, functionId }, { at, since, after: "" });
    },
  };
}
