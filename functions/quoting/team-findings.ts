import { membersIn, type DealTeamReading, type TeamMember } from "../../domain/deal-team.ts";
import { TEAM } from "../shared/deal-team.ts";
import { certain, listedMembers, memberFindings, type MemberFinding } from "../shared/finding.ts";

type Said = MemberFinding | ReturnType<typeof certain<"team-unread" | "no-seller" | "several-sellers">>;

/** Who sells and how they stand: they answer for the price, whoever else takes part. */
export function teamFindings(team: DealTeamReading | undefined): readonly Said[] {
  if (team === undefined)
    return [certain("team-unread", ["crm.record"], "Who takes part in the deal could not be read.")];
  const sellers = membersIn(team, "sell");
  return [...countFinding(sellers), ...memberFindings(team, sellers, "deal")];
}

function countFinding(sellers: readonly TeamMember[]): readonly Said[] {
  if (sellers.length === 1) return [];
  if (sellers.length === 0) return [certain("no-seller", [TEAM], "No partner sells on this deal.")];
  const statement =
    `${sellers.length} partners sell on this deal: ${listedMembers(sellers)}. ` +
    "Limits count by the one partner who sells, so a person decides.";
  return [certain("several-sellers", [TEAM], statement)];
}
