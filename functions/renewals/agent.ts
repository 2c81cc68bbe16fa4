import { writeDate } from "../../domain/day.ts";
import { formatMinor } from "../../domain/money.ts";
import { formatPpm, sharePpm } from "../../domain/ppm.ts";
import { agentPart, type Briefing, type FindingOf } from "../definition.ts";
import type { JsonObject } from "../../domain/json.ts";
import { oneOf, TEAM, teamFrom } from "../shared/deal-team.ts";
import { certain, quoted } from "../shared/finding.ts";
import { assignPartner } from "./assign-partner.ts";
import { readContract, termOf, type Contract } from "./contract.ts";
import { incumbentsOf } from "./incumbent.ts";
import { changeInWords, mostWithinCapMinor, priceRenewal } from "./price-renewal.ts";
import { proposeRenewal } from "./propose-renewal.ts";
import { recordRenewal } from "./record-renewal.ts";
import { teamFindings } from "./team-findings.ts";

const sources = ["crm.record"];
const REPLY = "ledger.reply";

/** What a partner must not learn: the contract's cap and prices, how the customer is, who else keeps or is to keep the contract. */
const audiences = {
  "record-incomplete": "both",
  "term-unreadable": "both",
  term: "both",
  "price-unreadable": "both",
  price: "us",
  signals: "us",
  answer: "us",
  "partner-change": "us",
  "co-term": "us",
  "true-up": "us",
  "team-unread": "us",
  incumbent: "us",
  "no-incumbent": "us",
  "several-incumbents": "us",
  "partner-unknown": "us",
  "partner-standing": "us",
  "deal-team": "us",
} as const;
type Said = FindingOf<typeof audiences>;

function termFinding(contract: Contract): Said {
  const term = termOf(contract);
  if (term === undefined) {
    return certain(
      "term-unreadable",
      sources,
      "The record does not tell when the contract ends, or by when notice is due.",
    );
  }
  const [ends, decideBy] = [writeDate(term.end), writeDate(term.decideBy)];
  const how = term.autoRenews
    ? `renews itself unless notice is given by ${decideBy}, ${term.end - term.decideBy} days before`
    : "does not renew itself";
  return certain("term", sources, `The contract ends on ${ends} and ${how}.`);
}

function capInWords(contract: Contract, money: (minor: number) => string): string {
  if (contract.price_cap === undefined) return "what the contract caps a rise at cannot be read";
  const most = mostWithinCapMinor(contract);
  if (contract.price_cap === null || most === undefined) return "the contract caps no rise";
  return `the contract caps a rise at ${formatPpm(contract.price_cap)}, which is ${money(most)} at most`;
}

function priceFinding(contract: Contract): Said {
  const { price, list_price: list, requested_price: asked, currency } = contract;
  if (price === undefined || currency === undefined || list === undefined || asked === undefined) {
    return certain("price-unreadable", sources, "The record does not tell what is paid now, listed or asked.");
  }
  const money = (minor: number) => formatMinor(minor, currency);
  const paid = `${money(price)} is paid now, the list price is ${money(list)}; ${capInWords(contract, money)}.`;
  if (asked === null) return certain("price", sources, `${paid} No price is asked for the next term yet.`);
  const off = asked < list ? `, ${formatPpm(sharePpm(list - asked, list))} under the list price` : "";
  const by = asked === price ? "" : ` (${money(Math.abs(asked - price))})`;
  return certain(
    "price",
    sources,
    `${paid} ${money(asked)} is asked for the next term, ${changeInWords(price, asked)}${by}${off}.`,
  );
}

/** What is told of the customer and what is not: an absent signal is said, it asks nobody. */
function signalFinding({ usage, health }: Contract): Said {
  const said = (told: string | null | undefined, what: string) => {
    if (told === undefined) return `${what} cannot be read`;
    return told ?? `${what} is not told`;
  };
  const used = typeof usage === "number" ? `${formatPpm(usage)} of what is paid for is used` : usage;
  const points = typeof health === "number" ? `the customer's health is ${health} of 100` : health;
  return certain("signals", sources, `Of the customer: ${said(used, "usage")}; ${said(points, "health")}.`);
}

/** What came back to the offer, where something did. */
function answerFinding(reading: JsonObject | undefined): readonly Said[] {
  const { answer, answeredAt } = reading ?? {};
  if (typeof answer !== "string" || typeof answeredAt !== "string") return [];
  return [certain("answer", [REPLY], `The offer was answered on ${answeredAt.slice(0, 10)}: ${quoted(answer)}.`)];
}

function tripFindings(contract: Contract, incumbent: string | undefined): readonly Said[] {
  const { requested_partner_id: other, customer_letter: letter, co_term_with: others } = contract;
  const by =
    typeof letter === "string" ? `by the customer's letter ${quoted(letter)}` : "without a letter of the customer";
  const isMoved = typeof other === "string" && other !== incumbent;
  const moves = `The contract is asked to go to ${quoted(other ?? "")}, ${by}.`;
  const ends = `It ends together with ${quoted(others ?? "")}: they are priced together.`;
  return [
    ...(isMoved ? [certain("partner-change", sources, moves)] : []),
    ...(typeof others === "string" ? [certain("co-term", sources, ends)] : []),
    ...(typeof contract.usage === "number" && contract.usage > 1_000_000
      ? [certain("true-up", sources, "More is used than was paid for: it is trued up first.")]
      : []),
  ];
}

function findings({ readings, facts }: Briefing): readonly Said[] {
  const contract = readContract(readings["crm.record"] ?? {});
  if (contract.contract_id === undefined) {
    return [certain("record-incomplete", sources, "The record does not hold a whole contract.")];
  }
  const team = teamFrom(readings[TEAM]);
  return [
    termFinding(contract),
    priceFinding(contract),
    signalFinding(contract),
    ...teamFindings(contract, team, facts["incumbentIdleDays"]),
    ...answerFinding(readings[REPLY]),
    ...tripFindings(contract, team && oneOf(incumbentsOf(team))?.partnerId),
  ];
}

const actions = [proposeRenewal, priceRenewal, assignPartner, recordRenewal];

/** How the agents work on a renewal, whichever of its steps they are asked for. */
export const agent = agentPart({
  audiences,
  guidance: {
    intelligence:
      "Function: renewals. A contract's term ends and the next is proposed, priced and recorded. Report: when it ends, whether " +
      "it renews itself and by when notice is due; what is paid now, the list price, the price asked with the rise in money " +
      "and as a share, and the contract's own cap; usage and health, or that they are not told; who holds which role on " +
      "the team: who keeps the contract, else who sold it, with last activity and standing, and the others; a change of partner, and whether the customer's letter asks for it; contracts that end together; " +
      "use over what was paid for. Amounts are decimal text such as `10000.50`, shares text such as `3%`.",
    orchestration:
      "Function: renewals. Propose the step that is asked, exactly as the record asks for it. Amounts are whole minor units: " +
      "`10000.50` is 1000050; shares are parts per million: `3%` is 30000; days are text such as `2026-12-31`. State the " +
      "price paid now, the price asked, the rise and the cap in the reasoning; never a price, partner, role or outcome of your own.",
    compliance:
      "Function: renewals. Check that contract, customer, partner, prices and dates are the record's own, that the stated rise " +
      "follows from the two prices, that an outcome rests on evidence in the record or on the customer's answer, and that a change of partner is stated.",
  },
  findings,
  proposes({ tool, args }) {
    const { partnerId } = args;
    const who = tool === assignPartner.tool && typeof partnerId === "string" ? partnerId : "The record";
    const asked = actions.find((action) => action.tool === tool)?.describe(args, who);
    return asked === undefined
      ? "The step is proposed as the record asks for it."
      : `${asked}; exactly that is proposed.`;
  },
});
