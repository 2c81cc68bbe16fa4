import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import { CurrencyCode, formatMinor, MAX_MINOR } from "../../domain/money.ts";
import { inRole } from "../../domain/deal-team.ts";
import { PartnerReading } from "../../domain/partner.ts";
import type { FactInput, FunctionAction, Headline, Readings, Term } from "../definition.ts";
import { amountsElsewhere, unknownFrom, unknownOutside, whatIsKnown } from "../fields.ts";
import { ACCOUNT_MATCHES, matchesIn } from "../shared/account-matches.ts";
import { asksFor } from "../shared/as-requested.ts";
import { crmIdIn } from "../shared/crm-id.ts";
import { besideOf, CLAIMS, notAskedYet } from "./beside.ts";
import { datesApart } from "./dates.ts";
import { asAsked, idHeldBy, REGISTRATION_ID } from "./registration-id.ts";
import { customerDomainOf } from "../shared/customer.ts";
import { ClaimedRole, customerIn, readRegistration, readWithReasons } from "./registration.ts";
import type { Registration } from "./registration.ts";
import { NO_PROTECTION_DAYS, overlapOf, overlaps, ownProtectionDays } from "./rivals.ts";

export const ApproveRegistrationArgs = z.strictObject({
  /** The CRM's own id of the registration. */
  objectId: z.string().min(1).max(64),
  registrationId: z.string().min(1).max(64),
  partnerId: z.string().min(1).max(64),
  role: ClaimedRole,
  customerDomain: z.string().min(1).max(253),
  /** As the record has it; absent where it has none. */
  customerName: z.string().min(1).max(200).optional(),
  /** Further names and domains, with semicolons between. */
  customerAliases: z.string().min(1).max(2_000).optional(),
  productFamily: z.string().min(1).max(64),
  valueMinor: z.int().min(0).max(MAX_MINOR),
  currency: CurrencyCode,
  /** The programme's own name of the registration that this one takes the place of. Null: there is none. */
  replaces: z.string().min(1).max(80).nullable(),
});

/** For how many days a registration protects its partner. Programmes give 30 to 180. */
const protectionTerm = { param: "protection_days", min: 1, max: 730 } as const satisfies Term;

/** What the tool acts on: what was asked, and the terms that the policy sets. */
export const RegisterDealArgs = ApproveRegistrationArgs.extend({
  protectionDays: z.int().min(protectionTerm.min).max(protectionTerm.max),
});

/** What the limits of `policies/deal-registration.yaml` are kept in. */
const LIMIT_CURRENCY = "USD";

/** The facts that `policies/deal-registration.yaml` may name. */
export const RegistrationFacts = z.strictObject({
  partnerAuthorised: z
    .boolean()
    .meta({ from: "record", title: "the partner is active and authorised for the product family" }),
  partnerCertified: z
    .boolean()
    .meta({ from: "record", title: "the partner holds a current certification for the product family" }),
  complete: z
    .boolean()
    .meta({ from: "derived", title: "close date, pre-sales evidence and the first call's date are given" }),
  overlap: z.enum(overlaps).meta({
    from: "derived",
    title: "an open registration exists for the same customer, or one near to it, product family and role",
  }),
  ownProtectionDays: z.int().min(0).max(NO_PROTECTION_DAYS).meta({
    from: "derived",
    title: "days since the partner's own protection of this customer ended; 36500 where none did in a year",
  }),
  idHeldBy: z.enum(["this", "another", "nobody"]).meta({
    from: "record",
    title: "whose the registration's id is in the programme's records: this one's, another's, nobody's",
  }),
  vendorEngaged: z.boolean().meta({ from: "record", title: "the vendor is already engaged with the customer" }),
  estimatedValue: z.int().min(0).max(MAX_MINOR).meta({
    from: "partner",
    unit: "minor",
    currency: LIMIT_CURRENCY,
    title: "estimated value; known only in USD",
    adjustable: true,
  }),
  proposedAsRequested: z
    .boolean()
    .meta({ from: "derived", title: "the proposed action is what the CRM record asks for" }),
  partner: z.string().max(64).meta({ from: "record", title: "id of the partner who registers" }),
  role: ClaimedRole.meta({ from: "partner", title: "the role on the deal that the partner claims" }),
  account: z.string().max(253).meta({ from: "partner", title: "registrable domain of the customer" }),
});

/** Until the registration is read, its own id stands for the CRM's. */
function objectIdOf({ registration_id: id }: Registration, readings: Readings): string | undefined {
  return crmIdIn(readings, "registration") ?? id;
}

function requested(record: JsonObject, readings: Readings = {}) {
  const registration = readRegistration(record);
  const asked = whatIsKnown({
    objectId: objectIdOf(registration, readings),
    registrationId: registration.registration_id,
    partnerId: registration.partner_id,
    role: registration.partner_role,
    customerDomain: customerDomainOf(registration),
    customerName: registration.customer_name ?? undefined,
    customerAliases: registration.customer_aliases ?? undefined,
    productFamily: registration.product_family,
    valueMinor: registration.estimated_value,
    currency: registration.currency,
  });
  return { tool: "programme.register-deal", args: asAsked(asked, readings) };
}

/** Shorter than this is not a description of work done. Source: programmes ask for real pre-sales work (Fortra, Sectona). */
const MIN_EVIDENCE_CHARACTERS = 20;

/** Unknown while something that it would say cannot be read. */
function isComplete({ presales_evidence: work, first_call_date: call, expected_close_date: close }: Registration) {
  if (work === undefined || call === undefined || close === undefined) return undefined;
  return work.length >= MIN_EVIDENCE_CHARACTERS && call !== null && close !== null;
}

/**
 * What was read is for the record's customer and product family: a proposal for another one leaves these facts unknown, and so
 * does a record that names no customer, of which nobody can say who may sell to it.
 */
function facts({ evidence, action, at }: FactInput): JsonObject {
  const record = evidence["crm.record"]?.value;
  if (record === undefined) return {};
  const registration = readRegistration(record);
  const { product_family: family, vendor_engaged: vendorEngaged } = registration;
  const customer = customerDomainOf(registration);
  const args = ApproveRegistrationArgs.partial().safeParse(action.args).data ?? {};
  const known = {
    partner: registration.partner_id,
    idHeldBy: idHeldBy(evidence, objectIdOf(registration, evidence)),
    role: registration.partner_role,
    account: customer,
    estimatedValue: registration.currency === LIMIT_CURRENCY ? args.valueMinor : undefined,
    ...amountsElsewhere(LIMIT_CURRENCY, registration.currency, { estimatedValue: args.valueMinor }),
    vendorEngaged,
    complete: isComplete(registration),
    proposedAsRequested: asksFor(requested(record, evidence), action.args),
  };
  const isForIt = args.productFamily === family && args.customerDomain === customer;
  if (family === undefined || customer === undefined || !isForIt) return whatIsKnown(known);
  const partner = PartnerReading.safeParse(evidence["programme.partner"]?.value).data;
  const matches = matchesIn(evidence[ACCOUNT_MATCHES]?.value);
  return whatIsKnown({
    ...known,
    partnerAuthorised: partner && partner.standing === "active" && partner.authorisedFor.includes(family),
    partnerCertified: partner?.certifiedFor.includes(family),
    overlap: overlapOf(matches, registration, at),
    ownProtectionDays: ownProtectionDays(matches, registration, at),
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
  partnerAuthorised: ["partner_id", "product_family", "customer_domain"],
  partnerCertified: ["partner_id", "product_family", "customer_domain"],
  overlap: ["registration_id", "partner_id", "partner_role", "customer_domain", "product_family"],
  ownProtectionDays: ["registration_id", "partner_id", "partner_role", "customer_domain", "product_family"],
} as const;

function unknown({ evidence }: FactInput): { readonly [fact: string]: string } {
  const { values, unread } = readWithReasons(evidence["crm.record"]?.value);
  return {
    ...unknownOutside(LIMIT_CURRENCY, { property: "currency", given: values.currency }, ["estimatedValue"]),
    ...unknownFrom(unread, sources),
  };
}

function lookups(record: JsonObject) {
  const registration = readRegistration(record);
  const { partner_id: partnerId, registration_id: registrationId, product_family: productFamily } = registration;
  const customer = customerIn(registration);
  const named = [
    ...(partnerId === undefined ? [] : [{ tool: "programme.partner", args: { partnerId } }]),
    ...(registrationId === undefined ? [] : [{ tool: REGISTRATION_ID, args: { registrationId } }]),
  ];
  if (customer === undefined || productFamily === undefined) return named;
  return [
    ...named,
    matchesLookup(customer, productFamily),
    { tool: CLAIMS, args: { account: customer.domain, productFamily } },
  ];
}

/** Which registrations there are, or were, of a customer and those near to it. */
export function matchesLookup(
  { domain, name = "", aliases = [] }: NonNullable<ReturnType<typeof customerIn>>,
  productFamily: string,
) {
  return { tool: ACCOUNT_MATCHES, args: { domain, name, aliases: aliases.join("; "), productFamily } };
}

/** Records from before registrations were named by the CRM's id, and before policies set their terms, are told too. */
const ToldArgs = RegisterDealArgs.partial({ objectId: true, protectionDays: true, replaces: true });

/** `Northwind, selling, asks to register example.com for analytics, worth 42,000.00 USD, as R-7`. */
function describe(given: JsonObject, who: string): string | undefined {
  const args = ToldArgs.safeParse(given);
  if (!args.success) return describePart(given, who);
  const { registrationId, role, customerDomain, customerName, productFamily, valueMinor, currency, protectionDays } =
    args.data;
  const { replaces = null } = args.data;
  const instead = replaces === null ? "" : `, in place of ${replaces}`;
  const worth = formatMinor(valueMinor, currency);
  const customer = customerName === undefined ? customerDomain : `${customerDomain} (${customerName})`;
  const term = protectionDays === undefined ? "" : `, protected for ${protectionDays} days`;
  const claim = `register ${customer} for ${productFamily}, worth ${worth}, as ${registrationId}${term}${instead}`;
  return `${who}, ${inRole(role)}, asks to ${claim}`;
}

function headline(given: JsonObject): Headline | undefined {
  const args = ToldArgs.safeParse(given);
  if (!args.success) return undefined;
  const { customerDomain: customer, productFamily: product, valueMinor: minor, currency } = args.data;
  return { customer, product, money: { minor, currency, what: "worth of the deal" } };
}

/** `Northwind asks to register a customer as R-7, of which not everything can be read`. */
function describePart(given: JsonObject, who: string): string | undefined {
  const args = RegisterDealArgs.partial().safeParse(given);
  if (!args.success) return undefined;
  const { registrationId, customerDomain = "a customer" } = args.data;
  const as = registrationId === undefined ? "" : ` as ${registrationId}`;
  return `${who} asks to register ${customerDomain}${as}, of which not everything can be read`;
}

/** Who waited for what the partner held and could not be asked before it. */
function remarks(input: FactInput): readonly string[] {
  return notAskedYet(input).map(
    (id) => `the request ${id} of another partner waited, and that partner was not told yet`,
  );
}

/** A partner claims a customer and product family first. Rules: policies/deal-registration.yaml. */
export const registerDeal = {
  id: "deal-registration",
  step: "register-deal",
  tool: "programme.register-deal",
  args: ApproveRegistrationArgs,
  terms: { protectionDays: protectionTerm },
  partnerSees: [
    "registrationId",
    "partnerId",
    "role",
    "customerDomain",
    "customerName",
    "customerAliases",
    "productFamily",
    "valueMinor",
    "currency",
    "protectionDays",
  ],
  occasion: { kind: "none" },
  factSchema: RegistrationFacts,
  readsRecord: true,
  lookups,
  facts,
  unknown,
  beside: besideOf,
  remarks,
  waitsFor: notAskedYet,
  agrees: (_facts, { evidence, at }) => datesApart(readRegistration(evidence["crm.record"]?.value), at),
  describe,
  headline,
  requestedBy: (record) => readRegistration(record).requested_by ?? "",
  requested,
  askedBy: { property: "registration_status", value: "submitted" },
  restsOn: [REGISTRATION_ID],
  filled: ["objectId", "replaces"],
  takenBackBy: "deal-registration.release",
  writeBack: {
    property: "registration_status",
    values: { executed: "registered", denied: "denied", blocked: "blocked" },
  },
} as const satisfies FunctionAction;
