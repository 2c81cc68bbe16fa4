import { z } from "zod";
import { PartnerReading } from "./partner.ts";
import { WHOLE_PPM } from "./ppm.ts";

/** What a partner does on a deal: brings it, sells it, speaks for it, delivers it, keeps the customer afterwards. */
export const DealRole = z.enum(["source", "sell", "influence", "deliver", "keep"]);
export type DealRole = z.infer<typeof DealRole>;

/** How a partner takes part: names the customer to us, sells in its own name, or sells beside us. */
export const Motion = z.enum(["referral", "resell", "co-sell"]);

/** A partner's part of a deal, null until it is settled. The parts of one deal come to at most the whole. */
export const CreditPpm = z.int().min(0).max(WHOLE_PPM).nullable();

/**
 * A partner in a role of a deal, from one change of it to the next: a partner has a row per role, and a further one per
 * change. Times are ISO 8601 by the company's clock.
 */
export const TeamMember = z.strictObject({
  ...PartnerReading.shape,
  /** Null, as is the tier, when the programme has no record of the partner; its standing is then unknown. */
  name: PartnerReading.shape.name.nullable(),
  tier: PartnerReading.shape.tier.nullable(),
  role: DealRole,
  motion: Motion,
  /** Null: for as long as the CRM has said so. */
  from: z.iso.datetime().nullable(),
  /** The first instant at which the role is held no longer; null while that is open. */
  until: z.iso.datetime().nullable(),
  creditPpm: CreditPpm,
  /** Our own records, or the CRM's partner field, which stands in for them while no row of theirs sells. */
  toldBy: z.enum(["team", "crm"]),
  /** Whether the role is held at the instant of the reading. */
  holds: z.enum(["ended", "now", "to-come"]),
});
export type TeamMember = z.infer<typeof TeamMember>;

/** Everybody who takes, took or will take part in a deal, in the order in which it was recorded. */
export const DealTeamReading = z.strictObject({ dealId: z.string().min(1), members: z.array(TeamMember) });
export type DealTeamReading = z.infer<typeof DealTeamReading>;

/** Bounds as of `TeamMember`. Ends where it begins, or before: never in force. */
type Term = Pick<TeamMember, "from" | "until">;

/** Whether the first of two ISO 8601 times comes before the second. */
export function isBefore(one: string, other: string): boolean {
  return Date.parse(one) < Date.parse(other);
}

const isEmpty = ({ from, until }: Term) => from !== null && until !== null && !isBefore(from, until);
const beginsBefore = ({ from }: Term, end: string | null) => from === null || end === null || isBefore(from, end);

/** Where an instant stands to a term, the first instant in and the last one out. */
export function holdsAt(term: Term, at: string): TeamMember["holds"] {
  const { from, until } = term;
  if (isEmpty(term) || (until !== null && !isBefore(at, until))) return "ended";
  return from !== null && isBefore(at, from) ? "to-come" : "now";
}

/** Whether two terms have an instant in common. */
export function overlap(one: Term, other: Term): boolean {
  return !isEmpty(one) && !isEmpty(other) && beginsBefore(one, other.until) && beginsBefore(other, one.until);
}

/** Who holds a role: at an instant, or at that of the reading. */
export function membersIn({ members }: DealTeamReading, role: DealRole, at?: string): readonly TeamMember[] {
  const holding = (member: TeamMember) => (at === undefined ? member.holds : holdsAt(member, at));
  return members.filter((member) => member.role === role && holding(member) === "now");
}

const strictness = ["active", "unknown", "suspended"] as const satisfies readonly TeamMember["standing"][];

/** The standing that counts for several: suspended before unknown before active. Nobody's is unknown. */
export function strictestStanding(members: readonly Pick<TeamMember, "standing">[]): TeamMember["standing"] {
  const [first, ...others] = members.map(({ standing }) => standing);
  if (first === undefined) return "unknown";
  return others.reduce((a, b) => (strictness.indexOf(a) >= strictness.indexOf(b) ? a : b), first);
}

type Credited = Pick<TeamMember, "partnerId" | "role" | "creditPpm">;

/** A partner's newest row in a role: what stands of its credit, also after it has left. */
export function newestOf<Row extends Credited>(
  rows: readonly Row[],
  { partnerId, role }: Pick<Credited, "partnerId" | "role">,
): Row | undefined {
  return rows.findLast((row) => row.partnerId === partnerId && row.role === role);
}

/** What the credits of a deal come to, in parts per million: the newest row of each partner and role counts. */
export function creditTotalPpm(rows: readonly Credited[]): number {
  const standing = rows.filter((row) => newestOf(rows, row) === row);
  return standing.reduce((total, { creditPpm }) => total + (creditPpm ?? 0), 0);
}

const participles = {
  source: "sourcing",
  sell: "selling",
  influence: "influencing",
  deliver: "delivering",
  keep: "keeping",
} as const satisfies { readonly [role in DealRole]: string };

/** A role as a sentence says it of a partner: `Northwind, selling, asks …`. */
export function inRole(role: DealRole): string {
  return participles[role];
}
