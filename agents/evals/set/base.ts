import type { JsonObject } from "../../../domain/json.ts";
import type { Label, Task } from "../task.ts";

const AT = "2026-03-02T09:00:00.000Z";

/** A task but for its name, kind and verdict. Its values are the set's own: recorded runs name it by its digest, and fixtures may change. */
export type Ground = Pick<Task, "functionId" | "action" | "objectType" | "at" | "readings" | "labels">;

export const so = (...tells: string[]): Label => ({ tells, holds: true });
export const notSo = (...tells: string[]): Label => ({ tells, holds: false });

const partner = {
  partnerId: "partner-7",
  name: "Northwind Partners",
  tier: "gold",
  standing: "active",
  authorisedFor: ["analytics"],
  certifiedFor: ["analytics"],
};

/** A partner who sells on a deal. */
export function member(changes: JsonObject = {}): JsonObject {
  const part = {
    role: "sell",
    motion: "resell",
    from: null,
    until: null,
    creditPpm: null,
    toldBy: "crm",
    holds: "now",
  };
  return { ...partner, ...part, ...changes };
}

/** 12 % off a list price of 100,000.00 USD. `members`: who is on the deal's team. */
export function quote(changes: JsonObject = {}, members: readonly JsonObject[] = [member()]): Ground {
  const record = {
    quote_id: "Q-1001",
    partner_id: "partner-7",
    quote_currency: "USD",
    quote_list_price: "100000.00",
    quote_net_price: "88000.00",
    quote_concessions: "0.00",
    quote_floor_price: "60000.00",
    quote_protected_terms: "none",
    quote_requested_by: "seller@northwind.example",
    quote_status: "approval_requested",
    ...changes,
  };
  const readings = {
    "crm.record": record,
    "programme.deal-team": { dealId: "1001", members },
    "quotes.approval": { last: null },
  };
  return { functionId: "quoting", action: "quoting", objectType: "deal", at: AT, readings, labels: [] };
}

/** A customer and a product family claimed first, worth 42,000.00 USD. `matches`: open registrations near to it. */
export function registration(changes: JsonObject = {}, matches: readonly JsonObject[] = []): Ground {
  const record = {
    registration_id: "R-2001",
    partner_id: "partner-7",
    customer_domain: "shop.contoso.co.uk",
    product_family: "analytics",
    estimated_value: "42000.00",
    currency: "USD",
    expected_close_date: "2026-06-30",
    presales_evidence: "Workshop with the data team and a scoped proof of concept",
    first_call_date: "2026-02-24",
    vendor_engaged: "false",
    requested_by: "seller@northwind.example",
    registration_status: "submitted",
    ...changes,
  };
  const readings = {
    "crm.record": record,
    "programme.partner": partner,
    "accounts.matches": { matches },
    "programme.registration-id": { heldBy: [] },
  };
  const id = "deal-registration";
  return { functionId: id, action: id, objectType: "registration", at: AT, readings, labels: [] };
}

/** A partner's registration of the same customer and product family. */
export function rival(partnerId: string): JsonObject {
  return {
    registrationId: "R-1900",
    partnerId,
    partnerName: null,
    role: "sell",
    customerDomain: "contoso.co.uk",
    customerName: "",
    customerAliases: "",
    productFamily: "analytics",
    registeredAt: "2026-01-31T00:00:00.000Z",
    expiresAt: "2026-05-01T00:00:00.000Z",
    likeness: "same",
    likenessPpm: 1_000_000,
    reasons: ["both are contoso.co.uk"],
  };
}

type RenewalStep = "propose" | "price" | "assign-partner";

/** A contract that renews itself at the end of 2026: 120,000.00 USD is paid, and 3 % more is asked. */
export function renewal(step: RenewalStep, changes: JsonObject = {}): Ground {
  const record = {
    contract_id: "C-7001",
    deal_id: "",
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
    requested_partner_id: step === "assign-partner" ? "partner-9" : "",
    customer_letter: step === "assign-partner" ? "LETTER-3" : "",
    acceptance_evidence: "",
    accepted_on: "",
    non_renewal_reason: "",
    notice_received_on: "",
    requested_by: "renewals@vendor.example",
    ...changes,
  };
  const readings = {
    "crm.record": record,
    "programme.deal-team": { dealId: "contract/C-7001", members: [member()] },
    ...(step === "assign-partner" && { "programme.partner": { ...partner, partnerId: "partner-9", name: "Cirrus" } }),
  };
  const ground = { functionId: "renewals", action: `renewals.${step}`, objectType: "contract", readings, labels: [] };
  return { ...ground, at: "2026-06-04T09:00:00.000Z" };
}

/** A deal of which every factor is known, without a badge yet. */
export function opportunity(changes: JsonObject = {}): Ground {
  const record = {
    customer_domain: "contoso.com",
    customer_name: "Contoso",
    stage: "qualified",
    currency: "USD",
    amount: "250000.00",
    close_date: "2099-06-30",
    technographics: "aws;kubernetes",
    cloud_spend_propensity: "80%",
    win_pattern: "70%",
    co_sell_badge: "",
    ...changes,
  };
  const readings = { "crm.record": record, "batch.reading": {} };
  return { functionId: "co-selling", action: "co-selling.qualify", objectType: "deal", at: AT, readings, labels: [] };
}

/** A task on this ground. */
export function task(
  id: string,
  kind: Task["kind"],
  ground: Ground,
  labels: readonly Label[],
  more: Partial<Task> = {},
): Task {
  return { id, kind, review: "agree", ...ground, labels, ...more };
}
