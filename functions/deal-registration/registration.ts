import { aliasesIn, type Customer } from "../../domain/customer/match-keys.ts";
import { DealRole } from "../../domain/deal-team.ts";
import type { JsonObject } from "../../domain/json.ts";
import { amountIn, choice, currencyOf, day, maybe, readFields, text, truth, whenUnset } from "../fields.ts";
import type { Fields, Unread, Values } from "../fields.ts";
import { customerDomainOf, withCustomerChecked } from "../shared/customer.ts";

/** What a registration may claim: the other roles of a deal's team are agreed, not claimed first. */
export const ClaimedRole = DealRole.extract(["source", "sell"]);

const currency = currencyOf(["estimated_value"]);

/** A deal registration as the CRM keeps it. Unknown properties are ignored. */
export const registrationFields = {
  registration_id: text(64),
  partner_id: text(64),
  /** A record that does not say claims the sale. */
  partner_role: whenUnset(choice(ClaimedRole.options), "sell"),
  /** A host, web address or mail address of the customer. */
  customer_domain: text(2_048),
  customer_name: maybe(text(200)),
  /** Further names and domains of the customer, with semicolons between. */
  customer_aliases: maybe(text(2_000)),
  product_family: text(64),
  estimated_value: amountIn("currency", currency),
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

/** A record's values with why others could not be read: a customer who is none, such as a free mail host, is not read. */
export function readWithReasons(record: JsonObject | undefined): { values: Registration; unread: Unread } {
  return withCustomerChecked(readFields(registrationFields, record ?? {}));
}

/** Reads the record property by property. Never throws. */
export function readRegistration(record: JsonObject | undefined): Registration {
  return readWithReasons(record).values;
}

/** The customer as the record names it, by domain, name and aliases; undefined where it has no domain. */
export function customerIn(registration: Registration): (Customer & { readonly domain: string }) | undefined {
  const domain = customerDomainOf(registration);
  if (domain === undefined) return undefined;
  const { customer_name: name, customer_aliases: aliases } = registration;
  return { domain, name: name ?? undefined, aliases: aliasesIn(aliases ?? undefined) };
}
