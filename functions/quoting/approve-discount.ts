import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import { formatMinor, MAX_MINOR } from "../../domain/money.ts";
import { formatPpm, sharePpm } from "../../domain/ppm.ts";
import { APPROVAL, approvalLookup, ApproveDiscountArgs, asAsked, heldBy, lastApprovalIn } from "./approval-reading.ts";
import { baselineLookup } from "./baseline.ts";
import { customerOf } from "../shared/customer.ts";
import { inRole, membersIn, strictestStanding, type TeamMember } from "../../domain/deal-team.ts";
import type { About, Contradiction, FactInput, FunctionAction, Headline, Readings } from "../definition.ts";
import {
  amountIn,
  choices,
  amountsElsewhere,
  currencyOf,
  maybe,
  readFields,
  text,
  unknownFrom,
  unknownOutside,
  whatIsKnown,
  whenUnset,
  whole,
  type Fields,
  type Values,
} from "../fields.ts";
import { discountApart, shareOver } from "../shared/agreement-of-figures.ts";
import { asksFor } from "../shared/as-requested.ts";
import { crmIdIn } from "../shared/crm-id.ts";
import { howMany, oneOf, teamIn, teamLookup } from "../shared/deal-team.ts";
import { pricesLookup } from "../shared/prices.ts";
import { lines } from "./lines.ts";
import { knownIn, listPriceOf } from "./list-price.ts";
import { statedPrice } from "./stated.ts";
import { isPriced, linesApart, pricedFacts, whyNotPriced, worstLinePpm } from "./pricing.ts";

const protectedTerms = ["none", "liability", "exclusivity", "termination", "data"] as const;

const currency = currencyOf(["quote_list_price", "quote_net_price"]);
const amount = amountIn("quote_currency", currency);

/** The longest term, ten years. */
const MAX_TERM_MONTHS = 120;

/** The quote's part of a CRM deal. Amounts are decimals there and minor units here. Unknown properties are ignored. */
export const quoteFields = {
  quote_id: text(64),
  /** Who sells while the deal's team does not say otherwise; may be empty. */
  partner_id: whenUnset(text(256), ""),
  quote_currency: currency,
  quote_list_price: amount,
  /** What is paid over the whole term. */
  quote_net_price: amount,
  /** Money value of everything given beside the price: terms, seats, services. Counts as discount. Not set, it is nothing. */
  quote_concessions: whenUnset(amount, 0),
  quote_floor_price: amount,
  /** What the totals are made of. Empty: the quote is one line. */
  quote_lines: maybe(lines),
  /** The months that list and net price are for, and what lines are priced by. Empty: they are paid once. */
  quote_term_months: maybe(whole(MAX_TERM_MONTHS)),
  /** Months that cost nothing, of whichever line has the most. Only lines say what they are worth. */
  quote_free_months: maybe(whole(MAX_TERM_MONTHS)),
  /** Whose prices of the price book hold, where it has any of a region. Empty: those that hold everywhere. */
  quote_region: maybe(text(64)),
  quote_protected_terms: choices(protectedTerms),
  quote_requested_by: text(256),
  /** Host, web address or mail address of whom the quote is for. Where it is left empty, nothing counts by customer. */
  customer_domain: maybe(text(253)),
  /** Whether an approval is asked for now; empty where none is. */
  quote_status: maybe(text(64)),
} as const satisfies Fields;

export type Quote = Values<typeof quoteFields>;

/** Reads the record property by property. Never throws. */
export function readQuote(record: JsonObject | undefined): Quote {
  return readFields(quoteFields, record ?? {}).values;
}

/** A discount can pass 100 % when concessions are worth more than the list price; larger shares are kept as this one. */
const MAX_DISCOUNT_PPM = 20_000_000;

/** The longest id that a fact holds. */
const MAX_NAME_CHARS = 64;

/** What the limits of `policies/quoting.yaml` are kept in. */
const LIMIT_CURRENCY = "USD";

/** The facts that `policies/quoting.yaml` may name. */
export const QuoteFacts = z.strictObject({
  effectiveDiscount: z.int().min(0).max(MAX_DISCOUNT_PPM).meta({
    from: "derived",
    unit: "ppm",
    title:
      "list discount plus all concessions, as a share of the list price: the price book's, else the first approved on the deal",
    adjustable: true,
  }),
  worstLineDiscount: z.int().min(0).max(MAX_DISCOUNT_PPM).meta({
    from: "derived",
    unit: "ppm",
    title: "the largest discount of a line, never less than the whole quote's; the same where it has no lines",
    adjustable: true,
  }),
  listPrice: z.int().min(1).max(MAX_MINOR).meta({
    from: "record",
    unit: "minor",
    currency: LIMIT_CURRENCY,
    title: "list price of the quote, by the price book where one is kept; known only in USD",
  }),
  discountAmount: z.int().min(0).max(MAX_MINOR).meta({
    from: "derived",
    unit: "minor",
    currency: LIMIT_CURRENCY,
    title:
      "list price, by the price book or first approved on the deal, less net price, plus concessions; known only in USD",
    adjustable: true,
  }),
  belowFloorPrice: z
    .boolean()
    .meta({ from: "derived", title: "the net price less concessions is under the floor price" }),
  protectedTerms: z
    .enum([...protectedTerms, "several"])
    .meta({ from: "record", title: "protected contract term that the quote touches" }),
  partnerStanding: z.enum(["active", "suspended", "unknown"]).meta({
    from: "record",
    title: "standing in the programme of the partner who sells; the strictest when several do",
  }),
  sellers: z.enum(["none", "one", "several"]).meta({ from: "record", title: "how many partners sell on the deal" }),
  quoteHeldBy: z
    .enum(["this", "another", "nobody"])
    .meta({ from: "record", title: "whose standing approval the quote's id has: this deal's, another's, nobody's" }),
  proposedAsRequested: z
    .boolean()
    .meta({ from: "derived", title: "the proposed action is what the CRM record asks for" }),
  partner: z
    .string()
    .max(64)
    .meta({ from: "record", title: "id of the partner who sells; known when exactly one does" }),
  deal: z.string().max(64).meta({ from: "record", title: "id of the deal that holds the quote" }),
  customer: z
    .string()
    .max(253)
    .meta({ from: "record", title: "registrable domain of whom the quote is for" })
    .optional(),
  requester: z.string().max(64).meta({ from: "requester", title: "who asks for the discount" }),
});

/** Until the deal is read, the quote's id stands for the CRM's. */
function dealIdOf({ quote_id: quoteId }: Quote, readings: Readings): string | undefined {
  return crmIdIn(readings, "deal") ?? quoteId;
}

function requested(record: JsonObject, readings: Readings = {}) {
  const quote = readQuote(record);
  const asked = {
    quoteId: quote.quote_id,
    dealId: dealIdOf(quote, readings),
    currency: quote.quote_currency,
    listPriceMinor: quote.quote_list_price,
    netPriceMinor: quote.quote_net_price,
    concessionsMinor: quote.quote_concessions,
  };
  return { tool: "quotes.approve-discount", args: asAsked(asked, lastApprovalIn(readings)) };
}

/** Whom a quote counts for: of partners the one who sells, nobody when several do. What is too long for an id is left out. */
function countedFor(quote: Quote, sellers: readonly TeamMember[], readings: Readings): JsonObject {
  const { quote_requested_by: requester, customer_domain: customer } = quote;
  const names = { partner: oneOf(sellers)?.partnerId, deal: dealIdOf(quote, readings), requester };
  const isId = (name: string | undefined) => name !== undefined && name.length <= MAX_NAME_CHARS;
  const known = Object.fromEntries(Object.entries(names).filter(([, name]) => isId(name)));
  return whatIsKnown({ ...known, customer: customerOf(customer).account });
}

/** One word for the terms that a quote touches. */
function termsFact(terms: Quote["quote_protected_terms"]): string | undefined {
  const touched = terms?.filter((term) => term !== "none");
  return touched === undefined || touched.length < 2 ? touched && (touched[0] ?? "none") : "several";
}

/** A quote without lines is one line. Concessions are given on the whole, so that no line is better than it. */
function worstOf(quote: Quote, effectivePpm: number | undefined): number | undefined {
  const { quote_lines: given } = quote;
  const worst = given === null ? effectivePpm : worstLinePpm(quote);
  return effectivePpm === undefined || worst === undefined
    ? undefined
    : Math.min(Math.max(worst, effectivePpm), MAX_DISCOUNT_PPM);
}

/** The list price is never the proposal's: it cannot shrink its discount by inventing one. */
function facts({ evidence, action, at }: FactInput): JsonObject {
  const record = evidence["crm.record"]?.value;
  const quote = readQuote(record);
  const team = teamIn(evidence);
  const sellers = team && membersIn(team, "sell");
  const { netPriceMinor: net, concessionsMinor: given } =
    ApproveDiscountArgs.partial().safeParse(action.args).data ?? {};
  const { quote_list_price: list, quote_floor_price: floor } = quote;
  const kept = net === undefined || given === undefined ? undefined : net - given;
  // Off nothing there is no discount that anybody could state: a person says what such a quote is worth.
  const listed = listPriceOf(quote, knownIn(evidence), at);
  const base = list === 0 || list === undefined || !isPriced(quote) ? undefined : listed.minor;
  const discount = base === undefined || kept === undefined ? undefined : base - kept;
  const effective =
    base === undefined || discount === undefined ? undefined : Math.min(sharePpm(discount, base), MAX_DISCOUNT_PPM);
  const last = lastApprovalIn(evidence);
  const isCounted = quote.quote_currency === LIMIT_CURRENCY;
  const amounts = {
    listPrice: list === 0 ? undefined : listed.byBook ? listed.minor : list,
    discountAmount: discount === undefined ? undefined : Math.max(0, discount),
  };
  return whatIsKnown({
    ...amountsElsewhere(LIMIT_CURRENCY, quote.quote_currency, amounts),
    ...countedFor(quote, sellers ?? [], evidence),
    partnerStanding: sellers && strictestStanding(sellers),
    sellers: sellers && howMany(sellers),
    protectedTerms: termsFact(quote.quote_protected_terms),
    effectiveDiscount: effective,
    worstLineDiscount: worstOf(
      { ...quote, ...(listed.lines !== undefined && { quote_lines: listed.lines }) },
      effective,
    ),
    ...(isCounted && amounts),
    belowFloorPrice: kept === undefined || floor === undefined ? undefined : kept < floor,
    quoteHeldBy:
      last === undefined || quote.quote_id === undefined ? undefined : heldBy(last, dealIdOf(quote, evidence)),
    proposedAsRequested: record && asksFor(requested(record, evidence), action.args),
  });
}

const amounts = ["quote_list_price", "quote_net_price", "quote_concessions"] as const;
const parts = ["quote_lines", "quote_term_months", "quote_free_months"] as const;

/** The properties that facts come from. */
const sources = {
  effectiveDiscount: [...amounts, ...parts],
  worstLineDiscount: [...amounts, ...parts],
  listPrice: ["quote_list_price"],
  discountAmount: [...amounts, ...parts],
  belowFloorPrice: ["quote_net_price", "quote_concessions", "quote_floor_price"],
  protectedTerms: ["quote_protected_terms"],
  quoteHeldBy: ["quote_id"],
  partner: ["partner_id"],
  deal: ["quote_id"],
  customer: ["customer_domain"],
  requester: ["quote_requested_by"],
} as const;

function unknown({ evidence, at }: FactInput): { readonly [fact: string]: string } {
  const { values, unread } = readFields(quoteFields, evidence["crm.record"]?.value ?? {});
  const quoted = { property: "quote_currency", given: values.quote_currency };
  const { why } = customerOf(values.customer_domain);
  const free = { quote_list_price: "quote_list_price is zero: there is nothing that a discount could be off" };
  const unpriced = whyNotPriced(values);
  const unlisted = listPriceOf(values, knownIn(evidence), at).why;
  return {
    ...(why !== undefined && { customer: why }),
    ...unknownOutside(LIMIT_CURRENCY, quoted, ["listPrice", "discountAmount"]),
    ...(unlisted !== undefined && Object.fromEntries([...pricedFacts, "listPrice"].map((fact) => [fact, unlisted]))),
    ...(unpriced !== undefined && Object.fromEntries(pricedFacts.map((fact) => [fact, unpriced]))),
    ...unknownFrom({ ...unread, ...(values.quote_list_price === 0 && free) }, sources),
  };
}

/** Shares and amounts of the facts, and lines and totals of the record. */
function agrees(known: JsonObject, { evidence, at }: FactInput): readonly Contradiction[] {
  const base = listPriceOf(readQuote(evidence["crm.record"]?.value), knownIn(evidence), at).minor;
  return [
    ...discountApart(
      { ...known, ...(known["listPrice"] !== undefined && base !== undefined && { listPrice: base }) },
      { share: "effectiveDiscount", amount: "discountAmount", of: "listPrice" },
      MAX_DISCOUNT_PPM,
    ),
    ...shareOver(known, { smaller: "effectiveDiscount", larger: "worstLineDiscount" }),
    ...linesApart(readQuote(evidence["crm.record"]?.value)),
  ];
}

/** Records from before approvals named their deal are told too. */
const ToldArgs = ApproveDiscountArgs.partial({ dealId: true, replaces: true });

/** `Northwind, selling, asks 18 % off 100,000.00 USD on quote Q-1004`; concessions count as discount and are named. */
function describe(given: JsonObject, who: string): string | undefined {
  const args = ToldArgs.safeParse(given);
  if (!args.success) return describePart(given, who);
  const { quoteId, currency, listPriceMinor, netPriceMinor, concessionsMinor, replaces = null } = args.data;
  const discount =
    listPriceMinor === 0
      ? "an approval"
      : formatPpm(sharePpm(listPriceMinor - netPriceMinor + concessionsMinor, listPriceMinor));
  const counted = concessionsMinor === 0 ? "" : `, ${formatMinor(concessionsMinor, currency)} of concessions counted`;
  const instead = replaces === null ? "" : `, in place of ${replaces}`;
  return `${who}, ${inRole("sell")}, asks ${discount} off ${formatMinor(listPriceMinor, currency)} on quote ${quoteId}${counted}${instead}`;
}

/** What is given away, concessions counted, never below nothing. The record names the customer; lines name no product here. */
function headline(given: JsonObject, facts: JsonObject): Headline | undefined {
  const args = ToldArgs.safeParse(given);
  if (!args.success) return undefined;
  const { currency, listPriceMinor, netPriceMinor, concessionsMinor } = args.data;
  const minor = Math.max(0, listPriceMinor - netPriceMinor + concessionsMinor);
  const customer = typeof facts["customer"] === "string" ? facts["customer"] : null;
  return { customer, product: null, money: { minor, currency, what: "discount" } };
}

function lookups(record: JsonObject, _reportsStep: string, { objectId }: About) {
  const { quote_id: quoteId, quote_lines: quoted } = readQuote(record);
  const approval = quoteId === undefined ? [] : [approvalLookup(quoteId)];
  const prices = pricesLookup(quoted?.map(({ sku }) => sku) ?? []);
  return [teamLookup(objectId, record), ...approval, prices, baselineLookup(objectId)];
}

/** `Northwind, selling, asks for a discount on quote Q-1004, of which not everything can be read`. */
function describePart(given: JsonObject, who: string): string | undefined {
  const args = ApproveDiscountArgs.partial().safeParse(given);
  if (!args.success) return undefined;
  const { quoteId } = args.data;
  const on = quoteId === undefined ? "a quote" : `quote ${quoteId}`;
  return `${who}, ${inRole("sell")}, asks for a discount on ${on}, of which not everything can be read`;
}

/** A discount is asked on a quote; the effective discount decides. Limits: policies/quoting.yaml. */
export const approveDiscount = {
  id: "quoting",
  step: "approve-discount",
  tool: "quotes.approve-discount",
  args: ApproveDiscountArgs,
  editable: ApproveDiscountArgs.pick({ netPriceMinor: true, concessionsMinor: true }),
  partnerSees: ["quoteId", "dealId", "currency", "listPriceMinor", "netPriceMinor", "concessionsMinor"],
  occasion: { kind: "none" },
  factSchema: QuoteFacts,
  businessKey: ["deal"],
  readsRecord: true,
  lookups,
  restsOn: [APPROVAL],
  facts,
  unknown,
  remarks: ({ evidence, at }) => listPriceOf(readQuote(evidence["crm.record"]?.value), knownIn(evidence), at).remarks,
  agrees,
  held: statedPrice(LIMIT_CURRENCY),
  describe,
  headline,
  requestedBy: (record) => readQuote(record).quote_requested_by ?? "",
  requested,
  askedBy: { property: "quote_status", value: "approval_requested" },
  filled: ["dealId", "replaces"],
  writeBack: { property: "quote_status", values: { executed: "approved", denied: "denied", blocked: "blocked" } },
  takenBackBy: "quoting.revoke",
} as const satisfies FunctionAction;
