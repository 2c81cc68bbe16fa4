import { DealTeamReading, membersIn, strictestStanding, type TeamMember } from "../../domain/deal-team.ts";
import type { Finding } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import { certain, listedMembers, memberFinding } from "../shared/finding.ts";

/** A deal's team as a quote sees it: those who sell answer for the price, whoever else takes part. */

const SOURCE = "programme.deal-team";

/** Who sells, how many that are, and the strictest standing among them. Undefined for what is no reading of a team. */
export function sellersIn(
  reading: unknown,
): { readonly sellers: readonly TeamMember[]; readonly standing: TeamMember["standing"] } | undefined {
  const team = DealTeamReading.safeParse(reading);
  if (!team.success) return undefined;
  const sellers = membersIn(team.data, "sell");
  return { sellers, standing: strictestStanding(sellers) };
}

/** Sellers of whom a finding each is made; all are counted and named. */
const MOST_FINDINGS = 4;

/** Who sells and how they stand; who else takes part, in one finding. */
export function teamFindings(reading: JsonObject | undefined): readonly Finding[] {
  const team = DealTeamReading.safeParse(reading);
  if (!team.success) return [certain("team-unread", ["crm.record"], "Who takes part in the deal could not be read.")];
  const { members } = team.data;
  const sellers = membersIn(team.data, "sell");
  const others = members.filter(({ role, holds }) => holds === "now" && role !== "sell");
  return [
    ...countFinding(sellers),
    ...sellers.slice(0, MOST_FINDINGS).map(memberFinding),
    ...(others.length === 0 ? [] : [certain("deal-team", [SOURCE], `Also on the deal: ${listedMembers(others)}.`)]),
  ];
}

function countFinding(sellers: readonly TeamMember[]): readonly Finding[] {
  if (sellers.length === 1) return [];
  if (sellers.length === 0) return [certain("no-seller", [SOURCE], "No partner sells on this deal.")];
  const statement =
    `${sellers.length} partners sell on this deal: ${listedMembers(sellers)}. ` +
    "Limits count by the one partner who sells, so a person decides.";
  return [certain("several-sellers", [SOURCE], statement)];
}
