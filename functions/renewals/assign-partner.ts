import { z } from "zod";
import { startOfDayUtc } from "../../domain/day.ts";
import type { DealTeamReading } from "../../domain/deal-team.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { PartnerReading } from "../../domain/partner.ts";
import type { Action } from "../../domain/proposal.ts";
import type { FactInput, FunctionAction, Readings } from "../definition.ts";
import { asksFor } from "../shared/as-requested.ts";
import { howMany, oneOf, teamIn } from "../shared/deal-team.ts";
import { ChangeDealTeamArgs, describeTeamChange, leaves } from "../shared/deal-team-change.ts";
import { readContract } from "./contract.ts";
import { countedFacts, countedFor, requesterOf } from "./counted.ts";
import {
  activityApart,
  idleDaysOf,
  incumbentIdleDaysFact,
  incumbentsFact,
  incumbentsOf,
  incumbentsToldBy,
  teamIdOf,
  teamLookups,
} from "./incumbent.ts";

/** A change of the contract's team, in the one role that this is about. */
export const AssignPartnerArgs = ChangeDealTeamArgs.extend({ role: z.literal("keep") });
type AssignPartnerArgs = z.infer<typeof AssignPartnerArgs>;

/** The facts that `policies/renewals.assign-partner.yaml` may name. */
export const AssignPartnerFacts = z.strictObject({
  ownTeam: z.boolean().meta({ from: "derived", title: "the team is that of the case's own contract" }),
  partnerChanges: z
    .boolean()
    .meta({ from: "derived", title: "the contract goes to another partner than the incumbent, or leaves one" }),
  customerLetter: z
    .boolean()
    .meta({ from: "record", title: "the record holds the customer's letter that asks for it" }),
  incumbents: incumbentsFact,
  incumbentIdleDays: incumbentIdleDaysFact.meta({ from: "derived", title: "days since the incumbent's last activity" }),
  partnerStanding: z.enum(["active", "suspended", "unknown"]).meta({
    from: "record",
    title: "standing in the programme of the partner who is to keep the contract, or to leave it",
  }),
  partner: z.string().max(64).meta({ from: "record", title: "id of the partner whose keeping it is" }),
  ...countedFacts,
});

/**
 * One change at a time: the partner asked for, else the incumbent, joins the team as who keeps the contract; once it does,
 * whoever else keeps it leaves, so that the contract is never without. Undefined when nothing is left to change. Both count
 * from the start of the term: a change never reaches back, what is past begins when the change is made.
 */
function requested(record: JsonObject, readings: Readings = {}): Action | undefined {
  const contract = readContract(record);
  const { start_date: start, requested_partner_id: asked, customer_letter: letter } = contract;
  const dealId = teamIdOf(contract);
  if (dealId === undefined || start === undefined || asked === undefined || letter === undefined) return undefined;
  const incumbents = incumbentsToldBy(contract, readings);
  const motion = oneOf(incumbents)?.motion ?? "resell";
  const partnerId = asked ?? oneOf(incumbents)?.partnerId;
  const keepers = incumbents.filter(({ role }) => role === "keep");
  const from = startOfDayUtc(start);
  const change = (args: Omit<AssignPartnerArgs, "dealId" | "role" | "from">): Action => ({
    tool: assignPartner.tool,
    args: { dealId, role: "keep", from, ...args },
  });
  if (partnerId === undefined) return undefined;
  if (!keepers.some((keeper) => keeper.partnerId === partnerId)) {
    return change({ partnerId, motion, until: null, creditPpm: null });
  }
  const other = keepers.find((keeper) => keeper.partnerId !== partnerId);
  if (other === undefined) return undefined;
  return change({ partnerId: other.partnerId, motion: other.motion, until: from, creditPpm: other.creditPpm });
}

/** The incumbent is always the team's: a proposal cannot call another partner so. */
function facts({ evidence, action, at }: FactInput): JsonObject {
  const record = evidence["crm.record"]?.value;
  const args = AssignPartnerArgs.safeParse(action.args);
  if (record === undefined || !args.success) return {};
  const contract = readContract(record);
  const { customer_letter: letter } = contract;
  const known: Record<string, Json> = { ...countedFor(contract), partner: args.data.partnerId };
  const team = teamIn(evidence);
  const idleDays = idleDaysOf(contract, at);
  const standing = standingIn(evidence, args.data.partnerId);
  if (standing !== undefined) known["partnerStanding"] = standing;
  if (letter !== undefined) known["customerLetter"] = letter !== null;
  if (idleDays !== undefined) known["incumbentIdleDays"] = idleDays;
  known["proposedAsRequested"] = asksFor(requested(record, evidence), args.data);
  return team === undefined ? known : { ...known, ...inTeam(team, args.data) };
}

/** A partner's standing, as a reading about it tells it: of the partner asked for, or of the team. */
function standingIn(evidence: Readings, partnerId: string): PartnerReading["standing"] | undefined {
  const asked = PartnerReading.safeParse(evidence["programme.partner"]?.value);
  const read = [...(asked.success ? [asked.data] : []), ...(teamIn(evidence)?.members ?? [])];
  return read.find((partner) => partner.partnerId === partnerId)?.standing;
}

/** What the change does to a team. Of another team than was read nothing more is known. */
function inTeam(team: DealTeamReading, change: AssignPartnerArgs): JsonObject {
  if (team.dealId !== change.dealId) return { ownTeam: false };
  const incumbents = incumbentsOf(team);
  const isTaken = incumbents.some(({ partnerId }) => partnerId !== change.partnerId);
  return { ownTeam: true, incumbents: howMany(incumbents), partnerChanges: isTaken || leaves(change) };
}

/** The team, and the partner that the record asks for, who may not be on it. */
function lookups(record: JsonObject) {
  const { requested_partner_id: partnerId } = readContract(record);
  const partner = typeof partnerId === "string" ? [{ tool: "programme.partner", args: { partnerId } }] : [];
  return [...teamLookups(record), ...partner];
}

/** Says who keeps the contract, on its team. A change is always people's to decide: policies/renewals.assign-partner.yaml. */
export const assignPartner = {
  id: "renewals.assign-partner",
  step: "assign-partner",
  tool: "programme.change-deal-team",
  args: AssignPartnerArgs,
  occasion: { kind: "date", argument: "from" },
  factSchema: AssignPartnerFacts,
  readsRecord: true,
  lookups,
  facts,
  agrees: activityApart,
  describe: (args, who) => (AssignPartnerArgs.safeParse(args).success ? describeTeamChange(args, who) : undefined),
  requestedBy: requesterOf,
  requested,
} as const satisfies FunctionAction;
