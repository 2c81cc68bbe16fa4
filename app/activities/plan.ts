import { planCase } from "../../deciding/plan.ts";
import type { ReadTools } from "../../deciding/evidence.ts";
import type { LedgerPool } from "../../audit/records.ts";
import type { LedgerActivities } from "../../workflows/activities.ts";
import { endedByUnknownName, type UnknownNameAlarm } from "./unknown-name.ts";

type Deps = { readonly pool: LedgerPool; readonly readTools: ReadTools; readonly unknownName: UnknownNameAlarm };

/** The dated course of a case. */
export function createPlan(deps: Deps): Pick<LedgerActivities, "planCase"> {
  return {
    planCase: (ref, at) =>
      endedByUnknownName(
        { caseId: ref.caseId, stepKey: "" },
        deps.unknownName,
        () => planCase(deps, ref, at),
        () => ({ kind: "unreadable", code: "unknown-name" }),
      ),
  };
}
