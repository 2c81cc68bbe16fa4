import { z } from "zod";
import { getDomain } from "tldts";
import type { JsonObject } from "../../domain/json.ts";
import { CurrencyCode, formatMinor, MAX_MINOR } from "../../domain/money.ts";
import { DealRole, inRole } from "../../domain/deal-team.ts";
import { PartnerReading } from "../../domain/partner.ts";
import type { FactInput, FunctionAction, Readings } from "../definition.ts";
import {
  amountIn,
  choice,
  currency,
  day,
  maybe,
  readFields,
  text,
  truth,
  unknownFrom,
  unknownOutside,
  whatIsKnown,
  whenUnset,
  type Fields,
  type Values,
} from "../fields.ts";
import { asksFor } from "../shared/as-requested.ts";
import { crmIdIn } from "../shared/crm-id.ts";

/** What a registration may claim: the other roles of a deal's team are agreed, not claimed first. */
const ClaimedRole = DealRole.extract(["source", "sell"]);

/** A deal registration as the CRM keeps it. Unknown properties are ignored. */
export const registrationFields = {
  registration_id: text(64),
  partner_id: text(64),
  /** A record that does not say claims the sale. */
  partner_role: whenUnset(choice(ClaimedRole.options), "sell"),
  customer_domain: text(253),
  product_family: text(64),
  estimated_value: amountIn("currency"),
  currency,
  /** What a complete registration gives: close date, real pre-sales work, the first call with the customer. */
  expected_close_date: maybe(day),
  presales_evidence: whenUnset(text(10_000), ""),
  first_call_date: maybe(day),
  vendor_engaged: truth,
  requested_by: text(256),
  /** Whether it is submitted now; empty where it is not. */
  registration_status: maybe(text(64)),
} as const satisfies Fields;

export type Registration = Values<typeof registrationFields>;

/** Reads the record property by property. Never throws. */
export function readRegistration(record: JsonObject | undefined): Registration {
  return readFields(registrationFields, record ?? {}).values;
}

/** The registrable domain (`shop.example.co.uk` is `example.co.uk`), lower case; undefined when there is none. */
export function registrableDomain(host: string): string | undefined {
  return getDomain(host.trim().toLowerCase()) ?? undefined;
}

function customerOf({ customer_domain: host }: Registration): string | undefined {
  return host === undefined ? undefined : registrableDomain(host);
}

export const ApproveRegistrationArgs = z.strictObject({
  /** The CRM's own id of the registration. */
  objectId: z.string().min(1).max(64),
  registrationId: z.string().min(1).max(64),
  partnerId: z.string().min(1).max(64),
  role: ClaimedRole,
  customerDomain: z.string().min(1).max(253),
  productFamily: z.string().min(1).max(64),
  valueMinor: z.int().min(0).max(MAX_MINOR),
  currency: CurrencyCode,
});

/** What the limits of `policies/deal-registration.yaml` are kept in. */
const LIMIT_CURRENCY = "USD";

/** The facts that `policies/deal-registration.yaml` may name. */
export const RegistrationFacts = z.strictObject({
  partnerAuthorised: z.boolean().meta({ title: "the partner is active and authorised for the product family" }),
  partnerCertified: z.boolean().meta({ title: "the partner holds a current certification for the product family" }),
  complete: z.boolean().meta({ title: "close date, pre-sales evidence and the first call's date are given" }),
  overlap: z
    .enum(["none", "same-partner", "other-partner"])
    .meta({ title: "an open registration exists for the same customer domain, product family and role" }),
  idHeldBy: z
    .enum(["this", "another", "nobody"])
    .meta({ title: "whose the registration's id is in the programme's records: this one's, another's, nobody's" }),
  vendorEngaged: z.boolean().meta({ title: "the vendor is already engaged with the customer" }),
  estimatedValue: z
    .int()
    .min(0)
    .max(MAX_MINOR)
    .meta({ unit: "minor", currency: LIMIT_CURRENCY, title: "estimated value; known only in USD", adjustable: true }),
  proposedAsRequested: z.boolean().meta({ title: "the proposed action is what the CRM record asks for" }),
  partner: z.string().max(64).meta({ title: "id of the partner who registers" }),
  role: ClaimedRole.meta({ title: "the role on the deal that the partner claims" }),
  account: z.string().max(253).meta({ title: "registrable domain of the customer" }),
});

/** Whose a registration's id is, as the programme's records tell it: the CRM's own ids of those that were registered under it. */
export const RegistrationIdReading = z.strictObject({ heldBy: z.array(z.string()) });

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

/** Until the registration is read, its own id stands for the CRM's. */
function objectIdOf({ registration_id: id }: Registration, readings: Readings): string | undefined {
  return crmIdIn(readings, "registration") ?? id;
}

function requested(record: JsonObject, readings: Readings = {}) {
  const registration = readRegistration(record);
  return {
    tool: "programme.register-deal",
    args: whatIsKnown({
      objectId: objectIdOf(registration, readings),
      registrationId: registration.registration_id,
      partnerId: registration.partner_id,
      role: registration.partner_role,
      customerDomain: customerOf(registration),
      productFamily: registration.product_family,
      valueMinor: registration.estimated_value,
      currency: registration.currency,
    }),
  };
}

/** Open registrations that the record's claim meets: a distributor who sources and a reseller who sells are no rivals. */
export function rivalsOf(
  { registrations }: z.infer<typeof OpenRegistrationsReading>,
  { registration_id, partner_role }: Registration,
) {
  return registrations.filter(
    ({ registrationId, role }) => registrationId !== registration_id && role === partner_role,
  );
}

/** Unknown while the record does not say who claims, as what, under which id. */
function overlapOf(reading: unknown, registration: Registration): string | undefined {
  const parsed = OpenRegistrationsReading.safeParse(reading);
  const { registration_id, partner_id, partner_role } = registration;
  if (!parsed.success || registration_id === undefined || partner_id === undefined || partner_role === undefined)
    return undefined;
  const rivals = rivalsOf(parsed.data, registration);
  if (rivals.some((open) => open.partnerId === partner_id)) return "same-partner";
  return rivals.length > 0 ? "other-partner" : "none";
}

function idHeldBy({ heldBy }: z.infer<typeof RegistrationIdReading>, objectId: string | undefined): string {
  if (heldBy.some((holder) => holder !== objectId)) return "another";
  return heldBy.length > 0 ? "this" : "nobody";
}

/** Shorter than this is not a description of work done. Source: programmes ask for real pre-sales work (Fortra, Sectona). */
const MIN_EVIDENCE_CHARACTERS = 20;

/** Unknown while something that it would say cannot be read. */
function isComplete({ presales_evidence: work, first_call_date: call, expected_close_date: close }: Registration) {
  if (work === undefined || call === undefined || close === undefined) return undefined;
  return work.length >= MIN_EVIDENCE_CHARACTERS && call !== null && close !== null;
}

/** What was read is for the record's customer and product family: a proposal for another one leaves these facts unknown. */
function facts({ evidence, action }: FactInput): JsonObject {
  const record = evidence["crm.record"]?.value;
  if (record === undefined) return {};
  const registration = readRegistration(record);
  const { product_family: family, vendor_engaged: vendorEngaged } = registration;
  const customer = customerOf(registration);
  const holders = RegistrationIdReading.safeParse(evidence["programme.registration-id"]?.value).data;
  const args = ApproveRegistrationArgs.partial().safeParse(action.args).data ?? {};
  const known = {
    partner: registration.partner_id,
    idHeldBy: holders && idHeldBy(holders, objectIdOf(registration, evidence)),
    role: registration.partner_role,
    account: customer,
    estimatedValue: registration.currency === LIMIT_CURRENCY ? args.valueMinor : undefined,
    vendorEngaged,
    complete: isComplete(registration),
    proposedAsRequested: asksFor(requested(record, evidence), action.args),
  };
  if (family === undefined || args.productFamily !== family || args.customerDomain !== customer)
    return whatIsKnown(known);
  const partner = PartnerReading.safeParse(evidence["programme.partner"]?.value).data;
  return whatIsKnown({
    ...known,
    partnerAuthorised: partner && partner.standing === "active" && partner.authorisedFor.includes(family),
    partnerCertified: partner?.certifiedFor.includes(family),
    overlap: overlapOf(evidence["programme.open-registrations"]?.value, registration),
  });
}

/** The properties that facts come from. */
const sources = {
  partner: ["partner_id"],
  idHeldBy: ["registration_id"],
  role: ["partner_role"],
  account: ["customer_domain"],
  estimatedValue: ["estimated_value"],
  vendorEngaged: ["vendor_engaged"],
  complete: ["expected_close_date", "presales_evidence", "first_call_date"],
  partnerAuthorised: ["partner_id", "product_family"],
  partnerCertified: ["partner_id", "product_family"],
  overlap: ["registration_id", "partner_id", "partner_role", "customer_domain", "product_family"],
} as const;

function unknown({ evidence }: FactInput): { readonly [fact: string]: string } {
  const { values, unread } = readFields(registrationFields, evidence["crm.record"]?.value ?? {});
  const { customer_domain: host } = values;
  const noDomain = host !== undefined && customerOf(values) === undefined;
  const customer = noDomain ? { ...unread, customer_domain: "customer_domain is no domain of a customer" } : unread;
  return {
    ...unknownOutside(LIMIT_CURRENCY, { property: "currency", given: values.currency }, ["estimatedValue"]),
    ...unknownFrom(customer, sources),
  };
}

function lookups(record: JsonObject) {
  const registration = readRegistration(record);
  const { partner_id: partnerId, registration_id: registrationId, product_family: productFamily } = registration;
  const customerDomain = customerOf(registration);
  const named = [
    ...(partnerId === undefined ? [] : [{ tool: "programme.partner", args: { partnerId } }]),
    ...(registrationId === undefined ? [] : [{ tool: "programme.registration-id", args: { registrationId } }]),
  ];
  if (customerDomain === undefined || productFamily === undefined) return named;
  return [...named, { tool: "programme.open-registrations", args: { customerDomain, productFamily } }];
}

/** Records from before registrations were named by the CRM's id are told too. */
const ToldArgs = ApproveRegistrationArgs.partial({ objectId: true });

/** `Northwind, selling, asks to register example.com for analytics, worth 42,000.00 USD, as R-7`. */
function describe(given: JsonObject, who: string): string | undefined {
  const args = ToldArgs.safeParse(given);
  if (!args.success) return describePart(given, who);
  const { registrationId, role, customerDomain, productFamily, valueMinor, currency } = args.data;
  const worth = formatMinor(valueMinor, currency);
  const claim = `register ${customerDomain} for ${productFamily}, worth ${worth}, as ${registrationId}`;
  return `${who}, ${inRole(role)}, asks to ${claim}`;
}

/** `Northwind asks to register a customer as R-7, of which not everything can be read`. */
function describePart(given: JsonObject, who: string): string | undefined {
  const args = ApproveRegistrationArgs.partial().safeParse(given);
  if (!args.success) return undefined;
  const { registrationId, customerDomain = "a customer" } = args.data;
  const as = registrationId === undefined ? "" : ` as ${registrationId}`;
  return `${who} asks to register ${customerDomain}${as}, of which not everything can be read`;
}

/** A partner claims a customer and product family first. Rules: policies/deal-registration.yaml. */
export const registerDeal = {
  id: "deal-registration",
  step: "register-deal",
  tool: "programme.register-deal",
  args: ApproveRegistrationArgs,
  occasion: { kind: "none" },
  factSchema: RegistrationFacts,
  readsRecord: true,
  lookups,
  facts,
  unknown,
  describe,
  requestedBy: (record) => readRegistration(record).requested_by ?? "",
  requested,
  askedBy: { property: "registration_status", value: "submitted" },
  filled: ["objectId"],
  writeBack: {
    property: "registration_status",
    values: { executed: "registered", denied: "denied", blocked: "blocked" },
  },
} as const satisfies FunctionAction;
