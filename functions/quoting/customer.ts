import { customerAccount } from "../../domain/customer/account.ts";

/** Whom a quote is for, as far as the record says it: the registrable domain, or why what it says names no customer. */
export function customerOf(domain: string | null | undefined): { readonly account?: string; readonly why?: string } {
  if (domain === null || domain === undefined) return {};
  const named = customerAccount(domain);
  return named.kind === "account" ? { account: named.account } : { why: `customer_domain: ${named.reason}` };
}
