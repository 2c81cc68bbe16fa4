import { askSides, type AgreementRow } from "../audit/ledgers/agreements.ts";
import { readGate } from "../audit/ledgers/decisions.ts";
import { actionOf } from "../functions/governed-actions.ts";
import { functionOf } from "../functions/index.ts";
import type { StepRef, Terms } from "../workflows/activities.ts";
import { readRecord } from "./evidence.ts";
import type { StepDeps } from "./step.ts";

/** The number of the terms while companies have signed none. */
const NO_TERMS = 1;

/**
 * Asks the sides to agree to exactly what a step proposed: the action, its object and arguments, and the version of the
 * record that it rests on. Nothing else can be done under their oks. Once per proposal.
 */
export async function askAbout(
  { pool, readTools }: Pick<StepDeps, "pool" | "readTools">,
  step: StepRef,
  { partners, role, expiresAt }: Terms,
  at: string,
): Promise<Pick<AgreementRow, "agreementId" | "state">> {
  const { company, caseId, stepKey, functionId, objectType, objectId } = step;
  const { proposal } = await readGate(pool, company, stepKey, 1);
  if (proposal === undefined) throw new Error(`no proposal for step \`${stepKey}\``);
  const { tool, args } = proposal.action;
  const action = actionOf(functionId, step.action);
  const record = await readRecord(readTools, step);
  const { system } = functionOf(functionId).subject;
  const asked = {
    type: proposal.actionId,
    object: { system, type: objectType, id: objectId },
    tool,
    args,
    recordVersions: { [company]: proposal.recordVersion },
    terms: NO_TERMS,
    executor: company,
    sides: [...new Set([company, ...partners])],
    expiresAt,
  };
  const requestedBy = action.requestedBy(record?.value ?? {}, args) ?? "";
  return askSides(pool, { company, caseId, stepKey, proposalId: proposal.proposalId, asked, role, requestedBy, at });
}
