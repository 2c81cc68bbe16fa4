import { z } from "zod";
import { DealRole } from "../../domain/deal-team.ts";
import { formatPpm, WHOLE_PPM } from "../../domain/ppm.ts";
import { levels, type Level, type Opportunity } from "./opportunity.ts";

/** What a deal needs of a partner. */
export type Need = {
  readonly productFamily: string;
  readonly industry: string;
  readonly region: string;
  /** The level at which the deal is stuck: who reaches above it helps most. `none`: it is not. */
  readonly stuckAt: Level;
  /** The roles that are to be filled. */
  readonly roles: readonly DealRole[];
  /** Partners whose products, or who themselves, are in the deal against us. */
  readonly competitors: readonly string[];
};

/** What a deal needs by its record, but for the roles; or the properties that it lacks for that. */
export function needOf(opportunity: Opportunity): Omit<Need, "roles"> | { readonly lacks: readonly string[] } {
  const { product_family, industry, customer_region, stuck_at, competitors } = opportunity;
  const wanted = { product_family, industry, customer_region };
  const lacks = Object.entries(wanted).flatMap(([name, value]) => (typeof value === "string" ? [] : [name]));
  if (stuck_at === undefined) lacks.push("stuck_at");
  const named = (competitors ?? "").split(";").flatMap((one) => (one.trim() === "" ? [] : [one.trim()]));
  if (lacks.length > 0) return { lacks };
  return {
    productFamily: product_family ?? "",
    industry: industry ?? "",
    region: customer_region ?? "",
    stuckAt: stuck_at ?? "none",
    competitors: named,
  };
}

const Names = z.array(z.string().min(1).max(64)).readonly();
const Count = z.int().min(0).max(10_000_000);

/**
 * A partner beside the account of a deal: what the programme and the overlap of the two books say. Counts are whole, deals are those
 * of the last twelve months.
 */
export const PartnerRow = z.strictObject({
  partnerId: z.string().min(1).max(64),
  name: z.string().min(1).max(200),
  standing: z.enum(["active", "suspended", "unknown"]),
  roles: z.array(DealRole).readonly(),
  authorisedFor: Names,
  certifiedFor: Names,
  industries: Names,
  regions: Names,
  sellers: Count,
  openDeals: Count,
  filed: Count,
  won: Count,
  /** Accounts that both books have, of the deal's segment pair. */
  overlap: Count,
  /** Accounts of the smaller book of that pair. */
  smallerBook: Count,
  /** Whether the partner agreed to share more than counts: whom it reaches at the account is known only then. */
  shares: z.boolean(),
  reach: z.enum(levels),
  /** Competitors whose products the partner sells. */
  sellsFor: Names,
});
export type PartnerRow = z.infer<typeof PartnerRow>;

/** What partners are ranked by, each with its weight in parts per million of the whole. Our own defaults, 2026-11. */
export const matchFactors = {
  capability: 200_000,
  certification: 150_000,
  coverage: 150_000,
  overlap: 150_000,
  reach: 150_000,
  conversion: 120_000,
  load: 80_000,
} as const satisfies { readonly [factor: string]: number };
type MatchFactor = keyof typeof matchFactors;
const names = Object.keys(matchFactors) as MatchFactor[];

/** A lead over the second by which the first is clear. The programme's, 2026-11. */
export const CLEAR_LEAD_PPM = 50_000;
/** Open deals per seller over which a partner has its hands full. The programme's, 2026-11. */
export const MOST_OPEN_PER_SELLER = 15;
/** Counts under this could tell who it is, and are not told. The programme's, 2026-11. */
const FEWEST_TOLD = 5;
/** Deals filed under which a conversion says little: it counts as half. Our own default, 2026-11. */
const FEWEST_FILED = 5;
/** An overlap of this share of the smaller book counts in full. Our own default, 2026-11. */
const FULL_OVERLAP_PPM = 300_000;
/** Of those who were not chosen, how many are told why. */
const MOST_TOLD = 3;

/** A partner in a role: its score in parts per million, and each factor with a clause about it. */
export type Ranked = {
  readonly partnerId: string;
  readonly name: string;
  readonly scorePpm: number;
  readonly reasons: readonly string[];
};

/** Who fills a role: the first, and why not the next three. `asks`: why a person is to choose, a clause each; empty where it is clear. */
export type RoleMatch = {
  readonly role: DealRole;
  readonly first: Ranked | null;
  readonly next: readonly (Ranked & { readonly whyNot: string })[];
  readonly asks: readonly string[];
};

/** Who could not be chosen for any role, by why: `suspended` takes its partner out before it is scored. */
export type Matches = {
  readonly roles: readonly RoleMatch[];
  readonly looked: number;
  readonly out: { readonly [why in "not active" | "not authorised" | "no such role"]: number };
};

type Scored = { readonly row: PartnerRow; readonly ppm: Int32Array; readonly scorePpm: number };

/**
 * Ranks partners for each role of a deal, in one pass: of any number of rows only the best of each role are held. Equal scores go by
 * the partner's id. Pure; whole numbers only.
 */
export function matchPartners(need: Need, rows: Iterable<PartnerRow>): Matches {
  const best = new Map<DealRole, Scored[]>(need.roles.map((role) => [role, []]));
  const out = { "not active": 0, "not authorised": 0, "no such role": 0 };
  let looked = 0;
  for (const row of rows) {
    looked += 1;
    const wanted = need.roles.filter((role) => row.roles.includes(role));
    if (row.standing !== "active") out["not active"] += 1;
    else if (!row.authorisedFor.includes(need.productFamily)) out["not authorised"] += 1;
    else if (wanted.length === 0) out["no such role"] += 1;
    else {
      const scored = scoredBy(need, row);
      for (const role of wanted) keep(best.get(role) ?? [], scored);
    }
  }
  return { roles: need.roles.map((role) => roleMatch(need, role, best.get(role) ?? [])), looked, out };
}

/** Keeps the best, the best first: never more than are told of. */
function keep(best: Scored[], scored: Scored): void {
  const at = best.findIndex((one) => isBefore(scored, one));
  if (at === -1) best.push(scored);
  else best.splice(at, 0, scored);
  if (best.length > MOST_TOLD + 1) best.pop();
}

function isBefore(one: Scored, other: Scored): boolean {
  return one.scorePpm === other.scorePpm ? one.row.partnerId < other.row.partnerId : one.scorePpm > other.scorePpm;
}

function scoredBy(need: Need, row: PartnerRow): Scored {
  const ppm = Int32Array.from(names, (factor) => valueOf(factor, need, row));
  const weighed = names.reduce((sum, factor, at) => sum + matchFactors[factor] * (ppm[at] ?? 0), 0);
  return { row, ppm, scorePpm: Math.floor(weighed / WHOLE_PPM) };
}

/** Rounded down; 0 of nothing. Both are counts. */
function shareOf(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(WHOLE_PPM, Math.floor((part * WHOLE_PPM) / whole));
}

function valueOf(factor: MatchFactor, need: Need, row: PartnerRow): number {
  switch (factor) {
    case "capability":
      return row.industries.includes(need.industry) ? WHOLE_PPM : WHOLE_PPM / 2;
    case "certification":
      return row.certifiedFor.includes(need.productFamily) ? WHOLE_PPM : 0;
    case "coverage":
      return row.regions.includes(need.region) && row.sellers > 0 ? WHOLE_PPM : 0;
    case "overlap":
      return Math.min(WHOLE_PPM, Math.floor((overlapPpm(row) * WHOLE_PPM) / FULL_OVERLAP_PPM));
    case "reach":
      return reachPpm(need, row);
    case "conversion":
      return row.filed < FEWEST_FILED ? WHOLE_PPM / 2 : shareOf(row.won, row.filed);
    case "load":
      return WHOLE_PPM - shareOf(row.openDeals, row.sellers * MOST_OPEN_PER_SELLER);
  }
}

function overlapPpm({ overlap, smallerBook }: PartnerRow): number {
  return overlap < FEWEST_TOLD ? 0 : shareOf(overlap, smallerBook);
}

/** Above where the deal is stuck counts in full, at it half, under it nothing. Where it is not stuck, the more senior the more. */
function reachPpm({ stuckAt }: Need, { shares, reach }: PartnerRow): number {
  if (!shares) return 0;
  const [there, stuck] = [levels.indexOf(reach), levels.indexOf(stuckAt)];
  if (stuck === 0) return Math.floor((there * WHOLE_PPM) / (levels.length - 1));
  return there > stuck ? WHOLE_PPM : there === stuck ? WHOLE_PPM / 2 : 0;
}

function reasonOf(factor: MatchFactor, need: Need, row: PartnerRow): string {
  switch (factor) {
    case "capability":
      return row.industries.includes(need.industry)
        ? `sells ${need.productFamily} in ${need.industry}`
        : `sells ${need.productFamily}, not in ${need.industry} so far`;
    case "certification":
      return row.certifiedFor.includes(need.productFamily) ? "certified for it" : "not certified for it";
    case "coverage":
      if (!row.regions.includes(need.region)) return `not in ${need.region}`;
      return row.sellers > 0 ? `${row.sellers} sellers in ${need.region}` : `no seller in ${need.region}`;
    case "overlap":
      return overlapInWords(row);
    case "reach":
      return reachInWords(row);
    case "conversion":
      return row.filed < FEWEST_FILED
        ? `${row.filed} deals filed in 12 months, too few to tell`
        : `${row.won} of ${row.filed} deals won in 12 months`;
    case "load":
      return row.sellers > 0 ? `${row.openDeals} open deals for ${row.sellers} sellers` : `${row.openDeals} open deals`;
  }
}

/** Counts alone, and a small one not at all. */
function overlapInWords({ overlap, smallerBook }: PartnerRow): string {
  if (overlap < FEWEST_TOLD) return `< ${FEWEST_TOLD} common accounts`;
  const told = smallerBook < FEWEST_TOLD ? `< ${FEWEST_TOLD}` : String(smallerBook);
  return `${overlap} common accounts of ${told}`;
}

function reachInWords({ shares, reach }: PartnerRow): string {
  if (!shares) return "shares counts alone: whom it reaches at the account is not known";
  return reach === "none" ? "reaches nobody at the account" : `reaches ${reach} at the account`;
}

function rankedOf(need: Need, { row, scorePpm }: Scored): Ranked {
  const { partnerId, name } = row;
  return { partnerId, name, scorePpm, reasons: names.map((factor) => reasonOf(factor, need, row)) };
}

function roleMatch(need: Need, role: DealRole, [first, ...others]: readonly Scored[]): RoleMatch {
  if (first === undefined) return { role, first: null, next: [], asks: ["no partner fits the role"] };
  const next = others.map((other) => ({ ...rankedOf(need, other), whyNot: whyNot(need, first, other) }));
  return { role, first: rankedOf(need, first), next, asks: asksOf(need, first, others[0]) };
}

/** What tells most against a partner beside the first: the factor that costs it the most. */
function whyNot(need: Need, first: Scored, other: Scored): string {
  const costs = names.map((factor, at) => matchFactors[factor] * ((first.ppm[at] ?? 0) - (other.ppm[at] ?? 0)));
  const most = Math.max(...costs);
  const factor = names[costs.indexOf(most)];
  if (most <= 0 || factor === undefined) return `as good as ${first.row.name}, later by its id`;
  return `${factor}: ${reasonOf(factor, need, other.row)}; ${first.row.name}: ${reasonOf(factor, need, first.row)}`;
}

/** Why a person is to choose: a tie, a partner who is in the deal against us, hands that are full. */
function asksOf(need: Need, first: Scored, second: Scored | undefined): readonly string[] {
  const { partnerId, name, sellsFor, openDeals, sellers } = first.row;
  const lead = second === undefined ? WHOLE_PPM : first.scorePpm - second.scorePpm;
  const against = need.competitors.filter((one) => one === partnerId || sellsFor.includes(one));
  return [
    ...(lead < CLEAR_LEAD_PPM && second !== undefined
      ? [`${name} leads ${second.row.name} by ${formatPpm(lead)}, under ${formatPpm(CLEAR_LEAD_PPM)}`]
      : []),
    ...(against.length > 0 ? [`${name} sells for ${against.join(", ")}, who is in the deal`] : []),
    ...(openDeals > sellers * MOST_OPEN_PER_SELLER
      ? [`${name} has ${openDeals} open deals for ${sellers} sellers, over ${MOST_OPEN_PER_SELLER} each`]
      : []),
  ];
}
