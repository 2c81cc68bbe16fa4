import type { Permit, Receipt } from "../../domain/permit.ts";
import { CRM_PARTNER } from "../../functions/shared/deal-team.ts";
import { ToolError } from "../tool-error.ts";
import type { CrmReader, CrmWriter } from "./port.ts";

/**
 * Has a deal's partner field name a partner. Where it does already nothing is written, since that would be a new version
 * of the deal and void what people are being asked about it; the receipt then names the version that was found.
 */
export async function namePartner(
  crm: CrmReader & CrmWriter,
  permit: Permit,
  { dealId, partnerId }: { readonly dealId: string; readonly partnerId: string },
): Promise<Receipt> {
  const deal = await crm.readRecord(permit.company, "deal", dealId);
  if (deal === undefined) throw new ToolError("TARGET_REFUSED", `no crm object \`deal/${dealId}\``);
  const { version, observedAt } = deal.source;
  if (deal.value[CRM_PARTNER] === partnerId) {
    // It may be this very call that wrote it.
    const written = await crm.findCall(permit.company, permit.effectKey);
    return written ?? { externalRef: `deal/${dealId}@${version}`, answeredAt: observedAt };
  }
  const update = { objectType: "deal", objectId: dealId, property: CRM_PARTNER, value: partnerId };
  return crm.updateProperty(permit, update);
}
