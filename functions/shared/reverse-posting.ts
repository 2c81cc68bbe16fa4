import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import { formatMinor, MAX_MINOR } from "../../domain/money.ts";
import type { FactInput, GovernedAction } from "../definition.ts";
import { askedBy, fundArgs, fundIn, fundNames, fundText, PostingReading } from "./fund.ts";

export const ReversePostingArgs = z.strictObject({
  ...fundArgs,
  /** The decision whose posting is given back. */
  decisionId: z.string().regex(/^dec_[0-9a-f]{20}$/),
  amountMinor: z.int().min(1).max(MAX_MINOR),
});

/** The facts that `policies/programme.reverse-posting.yaml` may name. */
export const ReversePostingFacts = z.strictObject({
  reversed: z
    .int()
    .min(1)
    .max(2 * MAX_MINOR)
    .meta({
      from: "derived",
      unit: "minor",
      currency: "USD",
      title: "what comes back of the posting, with all that came back of it before; known only in USD",
      adjustable: true,
    }),
  withinPosting: z.boolean().meta({ from: "record", title: "the posting still counts at least what is reversed now" }),
  partner: z.string().max(64).meta({ from: "record", title: "id of the partner whose fund it is" }),
});

/** What came back before counts: a posting is not reversed unasked in small pieces. */
function facts({ evidence, action }: FactInput): JsonObject {
  const args = ReversePostingArgs.safeParse(action.args);
  const posting = PostingReading.safeParse(evidence["programme.posting"]?.value);
  if (!args.success) return {};
  const { amountMinor, currency, partnerId } = args.data;
  if (!posting.success) return { partner: partnerId };
  const { postedMinor, standsMinor } = posting.data;
  const reversed = postedMinor - standsMinor + amountMinor;
  const known = { partner: partnerId, withinPosting: amountMinor <= standsMinor };
  return currency === "USD" ? { ...known, reversed } : known;
}

/** `dana asks to give 1,800.00 USD of dec_… back to fund mdf of partner p-juniper for 2026: invoice was less`. */
function describe(given: JsonObject): string | undefined {
  const args = ReversePostingArgs.safeParse(given);
  if (!args.success) return undefined;
  const { askedBy: who, amountMinor, currency, decisionId, reason } = args.data;
  const amount = formatMinor(amountMinor, currency);
  return `${who} asks to give ${amount} of ${decisionId} back to ${fundText(args.data)}: ${reason}`;
}

/** Gives back to a fund what a decision posted: all of it, or the part that was not needed. */
export const reversePosting: GovernedAction = {
  id: "programme.reverse-posting",
  tool: "programme.reverse-posting",
  args: ReversePostingArgs,
  partnerSees: [...fundNames, "amountMinor"],
  occasion: { kind: "ordinal", argument: "occasion" },
  factSchema: ReversePostingFacts,
  readsRecord: false,
  lookups: (_record, _reportsStep, { args }) => {
    const [fund, parsed] = [fundIn(args), ReversePostingArgs.safeParse(args)];
    if (fund === undefined || !parsed.success) return [];
    return [{ tool: "programme.posting", args: { ...fund, decisionId: parsed.data.decisionId } }];
  },
  facts,
  describe,
  requestedBy: (_record, args) => askedBy(args),
};
