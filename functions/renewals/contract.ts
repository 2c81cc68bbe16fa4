import type { JsonObject } from "../../domain/json.ts";
import type { Readings } from "../definition.ts";
import {
  amountIn,
  choice,
  currencyOf,
  day,
  maybe,
  percent,
  readFields,
  text,
  truth,
  whole,
  type Fields,
  type Values,
} from "../fields.ts";
import { crmIdIn } from "../shared/crm-id.ts";

/** Where a renewal stands, as the CRM keeps it. */
const states = [
  "scheduled",
  "assessed",
  "proposed",
  "negotiating",
  "accepted",
  "auto-renewed",
  "notice-given",
  "lapsed",
  "recovered",
] as const;
export type RenewalState = (typeof states)[number];

/** The most days before the end that a notice can be due. */
const MAX_NOTICE_DAYS = 9_999;

const id = text(64);
const longText = text(500);
const currency = currencyOf(["price", "list_price"]);
const amount = amountIn("currency", currency);

/**
 * A contract as the CRM keeps it, amounts are decimals, shares are percentages, dates are days.
 * Days become numbers, amounts minor units, shares parts per million. Unknown properties are ignored.
 */
export const contractFields = {
  contract_id: id,
  /** The deal that the contract came from: its team is the contract's. Empty: the contract has a team of its own. */
  deal_id: maybe(id),
  customer: text(200),
  /** Who sold the contract, as the CRM says: what its team is seeded with. Empty: no partner did. */
  partner_id: maybe(id),
  start_date: day,
  /** The last day of the term. */
  end_date: day,
  auto_renew: truth,
  /** How many days before the end notice must be given. Needed where the contract renews itself. */
  notice_days: maybe(whole(MAX_NOTICE_DAYS)),
  currency,
  /** What is paid now for what is to be renewed, like for like, per term. */
  price: amount,
  /** The list price of the same. */
  list_price: amount,
  /** The contract's own cap on a rise, as a share of the price paid now. Empty: it has none. */
  price_cap: maybe(percent),
  /** What is asked for the next term. Empty until somebody asks. */
  requested_price: maybe(amount),
  /** Other contracts that end with this one and are priced together. */
  co_term_with: maybe(longText),
  renewal_state: choice(states),
  /** The share of what is paid for that is used. Over 100 % is use that nobody paid for. */
  usage: maybe(percent),
  /** The customer's health, 0 to 100. */
  health: maybe(whole(100)),
  partner_standing: maybe(choice(["active", "dispute", "suspended"])),
  /** The last call, quote or change of stage that the incumbent made for this customer. */
  partner_last_activity: maybe(day),
  /** Another partner that the contract is to go to. Empty: it stays. */
  requested_partner_id: maybe(id),
  /** Where the customer's letter that asks for it is kept. */
  customer_letter: maybe(longText),
  /** Where the customer's acceptance is kept: a signature, an order. */
  acceptance_evidence: maybe(longText),
  accepted_on: maybe(day),
  non_renewal_reason: maybe(longText),
  /** The day on which the customer's notice reached us, whoever opened it. */
  notice_received_on: maybe(day),
  requested_by: id,
} as const satisfies Fields;

/** What could be read of a contract. A property that cannot be read is absent, and takes no other with it. */
export type Contract = Values<typeof contractFields>;

/** Reads the record property by property. Never throws. */
export function readContract(record: JsonObject): Contract {
  return readFields(contractFields, record).values;
}

/**
 * The CRM's own id of the contract, as its reading names it; until it is read, and where the reading names none, the
 * contract's number.
 */
export function crmIdOf({ contract_id: contractId }: Contract, readings: Readings): string | undefined {
  return crmIdIn(readings, "contract") ?? contractId;
}

/** A contract's term, in days since 1970-01-01. */
export type Term = {
  readonly start: number;
  /** Its last day. */
  readonly end: number;
  readonly autoRenews: boolean;
  /** The last day on which anything can be decided: the notice date where it renews itself, else the end. */
  readonly decideBy: number;
};

/** Undefined where the dates cannot be read or cannot be true: an end before the start, a notice date before it. */
export function termOf({ start_date, end_date, auto_renew, notice_days }: Contract): Term | undefined {
  if (start_date === undefined || end_date === undefined || auto_renew === undefined) return undefined;
  const notice = auto_renew ? notice_days : 0;
  if (notice === undefined || notice === null || start_date >= end_date) return undefined;
  const decideBy = end_date - notice;
  return decideBy < start_date ? undefined : { start: start_date, end: end_date, autoRenews: auto_renew, decideBy };
}
