import { membersIn, type DealTeamReading, type TeamMember } from "../../domain/deal-team.ts";
import type { Finding } from "../../domain/evidence.ts";
import { TEAM } from "../shared/deal-team.ts";
import { certain, listedMembers, memberFindings } from "../shared/finding.ts";

/** Who sells and how they stand: they answer for the price, whoever else takes part. */
export function teamFindings(team: DealTeamReading | undefined): readonly Finding[] {
  if (team === undefined)
    return [certain("team-unread", ["crm.record"], "Who takes part in the deal could not be read.")];
  const sellers = membersIn(team, "sell");
  return [...countFinding(sellers), ...memberFindings(team, sellers, "deal")];
}

function countFinding(sellers: readonly TeamMember[]): readonly Finding[] {
  if (sellers.length === 1) return [];
  if (sellers.length === 0) return [certain("no-seller", [TEAM], "No partner sells on this deal.")];
  const statement =
    `${sellers.length} partners sell on this deal: ${listedMembers(sellers)}. ` +
    "Limits count by the one partner who sells, so a person decides.";
  return [certain("several-sellers", [TEAM], statement)];
}
