import type { Evidence } from "../../domain/evidence.ts";
import type { FundRef } from "../../domain/fund.ts";
import type { Permit, Receipt } from "../../domain/permit.ts";

/** Reads partners' funds. A fund that nobody paid into reads as an empty one that is not opened. */
export type FundReader = {
  readFund(company: string, fund: FundRef): Promise<Evidence>;
  /** What a decision posted to the fund, and what of that still counts. */
  readPosting(company: string, fund: FundRef, decisionId: string): Promise<Evidence>;
};

/** Amounts are minor units of the fund's currency. */
type Deposit = FundRef & { readonly amountMinor: number };
type Adjustment = FundRef & { readonly changeMinor: number; readonly mayGoNegative: boolean };
type Reversal = FundRef & { readonly decisionId: string; readonly amountMinor: number };

/**
 * Enters what was asked for a fund itself, once per effect key. Refuses what would leave a fund with less than nothing,
 * unless the adjustment says that it may, and a reversal of more than its posting still counts.
 */
export type FundWriter = {
  depositFund(permit: Permit, deposit: Deposit): Promise<Receipt>;
  adjustFund(permit: Permit, adjustment: Adjustment): Promise<Receipt>;
  reversePosting(permit: Permit, reversal: Reversal): Promise<Receipt>;
  findFundEntry(company: string, effectKey: string): Promise<Receipt | undefined>;
};
