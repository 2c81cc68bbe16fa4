import { z } from "zod";
import type { TurnInput } from "../../agents/turn.ts";
import type { Evidence } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ReadTool } from "../../tools/read-tool.ts";
import { evidenceOf, partnerReading, teamOf } from "../../functions/shared/fixture.ts";

/** A quote asking 15 %: 10,000.00 USD list, 8,500.00 USD net, no concessions. */
function quoteRecord(changes: JsonObject = {}): JsonObject {
  return {
    quote_id: "Q-1001",
    partner_id: "partner-7",
    quote_currency: "USD",
    quote_list_price: "10000.00",
    quote_net_price: "8500.00",
    quote_concessions: "0",
    quote_floor_price: "7000.00",
    quote_protected_terms: "none",
    quote_requested_by: "sam",
    ...changes,
  };
}

/** A clean registration worth 42,000.00 USD. */
function registrationRecord(changes: JsonObject = {}): JsonObject {
  return {
    registration_id: "R-1",
    partner_id: "partner-7",
    customer_domain: "shop.example.com",
    product_family: "analytics",
    estimated_value: "42000.00",
    currency: "USD",
    expected_close_date: "2026-09-30",
    presales_evidence: "Two discovery calls and a sizing workshop with the customer.",
    first_call_date: "2026-02-11",
    vendor_engaged: "false",
    requested_by: "sam",
    ...changes,
  };
}

export type Read = { readonly company: string; readonly tool: string; readonly args: JsonObject };

const argsOf = {
  "crm.record": z.strictObject({ objectType: z.string(), objectId: z.string() }),
  "programme.deal-team": z.strictObject({ dealId: z.string(), crmPartner: z.string() }),
  "quotes.approval": z.strictObject({ quoteId: z.string() }),
  "ledger.prices": z.strictObject({ skus: z.string() }),
  "ledger.first-act": z.strictObject({
    functionId: z.string(),
    objectType: z.string(),
    objectId: z.string(),
    tool: z.string(),
  }),
  "programme.registration-id": z.strictObject({ registrationId: z.string() }),
  "programme.partner": z.strictObject({ partnerId: z.string() }),
  "accounts.matches": z.strictObject({
    domain: z.string(),
    name: z.string(),
    aliases: z.string(),
    productFamily: z.string(),
  }),
  "ledger.claims": z.strictObject({ account: z.string(), productFamily: z.string() }),
};

/** Reading tools over fixed values, which note every call but those of our own ledgers, which code makes. A value left out is a thing that does not exist. */
export function readTools(values: { readonly [tool: string]: JsonObject }): { tools: ReadTool[]; reads: Read[] } {
  const reads: Read[] = [];
  const evidence: { readonly [tool: string]: Evidence } = evidenceOf(values);
  const tools = Object.entries(argsOf).map(([name, args]): ReadTool => ({
    name,
    description: `reads ${name}`,
    args,
    async read(company, given) {
      if (!name.startsWith("ledger.")) reads.push({ company, tool: name, args: { ...given } });
      return evidence[name];
    },
  }));
  return { tools, reads };
}

export function quoteReadings(changes: JsonObject = {}) {
  return {
    "crm.record": quoteRecord(changes),
    "programme.deal-team": teamOf(),
    "quotes.approval": { last: null },
  };
}

export function registrationReadings(changes: JsonObject = {}, matches: readonly JsonObject[] = []) {
  return {
    "crm.record": registrationRecord(changes),
    "programme.partner": partnerReading(),
    "programme.registration-id": { heldBy: [] },
    "accounts.matches": { matches },
    "ledger.claims": { claims: [] },
  };
}

export const quoteTurn: TurnInput = {
  company: "acme",
  caseId: "acme:quoting:crm-deal-1001",
  stepKey: "acme:quoting:crm-deal-1001/evt_1/approve-discount",
  functionId: "quoting",
  action: "quoting",
  objectType: "deal",
  objectId: "1001",
  at: "2026-03-05T12:00:00.000Z",
};

export const registrationTurn: TurnInput = {
  company: "acme",
  caseId: "acme:deal-registration:crm-registration-1",
  stepKey: "acme:deal-registration:crm-registration-1/evt_1/register-deal",
  functionId: "deal-registration",
  action: "deal-registration",
  objectType: "registration",
  objectId: "1",
  at: "2026-03-05T12:00:00.000Z",
};
