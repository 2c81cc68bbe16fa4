import { formatPpm } from "../../domain/ppm.ts";
import { agentPart, type Briefing, type FindingOf } from "../definition.ts";
import { certain, quoted } from "../shared/finding.ts";
import { customerIn, readOpportunity } from "./opportunity.ts";
import { BATCH, propensityIn } from "./propensity.ts";
import { qualifyDeal } from "./qualify-deal.ts";
import { factors, scoreOf } from "./score.ts";

const record = ["crm.record"];

/** How we weigh our own deals is ours alone. */
const audiences = {
  "record-incomplete": "us",
  factor: "us",
  "factor-unknown": "us",
  "scores-of-another": "us",
  badge: "us",
} as const;
type Said = FindingOf<typeof audiences>;

/** What the readings are called by their tools, as actions read them. */
function readingsOf({ readings, at }: Briefing) {
  return Object.fromEntries(
    Object.entries(readings).map(([tool, value]) => [
      tool,
      { source: { source: tool, ref: "briefing", version: "", observedAt: at }, value },
    ]),
  );
}

function findings(briefing: Briefing): readonly Said[] {
  const opportunity = readOpportunity(briefing.readings["crm.record"]);
  const customer = customerIn(opportunity);
  if (customer === undefined) {
    return [certain("record-incomplete", record, "The record does not name the deal's customer.")];
  }
  const propensity = propensityIn(readingsOf(briefing), opportunity);
  const { found } = scoreOf(opportunity, propensity);
  const said = found.map((one) => {
    const weight = `weight ${formatPpm(factors[one.factor])}`;
    return "ppm" in one
      ? certain(
          "factor",
          one.from === "batch" ? [BATCH] : record,
          `The ${one.factor} counts ${formatPpm(one.ppm)} (${quoted(one.from)}), ${weight}.`,
        )
      : certain("factor-unknown", record, `The ${one.factor} ${one.unknown}, ${weight}.`);
  });
  const { co_sell_badge: badge } = opportunity;
  const isOther = propensity !== undefined && propensity.of !== "the-customer";
  return [
    ...said,
    ...(isOther
      ? [
          certain(
            "scores-of-another",
            [BATCH],
            `Scores were sent for ${quoted(propensity.account)}, the customer is ${customer.domain}.`,
          ),
        ]
      : []),
    certain(
      "badge",
      record,
      badge === null || badge === undefined ? "The deal was not scored yet." : `The deal is ${badge} now.`,
    ),
  ];
}

/** How the agents work on a deal that may be co-sold. */
export const agent = agentPart({
  audiences,
  guidance: {
    intelligence:
      "Function: co-selling. A deal is scored for whether a partner is to be taken in. Report each factor with its value, where it " +
      "comes from and its weight: what the customer runs, how likely it is to spend on the cloud, the stage, the amount, how like " +
      "the deal is to those that were won; which are not known; scores that were sent for another account; the badge it has now.",
    orchestration:
      "Function: co-selling. Propose the score that the factors come to, exactly as it is given: parts per million are whole numbers, " +
      "and the rationale is given word for word. State the factors that are not known in the reasoning.",
    compliance:
      "Function: co-selling. Check that score, confidence and rationale are those of the readings, and that a deal that loses its " +
      "badge is said to.",
  },
  findings,
  proposes({ tool, args }) {
    const asked = tool === qualifyDeal.tool ? qualifyDeal.describe(args) : undefined;
    return asked === undefined
      ? "The step is proposed as the readings ask for it."
      : `${asked}; exactly that is proposed.`;
  },
});
