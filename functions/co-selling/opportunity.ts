import type { Customer } from "../../domain/customer/match-keys.ts";
import type { JsonObject } from "../../domain/json.ts";
import {
  amountIn,
  choice,
  choices,
  currencyOf,
  day,
  isUnset,
  maybe,
  percent,
  readFields,
  text,
  type Fields,
  type Unread,
  type Values,
} from "../fields.ts";
import { customerDomainOf, withCustomerChecked } from "../shared/customer.ts";

/** Where a deal stands, in the words of AWS Partner Central: the last two are its ends. */
export const stages = [
  "prospect",
  "qualified",
  "technical-validation",
  "business-validation",
  "committed",
  "launched",
  "closed-lost",
] as const;
export type Stage = (typeof stages)[number];

/** What a customer is known to run, as technographic feeds name it. */
export const technologies = [
  "aws",
  "azure",
  "gcp",
  "on-premises",
  "vmware",
  "kubernetes",
  "databricks",
  "snowflake",
] as const;
export type Technology = (typeof technologies)[number];

/** What the badge says once it was decided; empty until then. */
export const badges = ["qualified", "not-qualified"] as const;

/** Whom somebody reaches at an account, from the least to the most senior. */
export const levels = ["none", "team", "manager", "director", "vp", "c-level"] as const;
export type Level = (typeof levels)[number];

const currency = currencyOf(["amount"]);

/**
 * A deal as co-selling reads it from the CRM. Amounts are decimals there and minor units here, shares are percentages there and
 * parts per million here. Unknown properties are ignored.
 */
export const opportunityFields = {
  /** A host, web address or mail address of the customer. */
  customer_domain: text(253),
  customer_name: maybe(text(200)),
  stage: choice(stages),
  currency,
  amount: amountIn("currency", currency),
  close_date: maybe(day),
  /** What the customer runs. Empty: nobody told. */
  technographics: maybe(choices(technologies)),
  /** How likely the customer is to spend on the cloud, as the last score that somebody entered says. */
  cloud_spend_propensity: maybe(percent),
  /** How like the deal is to those that were won. */
  win_pattern: maybe(percent),
  /** What was decided last, and what it rests on: written by us. */
  co_sell_badge: maybe(choice(badges)),
  co_sell_score: maybe(percent),
  /** What a partner is sought by. */
  product_family: maybe(text(64)),
  industry: maybe(text(64)),
  customer_region: maybe(text(64)),
  /** The level above which nobody at the customer has heard of it. Empty: it is not stuck. */
  stuck_at: maybe(choice(levels)),
  /** Who is in the deal against us, with semicolons between. */
  competitors: maybe(text(2_000)),
} as const satisfies Fields;

export type Opportunity = Values<typeof opportunityFields>;

/** A record's values with why others could not be read: a customer who is none, such as a free mail host, is not read. */
export function readWithReasons(record: JsonObject | undefined): { values: Opportunity; unread: Unread } {
  return withCustomerChecked(readFields(opportunityFields, record ?? {}));
}

/** Reads the record property by property. Never throws. */
export function readOpportunity(record: JsonObject | undefined): Opportunity {
  return readWithReasons(record).values;
}

/** The customer by registrable domain and name; undefined where the record names no domain. */
export function customerIn(opportunity: Opportunity) {
  const domain = customerDomainOf(opportunity);
  if (domain === undefined) return undefined;
  return { domain, name: opportunity.customer_name ?? undefined } satisfies Customer;
}

/** Whether the deal has come to its end: nothing is asked of it any more. */
export function isClosed({ stage }: Opportunity): boolean {
  return stage === "launched" || stage === "closed-lost";
}

/** Whether a deal is to be scored: it has a stage, readable or not, and is not closed. A CRM has no opportunity without one. */
export function isOpen(record: JsonObject): boolean {
  return !isUnset(record["stage"]) && !isClosed(readOpportunity(record));
}
