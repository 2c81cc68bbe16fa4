import { z } from "zod";
import { customerAccount } from "../../domain/customer/account.ts";
import { likenessOf } from "../../domain/customer/likeness.ts";
import type { Lookup } from "../../domain/evidence.ts";
import type { Json } from "../../domain/json.ts";
import { WHOLE_PPM } from "../../domain/ppm.ts";
import type { Aggregate, Readings } from "../definition.ts";
import { customerIn, type Opportunity } from "./opportunity.ts";

const Share = z.int("expected whole parts per million").min(0).max(WHOLE_PPM);

/** A row of a batch of `propensity`: what a scoring house says of a deal's account. Empty cells of a CSV are none. */
const PropensityRow = z.strictObject({
  /** The CRM's own id of the deal. */
  deal: z.string().min(1).max(64),
  /** A host, web address or mail address of the account that was scored. */
  account: z
    .string()
    .min(1)
    .max(253)
    .refine(
      (host) => customerAccount(host).kind === "account",
      "names no customer, expected a domain such as `contoso.com`",
    ),
  account_name: z.string().min(1).max(200).optional(),
  cloud_spend_ppm: Share.optional(),
  win_pattern_ppm: Share.optional(),
});

/** The last row of a deal counts. */
const Scores = z.strictObject({
  account: z.string(),
  accountName: z.string().nullable(),
  cloudSpendPpm: Share.nullable(),
  winPatternPpm: Share.nullable(),
});
type Scores = z.infer<typeof Scores>;

export const propensityAggregate: Aggregate<typeof PropensityRow, Scores | null> = {
  row: PropensityRow,
  by: "deal",
  start: null,
  add: (_before, row) => ({
    account: row.account,
    accountName: row.account_name ?? null,
    cloudSpendPpm: row.cloud_spend_ppm ?? null,
    winPatternPpm: row.win_pattern_ppm ?? null,
  }),
  reading: (scores) => scores ?? undefined,
};

/** The reading that holds what the last batch said. */
export const BATCH = "batch.reading";

export function propensityLookup(objectId: string): Lookup {
  return { tool: BATCH, args: { functionId: "co-selling", objectType: "deal", objectId } };
}

const Told = z.object({ until: z.string(), reading: Scores });

/**
 * What a batch said of the deal's account. `of`: whether the account that was scored is the deal's customer, by the matching of
 * accounts that all functions share; scores of any other count for nothing. `reasons`: why it may be, a clause each. `until`: the
 * end of the window that the scores are of, ISO 8601.
 */
export type Propensity = {
  readonly of: "the-customer" | "one-near-to-it" | "another";
  readonly account: string;
  readonly reasons: readonly string[];
  readonly until: string;
  readonly cloudSpendPpm: number | null;
  readonly winPatternPpm: number | null;
};

/** Undefined where no batch told of the deal, or its customer cannot be read. */
export function propensityIn(readings: Readings, opportunity: Opportunity): Propensity | undefined {
  const told = Told.safeParse(readings[BATCH]?.value as Json | undefined);
  const customer = customerIn(opportunity);
  if (!told.success || customer === undefined) return undefined;
  const { until, reading } = told.data;
  const { account, accountName, cloudSpendPpm, winPatternPpm } = reading;
  const named = customerAccount(account);
  const scored = { domain: named.kind === "account" ? named.account : undefined, name: accountName ?? undefined };
  const likeness = likenessOf(customer, scored);
  const known = { account, until, cloudSpendPpm, winPatternPpm };
  switch (likeness.kind) {
    case "same":
      return { ...known, of: "the-customer", reasons: likeness.reasons };
    case "near":
      return { ...known, of: "one-near-to-it", reasons: likeness.reasons };
    case "other":
      return { ...known, of: "another", reasons: [] };
  }
}
