import { z } from "zod";
import { getDomain } from "tldts";
import type { JsonObject } from "../../domain/json.ts";
import { Currency, DecimalMinor, formatMinor, MAX_MINOR } from "../../domain/money.ts";
import { DealRole, inRole } from "../../domain/deal-team.ts";
import { PartnerReading } from "../../domain/partner.ts";
import type { FactInput, FunctionAction } from "../definition.ts";
import { asksFor } from "../shared/as-requested.ts";

/** What a registration may claim: the other roles of a deal's team are agreed, not claimed first. */
const ClaimedRole = DealRole.extract(["source", "sell"]);

/** A deal registration as the CRM keeps it. Unknown properties are ignored. */
export const RegistrationRecord = z.object({
  registration_id: z.string().min(1),
  partner_id: z.string().min(1),
  /** A record that does not say claims the sale. */
  partner_role: ClaimedRole.default("sell"),
  customer_domain: z.string().min(1),
  product_family: z.string().min(1),
  estimated_value: DecimalMinor,
  currency: Currency,
  /** What a complete registration gives: close date, real pre-sales work, the first call with the customer. */
  expected_close_date: z.string().default(""),
  presales_evidence: z.string().default(""),
  first_call_date: z.string().default(""),
  vendor_engaged: z.enum(["true", "false"]),
  requested_by: z.string().min(1),
});

/** The registrable domain (`shop.example.co.uk` is `example.co.uk`), lower case; undefined when there is none. */
export function registrableDomain(text: string): string | undefined {
  return getDomain(text.trim().toLowerCase()) ?? undefined;
}

export const ApproveRegistrationArgs = z.strictObject({
  registrationId: z.string().min(1).max(64),
  partnerId: z.string().min(1).max(64),
  role: ClaimedRole,
  customerDomain: z.string().min(1).max(253),
  productFamily: z.string().min(1).max(64),
  valueMinor: z.int().min(0).max(MAX_MINOR),
  currency: Currency,
});

/** The facts that `policies/deal-registration.yaml` may name. */
export const RegistrationFacts = z.strictObject({
  partnerAuthorised: z.boolean().meta({ title: "the partner is active and authorised for the product family" }),
  partnerCertified: z.boolean().meta({ title: "the partner holds a current certification for the product family" }),
  complete: z.boolean().meta({ title: "close date, pre-sales evidence and the first call's date are given" }),
  overlap: z
    .enum(["none", "same-partner", "other-partner"])
    .meta({ title: "an open registration exists for the same customer domain, product family and role" }),
  vendorEngaged: z.boolean().meta({ title: "the vendor is already engaged with the customer" }),
  estimatedValue: z
    .int()
    .min(0)
    .max(MAX_MINOR)
    .meta({ unit: "minor", currency: "USD", title: "estimated value; known only in USD", adjustable: true }),
  proposedAsRequested: z.boolean().meta({ title: "the proposed action is what the CRM record asks for" }),
  partner: z.string().max(64).meta({ title: "id of the partner who registers" }),
  role: ClaimedRole.meta({ title: "the role on the deal that the partner claims" }),
  account: z.string().max(253).meta({ title: "registrable domain of the customer" }),
});

/** Open registrations for one registrable domain and product family, as the programme's records tell them. */
export const OpenRegistrationsReading = z.strictObject({
  registrations: z.array(
    z.strictObject({
      registrationId: z.string(),
      partnerId: z.string(),
      role: ClaimedRole,
      expiresAt: z.iso.datetime(),
    }),
  ),
});

function requested(record: JsonObject) {
  const parsed = RegistrationRecord.safeParse(record);
  const domain = parsed.success ? registrableDomain(parsed.data.customer_domain) : undefined;
  if (!parsed.success || domain === undefined) return undefined;
  return {
    tool: "programme.register-deal",
    args: {
      registrationId: parsed.data.registration_id,
      partnerId: parsed.data.partner_id,
      role: parsed.data.partner_role,
      customerDomain: domain,
      productFamily: parsed.data.product_family,
      valueMinor: parsed.data.estimated_value,
      currency: parsed.data.currency,
    },
  };
}

/** Open registrations that the record's claim meets: a distributor who sources and a reseller who sells are no rivals. */
export function rivalsOf(
  { registrations }: z.infer<typeof OpenRegistrationsReading>,
  record: z.infer<typeof RegistrationRecord>,
) {
  return registrations.filter(
    ({ registrationId, role }) => registrationId !== record.registration_id && role === record.partner_role,
  );
}

function overlapOf(reading: unknown, record: z.infer<typeof RegistrationRecord>): string | undefined {
  const parsed = OpenRegistrationsReading.safeParse(reading);
  if (!parsed.success) return undefined;
  const rivals = rivalsOf(parsed.data, record);
  if (rivals.some((open) => open.partnerId === record.partner_id)) return "same-partner";
  return rivals.length > 0 ? "other-partner" : "none";
}

/** Shorter than this is not a description of work done. Source: programmes ask for real pre-sales work (Fortra, Sectona). */
const MIN_EVIDENCE_CHARACTERS = 20;

function isComplete(record: z.infer<typeof RegistrationRecord>): boolean {
  const isDate = (text: string) => z.iso.date().safeParse(text).success;
  const { presales_evidence: work, first_call_date: call, expected_close_date: close } = record;
  return work.trim().length >= MIN_EVIDENCE_CHARACTERS && isDate(call) && isDate(close);
}

/** What was read is for the record's customer and product family: a proposal for another one leaves these facts unknown. */
function facts({ evidence, action }: FactInput): JsonObject {
  const record = RegistrationRecord.safeParse(evidence["crm.record"]?.value);
  const partner = PartnerReading.safeParse(evidence["programme.partner"]?.value);
  const args = ApproveRegistrationArgs.safeParse(action.args);
  const known: Record<string, JsonObject[string]> = {};
  if (!record.success || !args.success) return known;
  const { product_family: family } = record.data;
  const customer = registrableDomain(record.data.customer_domain);
  if (record.data.partner_id.length <= 64) known["partner"] = record.data.partner_id;
  known["role"] = record.data.partner_role;
  if (customer !== undefined) known["account"] = customer;
  if (record.data.currency === "USD") known["estimatedValue"] = args.data.valueMinor;
  known["vendorEngaged"] = record.data.vendor_engaged === "true";
  known["complete"] = isComplete(record.data);
  known["proposedAsRequested"] = asksFor(requested(evidence["crm.record"]?.value ?? {}), args.data);
  if (args.data.productFamily !== family || args.data.customerDomain !== customer) return known;
  if (partner.success) {
    known["partnerAuthorised"] = partner.data.standing === "active" && partner.data.authorisedFor.includes(family);
    known["partnerCertified"] = partner.data.certifiedFor.includes(family);
  }
  const overlap = overlapOf(evidence["programme.open-registrations"]?.value, record.data);
  if (overlap !== undefined) known["overlap"] = overlap;
  return known;
}

function lookups(record: JsonObject) {
  const parsed = RegistrationRecord.safeParse(record);
  if (!parsed.success) return [];
  const customerDomain = registrableDomain(parsed.data.customer_domain);
  const partner = { tool: "programme.partner", args: { partnerId: parsed.data.partner_id } };
  if (customerDomain === undefined) return [partner];
  const productFamily = parsed.data.product_family;
  return [partner, { tool: "programme.open-registrations", args: { customerDomain, productFamily } }];
}

/** `Northwind, selling, asks to register example.com for analytics, worth 42,000.00 USD, as R-7`. */
function describe(given: JsonObject, who: string): string | undefined {
  const args = ApproveRegistrationArgs.safeParse(given);
  if (!args.success) return undefined;
  const { registrationId, role, customerDomain, productFamily, valueMinor, currency } = args.data;
  const worth = formatMinor(valueMinor, currency);
  const claim = `register ${customerDomain} for ${productFamily}, worth ${worth}, as ${registrationId}`;
  return `${who}, ${inRole(role)}, asks to ${claim}`;
}

/** A partner claims a customer and product family first. Rules: policies/deal-registration.yaml. */
export const registerDeal = {
  id: "deal-registration",
  step: "register-deal",
  tool: "programme.register-deal",
  args: ApproveRegistrationArgs,
  factSchema: RegistrationFacts,
  readsRecord: true,
  lookups,
  facts,
  describe,
  requestedBy: (record) => (typeof record["requested_by"] === "string" ? record["requested_by"] : ""),
  requested,
  writeBack: {
    property: "registration_status",
    values: { executed: "registered", denied: "denied", blocked: "blocked" },
  },
} as const satisfies FunctionAction;
