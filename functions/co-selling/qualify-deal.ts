import { z } from "zod";
import { dayAtUtc } from "../../domain/day.ts";
import type { JsonObject } from "../../domain/json.ts";
import { formatPpm, WHOLE_PPM } from "../../domain/ppm.ts";
import type { Action } from "../../domain/proposal.ts";
import type { FactInput, FunctionAction, Readings, Term } from "../definition.ts";
import { unknownFrom, whatIsKnown } from "../fields.ts";
import { asksFor } from "../shared/as-requested.ts";
import { crmIdIn } from "../shared/crm-id.ts";
import { customerIn, isOpen, readOpportunity, readWithReasons } from "./opportunity.ts";
import { BATCH, propensityIn, propensityLookup } from "./propensity.ts";
import { MAX_RATIONALE_CHARS, rationaleOf, scoreOf } from "./score.ts";

const share = z.int().min(0).max(WHOLE_PPM);

const ScoreDealArgs = z.strictObject({
  /** The CRM's own id of the deal. */
  objectId: z.string().min(1).max(64),
  scorePpm: share,
  /** The weight of what the score rests on. */
  confidencePpm: share,
  /** The factors with their values and weights, as people read them. */
  rationale: z.string().min(1).max(MAX_RATIONALE_CHARS),
});

/** From which score on a deal has the badge. */
const badgeTerm = { param: "badge_from", min: 0, max: WHOLE_PPM, kind: "ppm" } as const satisfies Term;

/** What the tool acts on: the score, and the policy's bar. */
export const QualifyDealArgs = ScoreDealArgs.extend({ badgeFromPpm: share });

/** The longest age that a fact holds, in days. */
const MAX_DAYS = 100_000;

/** The facts that `policies/co-selling.qualify.yaml` may name. */
export const QualifyDealFacts = z.strictObject({
  score: share.meta({
    from: "derived",
    unit: "ppm",
    title: "how much speaks for co-selling the deal: the weighed mean of the factors that are known",
  }),
  confidence: share.meta({ from: "derived", unit: "ppm", title: "the weight of the factors that are known" }),
  badged: z.boolean().meta({ from: "record", title: "the deal has the badge now" }),
  scoreAge: z
    .int()
    .min(0)
    .max(MAX_DAYS)
    .meta({ from: "derived", title: "days since the end of what the last scores sent for it are of; 0 without any" }),
  proposedAsRequested: z.boolean().meta({ from: "derived", title: "the proposed score is what the readings come to" }),
  account: z.string().max(253).meta({ from: "record", title: "registrable domain of the customer" }),
});

function requested(record: JsonObject, readings: Readings = {}): Action | undefined {
  if (!isOpen(record)) return undefined;
  const opportunity = readOpportunity(record);
  const score = scoreOf(opportunity, propensityIn(readings, opportunity));
  const { scorePpm, confidencePpm } = score;
  const args = whatIsKnown({
    objectId: crmIdIn(readings, "deal"),
    scorePpm,
    confidencePpm,
    rationale: rationaleOf(score),
  });
  return { tool: qualifyDeal.tool, args };
}

function facts({ evidence, action, at }: FactInput): JsonObject {
  const record = evidence["crm.record"]?.value;
  if (record === undefined) return {};
  const opportunity = readOpportunity(record);
  const propensity = propensityIn(evidence, opportunity);
  const { scorePpm, confidencePpm } = ScoreDealArgs.partial().safeParse(action.args).data ?? {};
  const { co_sell_badge: badge } = opportunity;
  const age = propensity === undefined ? 0 : dayAtUtc(at) - dayAtUtc(propensity.until);
  return whatIsKnown({
    score: scorePpm,
    confidence: confidencePpm,
    badged: badge === undefined ? undefined : badge === "qualified",
    scoreAge: Math.min(Math.max(age, 0), MAX_DAYS),
    proposedAsRequested: asksFor(requested(record, evidence), action.args),
    account: customerIn(opportunity)?.domain,
  });
}

function unknown({ evidence }: FactInput): { readonly [fact: string]: string } {
  const { unread } = readWithReasons(evidence["crm.record"]?.value);
  return unknownFrom(unread, { account: ["customer_domain"], badged: ["co_sell_badge"] });
}

/** What the score rests on, and scores that were sent and count for nothing. */
function remarks({ evidence, action }: FactInput): readonly string[] {
  const { rationale } = ScoreDealArgs.partial().safeParse(action.args).data ?? {};
  const propensity = propensityIn(evidence, readOpportunity(evidence["crm.record"]?.value));
  const near =
    propensity?.of === "one-near-to-it" ? [`${propensity.reasons.join("; ")}: its scores were not used`] : [];
  return [...(rationale === undefined ? [] : [rationale]), ...near];
}

/** `Deal 1001 is to be scored 81.2 % for co-selling, with 100 % of the weights known; 60 % and more is qualified`. */
function describe(given: JsonObject): string | undefined {
  const args = ScoreDealArgs.extend({ badgeFromPpm: share.optional() }).safeParse(given);
  if (!args.success) return "A deal is to be scored for co-selling, of which not everything can be read";
  const { objectId, scorePpm, confidencePpm, badgeFromPpm } = args.data;
  const bar = badgeFromPpm === undefined ? "" : `; ${formatPpm(badgeFromPpm)} and more is qualified`;
  const known = `with ${formatPpm(confidencePpm)} of the weights known`;
  return `Deal ${objectId} is to be scored ${formatPpm(scorePpm)} for co-selling, ${known}${bar}`;
}

/** A deal's badge, score and rationale are written on its record. Rules: policies/co-selling.qualify.yaml. */
export const qualifyDeal = {
  id: "co-selling.qualify",
  step: "qualify",
  tool: "crm.badge-deal",
  args: ScoreDealArgs,
  terms: { badgeFromPpm: badgeTerm },
  occasion: { kind: "none" },
  factSchema: QualifyDealFacts,
  readsRecord: true,
  lookups: (_record, _reportsStep, { objectId }) => [propensityLookup(objectId)],
  facts,
  unknown,
  remarks,
  describe,
  requestedBy: () => null,
  requested,
  restsOn: [BATCH],
  filled: ["objectId", "scorePpm", "confidencePpm", "rationale"],
} as const satisfies FunctionAction;
