import { z } from "zod";
import { dayAtUtc, daysInWords, latestDayAt, writeDate } from "../../domain/day.ts";
import { inRole, membersIn, strictestStanding, type DealTeamReading, type TeamMember } from "../../domain/deal-team.ts";
import type { Lookup } from "../../domain/evidence.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import type { Contradiction, FactInput, Readings } from "../definition.ts";
import { contractTeamId, howMany, oneOf, TEAM, teamIn, teamLookup } from "../shared/deal-team.ts";
import { readContract, type Contract } from "./contract.ts";
import { MAX_DAYS } from "./counted.ts";

/** The roles on a team that make a partner the incumbent: who keeps the contract; while nobody does, who sold it. */
export const IncumbentRole = z.enum(["keep", "sell"]);
type IncumbentRole = z.infer<typeof IncumbentRole>;

/** A partner who holds one of those roles now. */
export type Incumbent = TeamMember & { readonly role: IncumbentRole };

const MAX_ID_CHARS = 64;
const PartnerId = z.string().min(1).max(MAX_ID_CHARS);

/** The arguments that name the incumbent. */
export const incumbentArgs = {
  /** Empty where nobody is the incumbent, or several are. */
  partnerId: z.string().max(MAX_ID_CHARS),
  role: IncumbentRole,
};

const standings = ["active", "dispute", "suspended"] as const;
type Standing = (typeof standings)[number];

export const incumbentStandingFact = z.enum(standings);
export const incumbentIdleDaysFact = z.int().min(0).max(MAX_DAYS);
export const incumbentsFact = z
  .enum(["none", "one", "several"])
  .meta({ from: "record", title: "how many partners keep the contract, or sold it while nobody keeps it" });

/** Facts that name the incumbent. */
export const incumbentFacts = {
  incumbents: incumbentsFact,
  partner: z
    .string()
    .max(MAX_ID_CHARS)
    .meta({ from: "record", title: "id of the incumbent partner; known when there is exactly one" }),
  role: IncumbentRole.meta({
    from: "record",
    title: "the incumbent's role on the team; known when there is exactly one",
  }),
};

/**
 * The id under which the programme keeps a contract's team: that of the deal it came from; a contract without one has a team
 * of its own. Undefined where the record does not tell it, or it would be longer than an id.
 */
export function teamIdOf({ deal_id: dealId, contract_id: contractId }: Contract): string | undefined {
  const own = contractId === undefined ? undefined : contractTeamId(contractId);
  const id = dealId === null ? own : dealId;
  return id !== undefined && id.length <= MAX_ID_CHARS ? id : undefined;
}

/** The contract's team, in which the partner that the CRM names sells while nobody else does. */
export function teamLookups(record: JsonObject): readonly Lookup[] {
  const id = teamIdOf(readContract(record));
  return id === undefined ? [] : [teamLookup(id, record)];
}

/** Who keeps the contract now; while nobody does, who sells. */
export function incumbentsOf(team: DealTeamReading): readonly Incumbent[] {
  const holding = (role: IncumbentRole) => membersIn(team, role).map((member) => ({ ...member, role }));
  const keepers = holding("keep");
  return keepers.length > 0 ? keepers : holding("sell");
}

/** What the CRM's word on who sells comes to while the team is not read. */
const seed: Omit<Incumbent, "partnerId"> = {
  name: null,
  tier: null,
  standing: "unknown",
  authorisedFor: [],
  certifiedFor: [],
  role: "sell",
  motion: "resell",
  from: null,
  until: null,
  creditPpm: null,
  toldBy: "crm",
  holds: "now",
};

/** The same as far as it can be told: until the team is read, the partner that the contract's record names sells. */
export function incumbentsToldBy(contract: Contract, readings: Readings): readonly Incumbent[] {
  const team = teamIn(readings);
  if (team !== undefined) return incumbentsOf(team);
  const { partner_id: partnerId } = contract;
  if (readings[TEAM] !== undefined || partnerId === undefined || partnerId === null) return [];
  return [{ ...seed, partnerId }];
}

/** The arguments that name the incumbent. */
export function namedIn(incumbents: readonly Incumbent[]): z.infer<z.ZodObject<typeof incumbentArgs>> {
  const one = oneOf(incumbents);
  const id = PartnerId.safeParse(one?.partnerId);
  return one === undefined || !id.success ? { partnerId: "", role: "keep" } : { partnerId: id.data, role: one.role };
}

/** `partner-7, keeping`, `no one partner`: the incumbent in a sentence. */
export function incumbentInWords({ partnerId, role }: ReturnType<typeof namedIn>): string {
  return partnerId === "" ? "no one partner" : `${partnerId}, ${inRole(role)}`;
}

/** The facts that name the incumbent; none where the team was not read. */
export function knownOf(readings: Readings): Record<string, Json> {
  const team = teamIn(readings);
  if (team === undefined) return {};
  const incumbents = incumbentsOf(team);
  const { partnerId, role } = namedIn(incumbents);
  return { incumbents: howMany(incumbents), ...(partnerId === "" ? {} : { partner: partnerId, role }) };
}

/** What is told of the incumbent's standing, strictest first: by the contract's record and by the programme's. */
type ToldStanding = { readonly told: boolean; readonly standing?: Standing };

/**
 * The stricter of two words: the contract's own, and the programme's on the incumbents, where "unknown" says nothing.
 * Told without a standing: the record says something that cannot be read.
 */
export function standingOf({ partner_standing: own }: Contract, readings: Readings): ToldStanding {
  if (own === undefined) return { told: true };
  const team = teamIn(readings);
  const programmes = strictestStanding(team === undefined ? [] : incumbentsOf(team));
  const words = [own, programmes === "unknown" ? null : programmes];
  const standing = standings[Math.max(...words.map((word) => (word === null ? -1 : standings.indexOf(word))))];
  return standing === undefined ? { told: false } : { told: true, standing };
}

/** Days since the incumbent's last activity; undefined when none is told, or one that is still to come. */
export function idleDaysOf({ partner_last_activity: last }: Contract, at: string): number | undefined {
  if (last === undefined || last === null || last > latestDayAt(at)) return undefined;
  return Math.min(Math.max(dayAtUtc(at) - last, 0), MAX_DAYS);
}

/** An activity on a day that has come nowhere is none that anybody can count from. */
export function activityApart(_facts: JsonObject, { evidence, at }: FactInput): readonly Contradiction[] {
  const { partner_last_activity: last } = readContract(evidence["crm.record"]?.value ?? {});
  const ahead = typeof last === "number" ? last - latestDayAt(at) : 0;
  if (typeof last !== "number" || ahead <= 0) return [];
  const reason = `partner_last_activity \`${writeDate(last)}\` is ${daysInWords(ahead)} in the future`;
  return [{ between: ["partner_last_activity"], facts: ["incumbentIdleDays"], reason }];
}
