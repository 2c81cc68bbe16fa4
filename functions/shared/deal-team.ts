import type { Lookup } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";

/** The property of a CRM deal that names a partner. The CRM knows one, and no role: it is read as the partner who sells. */
export const CRM_PARTNER = "partner_id";

/** Longer than this is no partner's id. */
const MAX_ID_CHARS = 256;

/** Reads a deal's team; `record` is the deal's own, whose partner sells while the team holds nobody who does. */
export function teamLookup(dealId: string, record: JsonObject): Lookup {
  const named = record[CRM_PARTNER];
  const crmPartner = typeof named === "string" && named.length <= MAX_ID_CHARS ? named : "";
  return { tool: "programme.deal-team", args: { dealId, crmPartner } };
}
