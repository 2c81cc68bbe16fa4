import { z } from "zod";
import type { Lookup } from "../../domain/evidence.ts";
import { FundRef } from "../../domain/fund.ts";
import type { JsonObject } from "../../domain/json.ts";

/** What a fund holds now, in minor units of its currency. `opened`: money went in or out once. */
export const FundReading = z.strictObject({
  opened: z.boolean(),
  depositedMinor: z.int(),
  usedMinor: z.int(),
  reservedMinor: z.int(),
});

/** What a decision posted to a fund, and what of that still counts; both 0 where it posted nothing. */
export const PostingReading = z.strictObject({ postedMinor: z.int().min(0), standsMinor: z.int().min(0) });

/** What all that is asked of a fund says: of which fund, who asks, and why. */
export const fundArgs = {
  ...FundRef.shape,
  /** The person on whose behalf it is asked, who may not approve it. */
  askedBy: z.string().min(1).max(64),
  reason: z.string().min(1).max(300),
  /** The request's own name, such as an invoice or a month: the same asked under another one is another payment. */
  occasion: z.string().min(1).max(64),
};

/** The arguments that name the fund. */
export const fundNames = Object.keys(FundRef.shape);

const Asked = z.object(fundArgs);

/** The fund that arguments name. */
export function fundIn(args: JsonObject): FundRef | undefined {
  const asked = Asked.safeParse(args);
  if (!asked.success) return undefined;
  const { fundId, partnerId, period, currency } = asked.data;
  return { fundId, partnerId, period, currency };
}

export function fundLookups(args: JsonObject): readonly Lookup[] {
  const fund = fundIn(args);
  return fund === undefined ? [] : [{ tool: "programme.fund", args: fund }];
}

export function askedBy(args: JsonObject): string {
  return Asked.safeParse(args).data?.askedBy ?? "";
}

/** `fund mdf of partner p-juniper for 2026`. */
export function fundText({ fundId, partnerId, period }: FundRef): string {
  return `fund ${fundId} of partner ${partnerId}${period === "ever" ? "" : ` for ${period}`}`;
}
