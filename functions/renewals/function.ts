import type { FunctionDefinition } from "../definition.ts";
import { agent } from "./agent.ts";
import { assignPartner } from "./assign-partner.ts";
import { contractFields } from "./contract.ts";
import { renewalMessages } from "./messages.ts";
import { renewalPlan } from "./plan.ts";
import { priceRenewal } from "./price-renewal.ts";
import { proposeRenewal } from "./propose-renewal.ts";
import { recordRenewal } from "./record-renewal.ts";
import { contractHolds } from "./still-holds.ts";

/** The properties of a contract whose change opens a renewal, or is told to the one that runs. */
const heard = [
  "end_date",
  "notice_days",
  "auto_renew",
  "usage",
  "health",
  "requested_price",
  "requested_partner_id",
  "acceptance_evidence",
  "accepted_on",
  "non_renewal_reason",
  "notice_received_on",
] as const satisfies readonly (keyof typeof contractFields)[];

function changed(property: string) {
  return { kind: "record", system: "crm", type: "contract", on: { kind: "changed", property } } as const;
}

/** F8 Renewals: a contract is proposed, priced and recorded for its next term, with the partner who keeps it; its dates say when. */
export const renewals = {
  id: "renewals",
  code: "F8",
  title: "Renewals",
  cells: [
    { pillar: "process", zone: "joint" },
    { pillar: "governance", zone: "vendor" },
  ],
  triggers: [{ kind: "date" }, { kind: "asked" }, ...heard.map(changed)],
  subject: { system: "crm", type: "contract", fields: contractFields, holds: contractHolds },
  actions: [proposeRenewal, priceRenewal, assignPartner, recordRenewal],
  agent,
  plan: renewalPlan,
  choreography: "renewalCase",
  messages: renewalMessages,
} as const satisfies FunctionDefinition;
