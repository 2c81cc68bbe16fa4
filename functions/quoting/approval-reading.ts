import { z } from "zod";
import { CurrencyCode, MAX_MINOR } from "../../domain/money.ts";
import type { Lookup } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Readings } from "../definition.ts";
import { whatIsKnown } from "../fields.ts";

/** The reading of what the quote desk approved last under a quote's id, by its tool. */
export const APPROVAL = "quotes.approval";

/** What a quote asks, whatever was approved before it. */
const quoteArgs = {
  quoteId: z.string().min(1).max(64),
  /** The CRM's own id of the deal that holds the quote. */
  dealId: z.string().min(1).max(64),
  currency: CurrencyCode,
  listPriceMinor: z.int().min(0).max(MAX_MINOR),
  netPriceMinor: z.int().min(0).max(MAX_MINOR),
  concessionsMinor: z.int().min(0).max(MAX_MINOR),
};
type Quote = z.infer<z.ZodObject<typeof quoteArgs>>;
type Asked = { readonly [Name in keyof Quote]: Quote[Name] | undefined };

export const ApproveDiscountArgs = z.strictObject({
  ...quoteArgs,
  /** The desk's own name of the approval that this one takes the place of: it is revoked in the same call. Null: there is none. */
  replaces: z.string().min(1).max(64).nullable(),
});

/** The last approval under a quote's id, null where there never was one. What is not `standing` was revoked at the desk. */
const ApprovalReading = z.strictObject({
  last: z
    .strictObject({ approval: z.string().min(1).max(64), standing: z.boolean(), asked: ApproveDiscountArgs })
    .nullable(),
});
type Last = z.infer<typeof ApprovalReading>["last"];

export function approvalLookup(quoteId: string): Lookup {
  return { tool: APPROVAL, args: { quoteId } };
}

/** Undefined where it was not read, or cannot be. */
export function lastApprovalIn(readings: Readings): Last | undefined {
  return ApprovalReading.safeParse(readings[APPROVAL]?.value).data?.last;
}

/**
 * A quote as it is asked of the desk, as far as it can be read: with the approval that it takes the place of. What stands
 * already is asked in the very words in which it was, and is found to be done.
 */
export function asAsked(quote: Asked, last: Last | undefined): JsonObject {
  const asked = whatIsKnown(quote);
  if (last === undefined || last === null) return { ...asked, replaces: null };
  const { replaces, ...before } = last.asked;
  return { ...asked, replaces: last.standing && isSame(before, quote) ? replaces : last.approval };
}

function isSame(one: Quote, other: Asked): boolean {
  return Object.keys(quoteArgs).every((name) => one[name as keyof Quote] === other[name as keyof Quote]);
}

/** Whose standing approval a quote's id has. */
export function heldBy(last: Last, dealId: string | undefined): "this" | "another" | "nobody" {
  if (last === null || !last.standing) return "nobody";
  return last.asked.dealId === dealId ? "this" : "another";
}
