import type { Finding } from "../../domain/evidence.ts";
import { ApproveDiscountArgs, QuoteRecord } from "./approve-discount.ts";
import { formatMinor } from "../../domain/money.ts";
import { formatPpm } from "../../domain/ppm.ts";
import type { AgentPart, Briefing } from "../definition.ts";
import { TEAM, teamFrom } from "../shared/deal-team.ts";
import { certain, quoted } from "../shared/finding.ts";
import { teamFindings } from "./team-findings.ts";

function findings({ readings, facts }: Briefing): readonly Finding[] {
  const quote = QuoteRecord.safeParse(readings["crm.record"]);
  if (!quote.success) return [certain("record-incomplete", ["crm.record"], "The record does not hold a whole quote.")];
  const {
    quote_list_price: list,
    quote_net_price: net,
    quote_concessions: given,
    quote_floor_price: floor,
  } = quote.data;
  const money = (minor: number) => formatMinor(minor, quote.data.quote_currency);
  const share = facts["effectiveDiscount"];
  const discount = typeof share === "number" ? formatPpm(share) : "not computable";
  const kept = net - given;
  const terms = quote.data.quote_protected_terms;
  return [
    certain(
      "effective-discount",
      ["crm.record"],
      `The effective discount is ${discount}: list price ${money(list)}, net price ${money(net)}, ` +
        `concessions worth ${money(given)}.`,
    ),
    kept < floor
      ? certain(
          "below-floor",
          ["crm.record"],
          `${money(kept)} is left after concessions, under the floor ${money(floor)}.`,
        )
      : certain(
          "above-floor",
          ["crm.record"],
          `${money(kept)} is left after concessions; the floor is ${money(floor)}.`,
        ),
    ...(terms === "none"
      ? []
      : [certain("protected-terms", ["crm.record"], `The quote touches a protected contract term: ${terms}.`)]),
    ...teamFindings(teamFrom(readings[TEAM])),
  ];
}

/** How the agents work on a quote. */
export const agent: AgentPart = {
  guidance: {
    intelligence:
      "Function: quoting. A discount is asked on a quote. Report: the effective discount (list price less net price plus " +
      "concessions, as a share of the list price) with its amounts; whether the net price less concessions is under the " +
      "floor price; a protected contract term, when one is touched; of the deal's team, who holds a role now: each " +
      "partner who sells with its tier, standing and authorisations, and the others with their role. " +
      "Amounts in the record are decimal text such as `10000.50`.",
    orchestration:
      "Function: quoting. Propose the discount approval that the record asks for. Amounts are whole minor units: `10000.50` " +
      "is 1000050. State the list price, the net price, the concessions and the effective discount in the reasoning.",
    compliance:
      "Function: quoting. Check that quote, currency and all three amounts are the record's own, and that the stated " +
      "effective discount follows from them.",
  },
  findings,
  proposes({ args }) {
    const asked = ApproveDiscountArgs.safeParse(args);
    if (!asked.success) return "The discount is proposed as the record asks for it.";
    const { quoteId, netPriceMinor, concessionsMinor, currency } = asked.data;
    return (
      `Proposed: approve quote ${quoted(quoteId)} at a net price of ${formatMinor(netPriceMinor, currency)} with ` +
      `${formatMinor(concessionsMinor, currency)} of concessions, exactly as the record asks.`
    );
  },
};
