import { customerAccount } from "../../domain/customer/account.ts";
import type { Unread } from "../fields.ts";

/** Whom a host, web address or mail address names: the registrable domain, or why it names no customer. */
export function customerOf(domain: string | null | undefined): { readonly account?: string; readonly why?: string } {
  if (domain === null || domain === undefined) return {};
  const named = customerAccount(domain);
  return named.kind === "account" ? { account: named.account } : { why: `customer_domain: ${named.reason}` };
}

/** What a record says of its customer. */
type Named = { readonly customer_domain?: string };

/** What was read of a record, with why its customer is none, where it names one that is none, such as a free mail host. */
export function withCustomerChecked<Read extends { readonly values: Named; readonly unread: Unread }>(
  read: Read,
): Read {
  const { why } = customerOf(read.values.customer_domain);
  return why === undefined ? read : { ...read, unread: { ...read.unread, customer_domain: why } };
}

/** The registrable domain of the customer; undefined where the record names none. */
export function customerDomainOf({ customer_domain: host }: Named): string | undefined {
  return customerOf(host).account;
}
