import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import { formatMinor, MAX_MINOR } from "../../domain/money.ts";
import type { FactInput, GovernedAction } from "../definition.ts";
import { askedBy, fundArgs, fundLookups, fundNames, FundReading, fundText } from "./fund.ts";

export const AdjustFundArgs = z.strictObject({
  ...fundArgs,
  /** What the fund has more, or less, than before. */
  changeMinor: z
    .int()
    .min(-MAX_MINOR)
    .max(MAX_MINOR)
    .refine((change) => change !== 0, "expected an amount"),
  /** The fund may end up with less than nothing. */
  mayGoNegative: z.boolean(),
});

/** The facts that `policies/programme.adjust-fund.yaml` may name. */
export const AdjustFundFacts = z.strictObject({
  amount: z.int().min(1).max(MAX_MINOR).meta({
    from: "requester",
    unit: "minor",
    currency: "USD",
    title: "by how much; known only in USD",
    adjustable: true,
  }),
  direction: z.enum(["in", "out"]).meta({ from: "requester", title: "whether the fund has more or less afterwards" }),
  fundOpened: z.boolean().meta({ from: "record", title: "money went into this fund before" }),
  leavesNegative: z
    .boolean()
    .meta({ from: "derived", title: "more is used and reserved than the fund would then hold" }),
  mayGoNegative: z.boolean().meta({ from: "requester", title: "the request says that it may" }),
  partner: z.string().max(64).meta({ from: "requester", title: "id of the partner whose fund it is" }),
});

function facts({ evidence, action }: FactInput): JsonObject {
  const args = AdjustFundArgs.safeParse(action.args);
  const fund = FundReading.safeParse(evidence["programme.fund"]?.value);
  if (!args.success) return {};
  const { changeMinor, currency, mayGoNegative, partnerId } = args.data;
  const amount = currency === "USD" ? { amount: Math.abs(changeMinor) } : {};
  const known = { partner: partnerId, mayGoNegative, direction: changeMinor < 0 ? "out" : "in", ...amount };
  if (!fund.success) return known;
  const { opened, depositedMinor, usedMinor, reservedMinor } = fund.data;
  const leftMinor = depositedMinor - usedMinor - reservedMinor + changeMinor;
  return { ...known, fundOpened: opened, leavesNegative: changeMinor < 0 && leftMinor < 0 };
}

/** `dana asks to take 1,200.00 USD out of fund mdf of partner p-juniper for 2026: unspent at year end`. */
function describe(given: JsonObject): string | undefined {
  const args = AdjustFundArgs.safeParse(given);
  if (!args.success) return undefined;
  const { askedBy: who, changeMinor, currency, mayGoNegative, reason } = args.data;
  const amount = formatMinor(Math.abs(changeMinor), currency);
  const change = changeMinor < 0 ? `take ${amount} out of` : `put ${amount} right in`;
  const below = mayGoNegative ? ", below zero if need be" : "";
  return `${who} asks to ${change} ${fundText(args.data)}${below}: ${reason}`;
}

/** Puts right what a fund holds: a mistake, money that is forfeited, or a loss that is carried. */
export const adjustFund: GovernedAction = {
  id: "programme.adjust-fund",
  tool: "programme.adjust-fund",
  args: AdjustFundArgs,
  partnerSees: [...fundNames, "changeMinor"],
  occasion: { kind: "ordinal", argument: "occasion" },
  factSchema: AdjustFundFacts,
  readsRecord: false,
  lookups: (_record, _reportsStep, { args }) => fundLookups(args),
  facts,
  describe,
  requestedBy: (_record, args) => askedBy(args),
};
