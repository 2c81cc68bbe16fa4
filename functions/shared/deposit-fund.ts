import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import { formatMinor, MAX_MINOR } from "../../domain/money.ts";
import { PartnerReading } from "../../domain/partner.ts";
import type { FactInput, GovernedAction } from "../definition.ts";
import { askedBy, fundArgs, fundIn, fundLookups, fundNames, FundReading, fundText } from "./fund.ts";

export const DepositFundArgs = z.strictObject({ ...fundArgs, amountMinor: z.int().min(1).max(MAX_MINOR) });

/** The facts that `policies/programme.deposit-fund.yaml` may name. */
export const DepositFundFacts = z.strictObject({
  amount: z.int().min(1).max(MAX_MINOR).meta({
    from: "requester",
    unit: "minor",
    currency: "USD",
    title: "what is paid in; known only in USD",
    adjustable: true,
  }),
  fundOpened: z.boolean().meta({ from: "record", title: "money went into this fund before" }),
  partnerStanding: z
    .enum(["active", "suspended", "unknown"])
    .meta({ from: "record", title: "the partner's standing in the programme" }),
  partner: z.string().max(64).meta({ from: "requester", title: "id of the partner whose fund it is" }),
});

function facts({ evidence, action }: FactInput): JsonObject {
  const args = DepositFundArgs.safeParse(action.args);
  const fund = FundReading.safeParse(evidence["programme.fund"]?.value);
  const partner = PartnerReading.safeParse(evidence["programme.partner"]?.value);
  if (!args.success) return {};
  const { amountMinor, currency, partnerId } = args.data;
  return {
    partner: partnerId,
    ...(currency === "USD" ? { amount: amountMinor } : {}),
    ...(fund.success ? { fundOpened: fund.data.opened } : {}),
    ...(partner.success ? { partnerStanding: partner.data.standing } : {}),
  };
}

/** `dana asks to pay 50,000.00 USD into fund mdf of partner p-juniper for 2026: yearly budget`. */
function describe(given: JsonObject): string | undefined {
  const args = DepositFundArgs.safeParse(given);
  if (!args.success) return undefined;
  const { askedBy: who, amountMinor, currency, reason } = args.data;
  return `${who} asks to pay ${formatMinor(amountMinor, currency)} into ${fundText(args.data)}: ${reason}`;
}

/** Pays money into a partner's fund, which decisions may then draw on. */
export const depositFund: GovernedAction = {
  id: "programme.deposit-fund",
  tool: "programme.deposit-fund",
  args: DepositFundArgs,
  partnerSees: [...fundNames, "amountMinor"],
  occasion: { kind: "ordinal", argument: "occasion" },
  factSchema: DepositFundFacts,
  readsRecord: false,
  lookups: (_record, _reportsStep, { args }) => {
    const fund = fundIn(args);
    const partner = fund === undefined ? [] : [{ tool: "programme.partner", args: { partnerId: fund.partnerId } }];
    return [...fundLookups(args), ...partner];
  },
  facts,
  describe,
  requestedBy: (_record, args) => askedBy(args),
};
