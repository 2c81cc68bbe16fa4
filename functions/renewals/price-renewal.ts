import { z } from "zod";
import { writeDate } from "../../domain/day.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { CurrencyCode, formatMinor, MAX_MINOR } from "../../domain/money.ts";
import { formatPpm, sharePpm, WHOLE_PPM } from "../../domain/ppm.ts";
import type { Action } from "../../domain/proposal.ts";
import type { FactInput, FunctionAction, Headline, Readings } from "../definition.ts";
import { amountsElsewhere, readFields, unknownFrom, unknownOutside, whatIsKnown } from "../fields.ts";
import { discountApart, shareOver } from "../shared/agreement-of-figures.ts";
import { asksFor } from "../shared/as-requested.ts";
import { contractFields, readContract, type Contract } from "./contract.ts";
import { countedFacts, countedFor, MAX_SHARE_PPM, requesterOf } from "./counted.ts";
import {
  incumbentArgs,
  incumbentFacts,
  incumbentInWords,
  incumbentsToldBy,
  knownOf,
  namedIn,
  teamLookups,
} from "./incumbent.ts";
import { isRenewed } from "./outcome.ts";
import { OFFER_DAYS } from "./plan.ts";

export const PriceRenewalArgs = z.strictObject({
  contractId: z.string().min(1).max(64),
  ...incumbentArgs,
  /** The last day of the term that runs: the offer is for the one that follows. */
  endsOn: z.iso.date(),
  currency: CurrencyCode,
  /** What is paid now, per term. */
  currentPriceMinor: z.int().min(0).max(MAX_MINOR),
  /** What the next term is offered for. */
  offerPriceMinor: z.int().min(0).max(MAX_MINOR),
  validDays: z.int().min(1).max(365),
});

const share = z.int().min(0).max(MAX_SHARE_PPM);

/** What the limits of `policies/renewals.price.yaml` are kept in. */
const LIMIT_CURRENCY = "USD";

/** The facts that `policies/renewals.price.yaml` may name. */
export const PriceRenewalFacts = z.strictObject({
  rise: share.meta({
    from: "derived",
    unit: "ppm",
    title: "rise over the price paid now, as a share of it",
    adjustable: true,
  }),
  overCap: share.meta({
    from: "derived",
    unit: "ppm",
    title: "how far the rise is over the contract's own cap; 0 within it, or without one",
    adjustable: true,
  }),
  discount: share.meta({
    from: "derived",
    unit: "ppm",
    title: "list price less the offer, as a share of the list price",
    adjustable: true,
  }),
  listPrice: z.int().min(1).max(MAX_MINOR).meta({
    from: "record",
    unit: "minor",
    currency: LIMIT_CURRENCY,
    title: "list price of what is renewed; known only in USD",
  }),
  discountAmount: z.int().min(0).max(MAX_MINOR).meta({
    from: "derived",
    unit: "minor",
    currency: LIMIT_CURRENCY,
    title: "list price less the offer; known only in USD",
    adjustable: true,
  }),
  coTermed: z.boolean().meta({ from: "record", title: "other contracts end with this one and are priced together" }),
  ...incumbentFacts,
  ...countedFacts,
});

function requested(record: JsonObject, readings: Readings = {}): Action | undefined {
  const contract = readContract(record);
  const { contract_id: contractId, currency, price, requested_price: asked, renewal_state: state } = contract;
  const { end_date: end } = contract;
  if (asked === null || (state !== undefined && isRenewed(state))) return undefined;
  const args = whatIsKnown({
    contractId,
    ...namedIn(incumbentsToldBy(contract, readings)),
    endsOn: end === undefined ? undefined : writeDate(end),
    currency,
    currentPriceMinor: price,
    offerPriceMinor: asked,
    validDays: OFFER_DAYS,
  });
  return { tool: priceRenewal.tool, args };
}

/** The highest price within the contract's cap, rounded down to a whole minor unit; undefined without a cap. */
export function mostWithinCapMinor({ price, price_cap: capPpm }: Contract): number | undefined {
  if (price === undefined || capPpm === undefined || capPpm === null) return undefined;
  return Number((BigInt(price) * BigInt(WHOLE_PPM + capPpm)) / BigInt(WHOLE_PPM));
}

/**
 * Shares are rounded up, so that a whole-ppm limit holds of the share exactly when it holds of the amounts; a cap is whole
 * too, and what is over it then is as exact. The price paid now and the list price are always the record's.
 */
function facts({ evidence, action }: FactInput): JsonObject {
  const record = evidence["crm.record"]?.value;
  if (record === undefined) return {};
  const contract = readContract(record);
  const { price, price_cap: capPpm, list_price: list, co_term_with: others, currency } = contract;
  const { offerPriceMinor: offer } = PriceRenewalArgs.partial().safeParse(action.args).data ?? {};
  const known: Record<string, Json> = { ...countedFor(contract), ...knownOf(evidence) };
  if (offer !== undefined && price !== undefined && price > 0) {
    const risePpm = sharePpm(offer - price, price);
    known["rise"] = Math.min(risePpm, MAX_SHARE_PPM);
    if (capPpm !== undefined)
      known["overCap"] = capPpm === null ? 0 : Math.min(Math.max(risePpm - capPpm, 0), MAX_SHARE_PPM);
  }
  if (offer !== undefined && list !== undefined && list > 0) {
    known["discount"] = sharePpm(list - offer, list);
    const amounts = { listPrice: list, discountAmount: Math.max(0, list - offer) };
    Object.assign(known, currency === LIMIT_CURRENCY ? amounts : amountsElsewhere(LIMIT_CURRENCY, currency, amounts));
  }
  if (others !== undefined) known["coTermed"] = others !== null;
  known["proposedAsRequested"] = asksFor(requested(record, evidence), action.args);
  return known;
}

/** Why people are asked: what of the contract cannot be read. */
function unknown({ evidence }: FactInput): { readonly [fact: string]: string } {
  const { values, unread } = readFields(contractFields, evidence["crm.record"]?.value ?? {});
  return {
    ...unknownOutside(LIMIT_CURRENCY, { property: "currency", given: values.currency }, [
      "listPrice",
      "discountAmount",
    ]),
    ...unknownFrom(unread, {
      rise: ["price", "requested_price"],
      overCap: ["price", "requested_price", "price_cap"],
      discount: ["list_price", "requested_price"],
      listPrice: ["list_price"],
      discountAmount: ["list_price", "requested_price"],
      coTermed: ["co_term_with"],
      account: ["customer"],
      requester: ["requested_by"],
    }),
  };
}

/** `5 % more than is paid now`, `as much as is paid now`. */
export function changeInWords(currentMinor: number, offerMinor: number): string {
  if (offerMinor === currentMinor) return "as much as is paid now";
  const difference = Math.abs(offerMinor - currentMinor);
  const way = offerMinor > currentMinor ? "more" : "less";
  if (currentMinor === 0) return `${way} than is paid now`;
  return `${formatPpm(sharePpm(difference, currentMinor))} ${way} than is paid now`;
}

/** `Northwind asks for a price of contract C-7001, of which not everything can be read`. */
function describePart(given: JsonObject, who: string): string | undefined {
  const args = PriceRenewalArgs.partial().safeParse(given);
  if (!args.success) return undefined;
  const { contractId } = args.data;
  const of = contractId === undefined ? "a contract" : `contract ${contractId}`;
  return `${who} asks for a price of ${of}, of which not everything can be read`;
}

/** `Northwind asks to offer contract C-7001 at 126,000.00 USD for the next term, 5 % more than is paid now, with …`. */
function describe(given: JsonObject, who: string): string | undefined {
  const args = PriceRenewalArgs.safeParse(given);
  if (!args.success) return describePart(given, who);
  const { contractId, currency, currentPriceMinor, offerPriceMinor } = args.data;
  const offer = formatMinor(offerPriceMinor, currency);
  const change = changeInWords(currentPriceMinor, offerPriceMinor);
  return `${who} asks to offer contract ${contractId} at ${offer} for the next term, ${change}, with ${incumbentInWords(args.data)}`;
}

/** The offer's price for the next term. */
function headline(given: JsonObject, facts: JsonObject): Headline | undefined {
  const args = PriceRenewalArgs.safeParse(given);
  if (!args.success) return undefined;
  const { currency, offerPriceMinor: minor } = args.data;
  const customer = typeof facts["account"] === "string" ? facts["account"] : null;
  return { customer, product: null, money: { minor, currency, what: "price of the next term" } };
}

/** Releases the offer of the next term at a price. Limits: policies/renewals.price.yaml. */
export const priceRenewal = {
  id: "renewals.price",
  step: "price",
  tool: "quotes.release-renewal",
  args: PriceRenewalArgs,
  editable: PriceRenewalArgs.pick({ offerPriceMinor: true }),
  partnerSees: ["contractId", "partnerId", "role", "endsOn", "currency", "offerPriceMinor", "validDays"],
  occasion: { kind: "period", argument: "endsOn" },
  factSchema: PriceRenewalFacts,
  readsRecord: true,
  lookups: teamLookups,
  facts,
  unknown,
  agrees: (known) => [
    ...discountApart(known, { share: "discount", amount: "discountAmount", of: "listPrice" }, MAX_SHARE_PPM),
    ...shareOver(known, { smaller: "overCap", larger: "rise" }),
  ],
  describe,
  headline,
  requestedBy: requesterOf,
  requested,
} as const satisfies FunctionAction;
