import { recordSetAside } from "../audit/ledgers/case-end.ts";
import { readGate } from "../audit/ledgers/decisions.ts";
import type { LedgerPool } from "../audit/records.ts";
import { actionOf } from "../functions/governed-actions.ts";
import { isMoot, recordToolOf, versionRestedOn } from "../functions/index.ts";
import type { News, StepRef } from "../workflows/activities.ts";
import { readEvidence, type ReadTools } from "./evidence.ts";

export type SetAsideDeps = { readonly pool: LedgerPool; readonly readTools: ReadTools };

/**
 * Whether an event tells nothing new of what a step's proposal rests on, read afresh: the version is of the properties read and of
 * nothing else. Its work is then recorded as ended, with why; the step's goes on.
 */
export async function setAside(
  { pool, readTools }: SetAsideDeps,
  step: StepRef,
  { eventId, gone }: News,
  at: string,
): Promise<boolean> {
  const { company, caseId, functionId, stepKey } = step;
  const action = actionOf(functionId, step.action);
  const { proposal } = await readGate(pool, company, stepKey, 1);
  if (proposal === undefined || proposal.recordVersion === "" || gone === true) return false;
  const evidence = await readEvidence(readTools, action, step);
  const sources = Object.values(evidence).map(({ source }) => source);
  const isSame = versionRestedOn(functionId, action, sources) === proposal.recordVersion;
  if (!isSame || isMoot(functionId, action, evidence[recordToolOf(functionId)]?.value, proposal.action.args))
    return false;
  const end = { step: step.action, kind: "idle", reason: "what was read for the open question is as it was" };
  await recordSetAside(pool, { company, caseId, eventId, outcomes: [end], at });
  return true;
}
