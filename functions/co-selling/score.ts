import { formatMinor } from "../../domain/money.ts";
import { formatPpm, WHOLE_PPM } from "../../domain/ppm.ts";
import type { Opportunity, Stage, Technology } from "./opportunity.ts";
import type { Propensity } from "./propensity.ts";

/** What a deal is scored by, each with its weight in parts per million of the whole. Our own defaults, 2026-11. */
export const factors = {
  technographics: 250_000,
  "cloud spend": 250_000,
  stage: 200_000,
  amount: 150_000,
  "win pattern": 150_000,
} as const satisfies { readonly [factor: string]: number };
export type Factor = keyof typeof factors;

/**
 * How much a stage speaks for taking a partner in, in parts per million: most once the need is known, little once the customer has
 * chosen. Our own default, 2026-11.
 */
const ofStage = {
  prospect: 400_000,
  qualified: 1_000_000,
  "technical-validation": 900_000,
  "business-validation": 700_000,
  committed: 200_000,
  launched: 0,
  "closed-lost": 0,
} as const satisfies { readonly [stage in Stage]: number };

/** How much what the customer runs speaks for it: the most telling one counts. Our own default, 2026-11. */
const ofTechnology = {
  aws: 1_000_000,
  databricks: 800_000,
  snowflake: 800_000,
  kubernetes: 700_000,
  vmware: 700_000,
  "on-premises": 600_000,
  azure: 300_000,
  gcp: 300_000,
} as const satisfies { readonly [technology in Technology]: number };

/** From this on an amount speaks for it in full: 100,000.00 USD. Our own default, 2026-11. */
const FULL_AMOUNT_MINOR = 10_000_000;

/** What amounts are scored in: nothing is converted by guess. */
export const SCORE_CURRENCY = "USD";

/** One factor as it was found: its value in parts per million and what it was read from, or why it is not known. */
export type Found = { readonly factor: Factor } & (
  | { readonly ppm: number; readonly from: string }
  | { readonly unknown: string }
);

/**
 * A score with what it rests on. `scorePpm`: the weighed mean of the factors that are known, rounded down. `confidencePpm`: the
 * weight of those. Both 0 where nothing is known.
 */
export type Score = {
  readonly scorePpm: number;
  readonly confidencePpm: number;
  readonly found: readonly Found[];
};

/** Scores a deal by what is known of it. Whole numbers only: equal inputs, equal score. */
export function scoreOf(opportunity: Opportunity, propensity: Propensity | undefined): Score {
  const found = [
    ofTechnologies(opportunity),
    ofPropensity("cloud spend", opportunity.cloud_spend_propensity, propensity, propensity?.cloudSpendPpm),
    ofItsStage(opportunity),
    ofAmount(opportunity),
    ofPropensity("win pattern", opportunity.win_pattern, propensity, propensity?.winPatternPpm),
  ];
  const known = found.flatMap((one) => ("ppm" in one ? [{ weight: factors[one.factor], ppm: one.ppm }] : []));
  const confidencePpm = known.reduce((sum, { weight }) => sum + weight, 0);
  const weighed = known.reduce((sum, { weight, ppm }) => sum + weight * ppm, 0);
  return { scorePpm: confidencePpm === 0 ? 0 : Math.floor(weighed / confidencePpm), confidencePpm, found };
}

function ofTechnologies({ technographics: runs }: Opportunity): Found {
  const factor = "technographics";
  if (runs === undefined) return { factor, unknown: "cannot be read" };
  if (runs === null) return { factor, unknown: "is not told" };
  const ppm = Math.max(...runs.map((technology) => ofTechnology[technology]));
  return { factor, ppm, from: runs.join(", ") };
}

function ofItsStage({ stage }: Opportunity): Found {
  const factor = "stage";
  return stage === undefined ? { factor, unknown: "cannot be read" } : { factor, ppm: ofStage[stage], from: stage };
}

function ofAmount({ amount, currency }: Opportunity): Found {
  const factor = "amount";
  if (amount === undefined || currency === undefined) return { factor, unknown: "cannot be read" };
  if (currency !== SCORE_CURRENCY)
    return { factor, unknown: `is in ${currency}, scores are kept in ${SCORE_CURRENCY}` };
  const counted = Math.min(amount, FULL_AMOUNT_MINOR);
  return { factor, ppm: Math.floor((counted * WHOLE_PPM) / FULL_AMOUNT_MINOR), from: formatMinor(amount, currency) };
}

/** A batch's score of this customer goes before what the record has. */
function ofPropensity(
  factor: Factor,
  recorded: number | null | undefined,
  propensity: Propensity | undefined,
  sent: number | null | undefined,
): Found {
  if (propensity?.of === "the-customer" && typeof sent === "number") return { factor, ppm: sent, from: "batch" };
  if (typeof recorded === "number") return { factor, ppm: Math.min(recorded, WHOLE_PPM), from: "record" };
  if (recorded === undefined) return { factor, unknown: "cannot be read" };
  const isOther = propensity !== undefined && propensity.of !== "the-customer" && typeof sent === "number";
  return { factor, unknown: isOther ? `was sent for ${propensity.account}, not for this customer` : "is not told" };
}

/** Characters of a rationale that the CRM keeps. */
export const MAX_RATIONALE_CHARS = 600;

/** `Score 81.2 % of what is known (100 %): technographics 100 % (aws) x 25 %; stage 90 % (…) x 20 %; …`. */
export function rationaleOf({ scorePpm, confidencePpm, found }: Score): string {
  const parts = found.map((one) => {
    const weight = formatPpm(factors[one.factor]);
    return "ppm" in one
      ? `${one.factor} ${formatPpm(one.ppm)} (${one.from}) x ${weight}`
      : `${one.factor} ${one.unknown} (x ${weight})`;
  });
  const said = `Score ${formatPpm(scorePpm)}, ${formatPpm(confidencePpm)} of its weights known: ${parts.join("; ")}`;
  return said.slice(0, MAX_RATIONALE_CHARS);
}
