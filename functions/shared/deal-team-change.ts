import { z } from "zod";
import {
  CreditPpm,
  creditTotalPpm,
  DealRole,
  inRole,
  isBefore,
  Motion,
  newestOf,
  overlap,
  type TeamMember,
} from "../../domain/deal-team.ts";
import type { JsonObject } from "../../domain/json.ts";
import { PartnerReading } from "../../domain/partner.ts";
import { formatPpm, WHOLE_PPM } from "../../domain/ppm.ts";
import type { FactInput, GovernedAction } from "../definition.ts";
import { TEAM, teamIn, teamInWords, teamLookup } from "./deal-team.ts";

/** A partner's part in one role of a deal as it is to be; what the partner held in that role until now ends. */
export const ChangeDealTeamArgs = z.strictObject({
  /** The CRM's id of the deal, or that of a contract's own team. */
  dealId: z.string().min(1).max(64),
  partnerId: z.string().min(1).max(64),
  role: DealRole,
  motion: Motion,
  /** ISO 8601. A change never reaches back: what is past begins when the change is made. */
  from: z.iso.datetime(),
  /** Null: open. Not after `from`: the partner leaves the role. */
  until: z.iso.datetime().nullable(),
  creditPpm: CreditPpm,
});
export type DealTeamChange = z.infer<typeof ChangeDealTeamArgs>;

/** Credits of as many deals as this are told exactly; more are told as this. */
const MAX_CREDIT_PPM = 20 * WHOLE_PPM;

/** The facts that `policies/deal-team.change.yaml` may name. */
export const DealTeamChangeFacts = z.strictObject({
  ownDeal: z.boolean().meta({ from: "derived", title: "the deal is the one that the case is about" }),
  conflict: z.enum(["none", "crm-partner", "other-partner"]).meta({
    from: "derived",
    title: "who else holds the role in that time: nobody, the partner that only the CRM names, another on the team",
  }),
  takesAway: z.boolean().meta({
    from: "derived",
    title: "the partner holds the role and would begin later, end earlier or change its motion, or lose credit",
  }),
  creditAfter: z
    .int()
    .min(0)
    .max(MAX_CREDIT_PPM)
    .meta({ from: "derived", unit: "ppm", title: "what the credits of the deal then come to", adjustable: true }),
  partnerStanding: z
    .enum(["active", "suspended", "unknown"])
    .meta({ from: "record", title: "standing in the programme of the partner whose role it is" }),
  role: DealRole.meta({ from: "requester", title: "role on the deal that is changed" }),
  motion: Motion.meta({ from: "requester", title: "how the partner takes part" }),
  partner: z.string().max(64).meta({ from: "requester", title: "id of the partner whose role it is" }),
});

function facts({ evidence, action }: FactInput): JsonObject {
  const args = ChangeDealTeamArgs.safeParse(action.args);
  const team = teamIn(evidence);
  const partner = PartnerReading.safeParse(evidence["programme.partner"]?.value);
  if (!args.success) return {};
  const { dealId, partnerId, role, motion } = args.data;
  const known: Record<string, JsonObject[string]> = { role, motion, partner: partnerId };
  if (partner.success && partner.data.partnerId === partnerId) known["partnerStanding"] = partner.data.standing;
  if (team === undefined) return known;
  known["ownDeal"] = team.dealId === dealId;
  if (team.dealId !== dealId) return known;
  const at = evidence[TEAM]?.source.observedAt ?? "";
  return { ...known, ...inTeam(args.data, team.members, at) };
}

/** What the change does to a team. `at`: when the team was read, ISO 8601. */
function inTeam(change: DealTeamChange, members: readonly TeamMember[], at: string): JsonObject {
  const rivals = members.filter(
    (member) =>
      member.role === change.role &&
      member.partnerId !== change.partnerId &&
      member.holds !== "ended" &&
      overlap(member, change),
  );
  const onTeam = rivals.some(({ toldBy }) => toldBy === "team");
  return {
    conflict: onTeam ? "other-partner" : rivals.length > 0 ? "crm-partner" : "none",
    takesAway: takesAway(change, newestOf(members, change), at),
    creditAfter: Math.min(creditTotalPpm([...members, change]), MAX_CREDIT_PPM),
  };
}

function takesAway(change: DealTeamChange, before: TeamMember | undefined, at: string): boolean {
  if (before === undefined) return false;
  if ((before.creditPpm ?? 0) > (change.creditPpm ?? 0)) return true;
  if (before.holds === "ended") return false;
  const began = before.holds === "now" ? at : (before.from ?? at);
  const later = isBefore(began, change.from);
  const earlier = change.until !== null && (before.until === null || isBefore(change.until, before.until));
  return later || earlier || before.motion !== change.motion;
}

/** Whether the partner leaves the role by it. */
export function leaves({ from, until }: Pick<DealTeamChange, "from" | "until">): boolean {
  return until !== null && !isBefore(from, until);
}

/** `Cirrus is to be on deal 1001, sourcing (referral), from 2026-03-02 on, credit 20 %`. */
export function describeTeamChange(given: JsonObject, who: string): string | undefined {
  const args = ChangeDealTeamArgs.safeParse(given);
  if (!args.success) return undefined;
  const { dealId, role, motion, from, until, creditPpm } = args.data;
  const credit = creditPpm === null ? "credit not settled" : `credit ${formatPpm(creditPpm)}`;
  if (leaves(args.data)) return `${who}, ${inRole(role)}, is to leave ${teamInWords(dealId)}, ${credit}`;
  const term = `from ${from.slice(0, 10)} ${until === null ? "on" : `until ${until.slice(0, 10)}`}`;
  return `${who} is to be on ${teamInWords(dealId)}, ${inRole(role)} (${motion}), ${term}, ${credit}`;
}

/**
 * Changes who takes part in a deal, and in which role. For cases about a deal: its record names the partner that the CRM
 * knows. Rules: policies/deal-team.change.yaml.
 */
export const changeDealTeam: GovernedAction = {
  id: "deal-team.change",
  tool: "programme.change-deal-team",
  args: ChangeDealTeamArgs,
  occasion: { kind: "date", argument: "from" },
  factSchema: DealTeamChangeFacts,
  readsRecord: true,
  lookups(record, _reportsStep, { objectId, args }) {
    const change = ChangeDealTeamArgs.safeParse(args);
    const { partnerId } = change.success ? change.data : {};
    const partner = partnerId === undefined ? [] : [{ tool: "programme.partner", args: { partnerId } }];
    return [teamLookup(objectId, record), ...partner];
  },
  facts,
  describe: describeTeamChange,
  requestedBy: () => null,
};
