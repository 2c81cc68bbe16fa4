import type { Sql } from "../../audit/records.ts";
import { readEvidence, type ReadTools } from "../../deciding/evidence.ts";
import { firstActionOf, requestIn, recordToolOf } from "../../functions/index.ts";
import type { GovernedAction } from "../../functions/definition.ts";
import { ToolError } from "../../tools/tool-error.ts";
import { tellThoseWho } from "../../gateway/sweep/protections.ts";
import type { LedgerActivities, WorkRef } from "../../workflows/activities.ts";

/** What ended before that is the hourly schedule's. */
const LOOKED_BACK_MS = 3 * 3_600_000;

type Deps = { readonly pool: Sql; readonly readTools: ReadTools; readonly now: () => string };

/** Those who waited are told by events, as everything that opens a case or tells one. Safe to repeat. */
export function createTellWaiting({ pool, readTools, now }: Deps): Pick<LedgerActivities, "tellWaiting"> {
  /** How many of them stand before what the case's own record asks for. */
  async function before(ref: WorkRef, at: string): Promise<number> {
    const action: GovernedAction = firstActionOf(ref.functionId);
    if (action.waitsFor === undefined) return 0;
    const evidence = await readEvidence(readTools, action, { ...ref, reportsStep: "" });
    const record = evidence[recordToolOf(ref.functionId)];
    const asked = record && requestIn(ref.functionId, action, record);
    return asked === undefined ? 0 : action.waitsFor({ evidence, action: asked, at }).length;
  }

  /** Whether something that a schedule said has not come to its case. */
  async function isUntold(company: string): Promise<boolean> {
    const { rows } = await pool.query<{ untold: boolean }>({
      name: "is-schedule-untold",
      text: `select exists (
               select from inbox where company = $1 and (source in ('batch', 'schedule'))
                 and dispatched_at is null and state in ('pending', 'late')) as untold`,
      values: [company],
    });
    return rows[0]?.untold === true;
  }

  return {
    async tellWaiting(ref) {
      // What was ended just now was ended by the company's clock.
      const at = now();
      const since = new Date(Date.parse(at) - LOOKED_BACK_MS).toISOString();
      const { ended } = await tellThoseWho({ sql: pool }, ref, { at, since, after: "" });
      if (ended === 0 && !(await isUntold(ref.company))) return 0;
      return before(ref, at).catch((error: unknown) => {
        // What cannot be read now is asked again; the step itself says what comes of an outage.
        if (error instanceof ToolError) return 1;
        throw error;
      });
    },
  };
}
