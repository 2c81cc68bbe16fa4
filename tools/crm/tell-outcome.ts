import type { z } from "zod";
import type { Permit, Receipt } from "../../domain/permit.ts";
import { reportedAction, type WriteBackArgs } from "../../functions/shared/write-back.ts";
import { ToolError } from "../tool-error.ts";
import type { CrmReader, CrmWriter } from "./port.ts";

/**
 * Sets the property that tells how a step ended, and never over what somebody wrote there meanwhile: immediately before the
 * write it must hold what the outcome takes the place of, or the outcome already. Throws `TARGET_CONFLICT` where it holds anything else.
 */
export async function tellOutcome(
  crm: CrmReader & CrmWriter,
  permit: Permit,
  { action, objectType, objectId, property, value }: z.infer<typeof WriteBackArgs>,
): Promise<Receipt> {
  const { askedBy, writeBack } = reportedAction(action) ?? {};
  const over = writeBack?.over ?? (askedBy?.property === property ? askedBy.value : undefined);
  if (over !== undefined) {
    const record = await crm.readRecord(permit.company, objectType, objectId);
    const found = record?.value[property];
    if (found !== undefined && found !== over && found !== value) {
      const detail = `\`${property}\` of \`${objectType}/${objectId}\` was changed meanwhile and is left as it is`;
      throw new ToolError("TARGET_CONFLICT", detail);
    }
  }
  return crm.updateProperty(permit, { objectType, objectId, property, value });
}
