import type { Json } from "../../domain/json.ts";
import { ApproveDiscountArgs } from "./approval-reading.ts";
import { readQuote, type Quote } from "./approve-discount.ts";
import { formatMinor } from "../../domain/money.ts";
import { formatPpm } from "../../domain/ppm.ts";
import { agentPart, type Briefing, type FindingOf } from "../definition.ts";
import { TEAM, teamFrom } from "../shared/deal-team.ts";
import { certain, quoted } from "../shared/finding.ts";
import { PRICES } from "../shared/prices.ts";
import { FIRST_ACT } from "./baseline.ts";
import { listPriceOf } from "./list-price.ts";
import { teamFindings } from "./team-findings.ts";

/** What a partner must not learn: our floor, who else takes part and how they stand, what others were approved on the deal. */
const audiences = {
  "record-incomplete": "both",
  "effective-discount": "us",
  lines: "both",
  "below-floor": "us",
  "above-floor": "us",
  "protected-terms": "both",
  "team-unread": "us",
  "no-seller": "us",
  "several-sellers": "us",
  "partner-unknown": "us",
  "partner-standing": "us",
  "deal-team": "us",
} as const;
type Said = FindingOf<typeof audiences>;

function findings({ readings, facts, at }: Briefing): readonly Said[] {
  const quote = readQuote(readings["crm.record"]);
  const {
    quote_list_price: list,
    quote_net_price: net,
    quote_concessions: given,
    quote_floor_price: floor,
    quote_currency: currency,
  } = quote;
  if (list === undefined || net === undefined || given === undefined || currency === undefined) {
    return [certain("record-incomplete", ["crm.record"], "The record does not hold a whole quote.")];
  }
  const money = (minor: number) => formatMinor(minor, currency);
  const share = facts["effectiveDiscount"];
  const discount = typeof share === "number" ? formatPpm(share) : "not computable";
  const kept = net - given;
  const measured = listPriceOf(quote, { book: readings[PRICES], first: readings[FIRST_ACT] }, at).remarks;
  return [
    certain(
      "effective-discount",
      ["crm.record"],
      `The effective discount is ${discount}: list price ${money(list)}, net price ${money(net)}, ` +
        `concessions worth ${money(given)}${measured.map((remark) => `; ${remark}`).join("")}.`,
    ),
    ...linesFinding(quote, facts["worstLineDiscount"]),
    ...floorFinding(kept, floor, money),
    ...termsFinding(quote.quote_protected_terms),
    ...teamFindings(teamFrom(readings[TEAM])),
  ];
}

/** What the whole quote's discount does not show. A quote without lines says nothing more. */
function linesFinding({ quote_lines: lines }: Quote, worst: Json | undefined): readonly Said[] {
  if (lines === undefined || lines === null) return [];
  const deepest = typeof worst === "number" ? `at most ${formatPpm(worst)} is off one of them` : "they do not add up";
  return [certain("lines", ["crm.record"], `The quote has ${lines.length} lines: ${deepest}.`)];
}

function floorFinding(kept: number, floor: number | undefined, money: (minor: number) => string): readonly Said[] {
  if (floor === undefined) return [];
  const left = `${money(kept)} is left after concessions`;
  return [
    kept < floor
      ? certain("below-floor", ["crm.record"], `${left}, under the floor ${money(floor)}.`)
      : certain("above-floor", ["crm.record"], `${left}; the floor is ${money(floor)}.`),
  ];
}

function termsFinding(terms: Quote["quote_protected_terms"]): readonly Said[] {
  const touched = terms?.filter((term) => term !== "none") ?? [];
  if (touched.length === 0) return [];
  const what = touched.length === 1 ? "a protected contract term" : "protected contract terms";
  return [certain("protected-terms", ["crm.record"], `The quote touches ${what}: ${touched.join(", ")}.`)];
}

/** How the agents work on a quote. */
export const agent = agentPart({
  audiences,
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
});
