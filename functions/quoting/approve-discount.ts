import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import { Currency, DecimalMinor, formatMinor, MAX_MINOR } from "../../domain/money.ts";
import { formatPpm, sharePpm } from "../../domain/ppm.ts";
import { inRole, membersIn, strictestStanding, type TeamMember } from "../../domain/deal-team.ts";
import type { FactInput, FunctionAction } from "../definition.ts";
import { asksFor } from "../shared/as-requested.ts";
import { howMany, oneOf, teamIn, teamLookup } from "../shared/deal-team.ts";

/** The quote's part of a CRM deal. Amounts are decimal strings there and minor units here. Unknown properties are ignored. */
export const QuoteRecord = z.object({
  quote_id: z.string().min(1),
  /** Who sells while the deal's team does not say otherwise; may be empty. */
  partner_id: z.string().default(""),
  quote_currency: Currency,
  quote_list_price: DecimalMinor,
  quote_net_price: DecimalMinor,
  /** Money value of everything given beside the price: terms, seats, services. Counts as discount. */
  quote_concessions: DecimalMinor,
  quote_floor_price: DecimalMinor,
  quote_protected_terms: z.enum(["none", "liability", "exclusivity", "termination", "data"]),
  quote_requested_by: z.string().min(1),
});

export const ApproveDiscountArgs = z.strictObject({
  quoteId: z.string().min(1).max(64),
  currency: Currency,
  listPriceMinor: z.int().min(1).max(MAX_MINOR),
  netPriceMinor: z.int().min(0).max(MAX_MINOR),
  concessionsMinor: z.int().min(0).max(MAX_MINOR),
});

/** A discount can pass 100 % when concessions are worth more than the list price; larger shares are kept as this one. */
const MAX_DISCOUNT_PPM = 20_000_000;

/** Ids in the record are taken as they are; longer ones are not known. */
const Name = z.string().min(1).max(64);

/** The facts that `policies/quoting.yaml` may name. */
export const QuoteFacts = z.strictObject({
  effectiveDiscount: z
    .int()
    .min(0)
    .max(MAX_DISCOUNT_PPM)
    .meta({ unit: "ppm", title: "list discount plus all concessions, as a share of the list price", adjustable: true }),
  listPrice: z
    .int()
    .min(1)
    .max(MAX_MINOR)
    .meta({ unit: "minor", currency: "USD", title: "list price of the quote; known only in USD" }),
  discountAmount: z.int().min(0).max(MAX_MINOR).meta({
    unit: "minor",
    currency: "USD",
    title: "list price less net price, plus concessions; known only in USD",
    adjustable: true,
  }),
  belowFloorPrice: z.boolean().meta({ title: "the net price less concessions is under the floor price" }),
  protectedTerms: z
    .enum(["none", "liability", "exclusivity", "termination", "data"])
    .meta({ title: "protected contract term that the quote touches" }),
  partnerStanding: z
    .enum(["active", "suspended", "unknown"])
    .meta({ title: "standing in the programme of the partner who sells; the strictest when several do" }),
  sellers: z.enum(["none", "one", "several"]).meta({ title: "how many partners sell on the deal" }),
  proposedAsRequested: z.boolean().meta({ title: "the proposed action is what the CRM record asks for" }),
  partner: z.string().max(64).meta({ title: "id of the partner who sells; known when exactly one does" }),
  deal: z.string().max(64).meta({ title: "id of the quote" }),
  requester: z.string().max(64).meta({ title: "who asks for the discount" }),
});

function requested(record: JsonObject) {
  const parsed = QuoteRecord.safeParse(record);
  if (!parsed.success) return undefined;
  const quote = parsed.data;
  return {
    tool: "quotes.approve-discount",
    args: {
      quoteId: quote.quote_id,
      currency: quote.quote_currency,
      listPriceMinor: quote.quote_list_price,
      netPriceMinor: quote.quote_net_price,
      concessionsMinor: quote.quote_concessions,
    },
  };
}

/** Whom a quote counts for: of partners the one who sells, nobody when several do. What is too long for an id is left out. */
function countedFor(
  { quote_id, quote_requested_by }: z.infer<typeof QuoteRecord>,
  sellers: readonly TeamMember[],
): JsonObject {
  const names = { partner: oneOf(sellers)?.partnerId, deal: quote_id, requester: quote_requested_by };
  return Object.fromEntries(
    Object.entries(names).flatMap(([fact, name]) => {
      const known = Name.safeParse(name);
      return known.success ? [[fact, known.data]] : [];
    }),
  );
}

/** The list price is always the record's: a proposal cannot shrink its discount by inventing a list price. */
function facts({ evidence, action }: FactInput): JsonObject {
  const quote = QuoteRecord.safeParse(evidence["crm.record"]?.value);
  const team = teamIn(evidence);
  const sellers = team && membersIn(team, "sell");
  const args = ApproveDiscountArgs.safeParse(action.args);
  const known: Record<string, JsonObject[string]> = {};
  if (sellers !== undefined) {
    known["partnerStanding"] = strictestStanding(sellers);
    known["sellers"] = howMany(sellers);
  }
  if (!quote.success || !args.success) return known;
  const { quote_list_price: listPriceMinor, quote_floor_price: floorPriceMinor } = quote.data;
  const { netPriceMinor, concessionsMinor } = args.data;
  Object.assign(known, countedFor(quote.data, sellers ?? []));
  known["protectedTerms"] = quote.data.quote_protected_terms;
  if (listPriceMinor > 0) {
    const discountMinor = listPriceMinor - netPriceMinor + concessionsMinor;
    known["effectiveDiscount"] = Math.min(sharePpm(discountMinor, listPriceMinor), MAX_DISCOUNT_PPM);
    if (quote.data.quote_currency === "USD") {
      known["listPrice"] = listPriceMinor;
      known["discountAmount"] = Math.max(0, discountMinor);
    }
  }
  known["belowFloorPrice"] = netPriceMinor - concessionsMinor < floorPriceMinor;
  known["proposedAsRequested"] = asksFor(requested(evidence["crm.record"]?.value ?? {}), args.data);
  return known;
}

/** `Northwind, selling, asks 18 % off 100,000.00 USD on quote Q-1004`; concessions count as discount and are named. */
function describe(given: JsonObject, who: string): string | undefined {
  const args = ApproveDiscountArgs.safeParse(given);
  if (!args.success) return undefined;
  const { quoteId, currency, listPriceMinor, netPriceMinor, concessionsMinor } = args.data;
  const discount = formatPpm(sharePpm(listPriceMinor - netPriceMinor + concessionsMinor, listPriceMinor));
  const counted = concessionsMinor === 0 ? "" : `, ${formatMinor(concessionsMinor, currency)} of concessions counted`;
  return `${who}, ${inRole("sell")}, asks ${discount} off ${formatMinor(listPriceMinor, currency)} on quote ${quoteId}${counted}`;
}

/** A discount is asked on a quote; the effective discount decides. Limits: policies/quoting.yaml. */
export const approveDiscount = {
  id: "quoting",
  step: "approve-discount",
  tool: "quotes.approve-discount",
  args: ApproveDiscountArgs,
  factSchema: QuoteFacts,
  readsRecord: true,
  lookups: (record, _reportsStep, { objectId }) => [teamLookup(objectId, record)],
  facts,
  describe,
  requestedBy: (record) => (typeof record["quote_requested_by"] === "string" ? record["quote_requested_by"] : ""),
  requested,
  writeBack: { property: "quote_status", values: { executed: "approved", denied: "denied", blocked: "blocked" } },
} as const satisfies FunctionAction;
