import { writeDate } from "../../domain/day.ts";
import type { DealTeamReading } from "../../domain/deal-team.ts";
import { TEAM } from "../shared/deal-team.ts";
import { certain, listedMembers, memberFindings, type MemberFinding } from "../shared/finding.ts";
import type { Contract } from "./contract.ts";
import { incumbentsOf, type Incumbent } from "./incumbent.ts";

type IncumbentFinding = ReturnType<typeof certain<"no-incumbent" | "several-incumbents" | "incumbent">>;
type Said = MemberFinding | IncumbentFinding | ReturnType<typeof certain<"team-unread">>;

/** Who keeps the contract, or sold it while nobody does, with each one's standing; who else takes part, in one finding. */
export function teamFindings(
  contract: Contract,
  team: DealTeamReading | undefined,
  idleDays: unknown,
): readonly Said[] {
  if (team === undefined) return [certain("team-unread", ["crm.record"], "Who keeps the contract could not be read.")];
  const incumbents = incumbentsOf(team);
  return [incumbentFinding(contract, incumbents, idleDays), ...memberFindings(team, incumbents, "team")];
}

function incumbentFinding(contract: Contract, incumbents: readonly Incumbent[], idleDays: unknown): IncumbentFinding {
  if (incumbents.length === 0)
    return certain("no-incumbent", [TEAM], "No partner keeps this contract, and none sold it.");
  if (incumbents.length > 1) {
    const statement = `${incumbents.length} partners are its incumbents: ${listedMembers(incumbents)}. A person says who it is.`;
    return certain("several-incumbents", [TEAM], statement);
  }
  const { partner_last_activity: last, partner_standing: standing } = contract;
  const ago = typeof idleDays === "number" ? `, ${idleDays} days before` : "";
  const active = typeof last === "number" ? `was last active on ${writeDate(last)}${ago}` : "has no known activity";
  const stands = standing === undefined ? "cannot be read" : (standing ?? "not told");
  const statement = `The incumbent, ${listedMembers(incumbents)}, ${active}; its standing on this contract is ${stands}.`;
  return certain("incumbent", [TEAM, "crm.record"], statement);
}
