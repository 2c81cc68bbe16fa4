import type { Permit, Receipt } from "../../domain/permit.ts";

/** A price list as it was sent: by its batch, with the digest of that. */
export type PriceListSent = { readonly list: string; readonly batch: string; readonly digest: string };

export type PriceWriter = {
  /** What the list says takes the place of what it said. Once per effect key. */
  putPriceList(permit: Permit, sent: PriceListSent): Promise<Receipt>;
  findPriceList(company: string, effectKey: string): Promise<Receipt | undefined>;
};
