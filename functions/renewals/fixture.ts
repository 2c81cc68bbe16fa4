import type { JsonObject } from "../../domain/json.ts";
import type { PartnerReading } from "../../domain/partner.ts";
import type { FactInput, FunctionAction } from "../definition.ts";
import { evidenceOf, partnerReading } from "../shared/fixture.ts";
import { assignPartner } from "./assign-partner.ts";
import { priceRenewal } from "./price-renewal.ts";
import { proposeRenewal } from "./propose-renewal.ts";
import { recordRenewal } from "./record-renewal.ts";

/** When the fixture's renewal is proposed: 120 days before its notice date. */
export const RENEWAL_AT = "2026-06-04T09:00:00.000Z";

/**
 * The CRM record of a contract that ends on 31 December 2026 and renews itself unless notice is given 90 days before:
 * 120,000.00 USD is paid, no rise is capped, and 3 % more is asked.
 */
export function contractRecord(changes: { readonly [property: string]: string } = {}): JsonObject {
  return {
    contract_id: "C-7001",
    customer: "Contoso",
    partner_id: "partner-7",
    start_date: "2026-01-01",
    end_date: "2026-12-31",
    auto_renew: "true",
    notice_days: "90",
    currency: "USD",
    price: "120000.00",
    list_price: "130000.00",
    price_cap: "",
    requested_price: "123600.00",
    co_term_with: "",
    renewal_state: "scheduled",
    usage: "82%",
    health: "71",
    partner_standing: "active",
    partner_last_activity: "2026-05-25",
    requested_partner_id: "",
    customer_letter: "",
    acceptance_evidence: "",
    accepted_on: "",
    non_renewal_reason: "",
    notice_received_on: "",
    requested_by: "renewals@vendor.example",
    ...changes,
  };
}

/** What the decision knows about a record when the proposal is what was requested. */
export function renewalInput(
  action: FunctionAction,
  record: JsonObject,
  { partner = {}, at = RENEWAL_AT }: { readonly partner?: Partial<PartnerReading>; readonly at?: string } = {},
): FactInput {
  return {
    evidence: evidenceOf({ "crm.record": record, "programme.partner": partnerReading(partner) }),
    action: action.requested(record) ?? { tool: action.tool, args: {} },
    at,
  };
}

/** A contract whose silence has renewed it. */
const silent = { renewal_state: "proposed", requested_price: "" };

/** The facts of the clean renewal, of all its steps together. */
export function renewalFacts(changes: JsonObject = {}): JsonObject {
  const recorded = renewalInput(recordRenewal, contractRecord(silent), { at: "2026-10-02T23:59:59.999Z" });
  const steps = [proposeRenewal, priceRenewal, assignPartner].map((action) =>
    action.facts(renewalInput(action, contractRecord())),
  );
  return { ...Object.assign({}, ...steps, recordRenewal.facts(recorded)), ...changes };
}
