import type { Permit, Receipt } from "../../domain/permit.ts";

/** A discount approved on a quote. Amounts in minor units of `currency`. */
export type DiscountApproval = {
  readonly quoteId: string;
  readonly currency: string;
  readonly listPriceMinor: number;
  readonly netPriceMinor: number;
  readonly concessionsMinor: number;
};

/** The desk that turns an approved discount into a quote the partner may send. */
export type QuoteDesk = {
  approveDiscount(permit: Permit, approval: DiscountApproval): Promise<Receipt>;
  findApproval(company: string, effectKey: string): Promise<Receipt | undefined>;
};
