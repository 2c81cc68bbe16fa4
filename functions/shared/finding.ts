import { inRole, type DealRole, type DealTeamReading, type TeamMember } from "../../domain/deal-team.ts";
import type { Finding } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import { PartnerReading } from "../../domain/partner.ts";
import { TEAM } from "./deal-team.ts";

/** A finding that code computed from its sources: certain, as far as they are right. */
export function certain<const Code extends string>(
  code: Code,
  sources: readonly string[],
  statement: string,
): Finding & { readonly code: Code } {
  return { code, statement: statement.slice(0, 500), confidencePpm: 1_000_000, sources: [...sources] };
}

/** A value from a record inside a sentence: one line, at most 80 characters. */
export function quoted(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : quoted(names.join(", "));
}

/** `Northwind, selling (resell); Cirrus, sourcing (referral)`. */
export function listedMembers(members: readonly Pick<TeamMember, "name" | "partnerId" | "role" | "motion">[]): string {
  const said = ({ name, partnerId, role, motion }: (typeof members)[number]) =>
    `${quoted(name ?? partnerId)}, ${inRole(role)} (${motion})`;
  return members.map(said).join("; ");
}

/** What is said of one partner. A function says for whom: of who asks it is theirs too, of others on a team it is not. */
type PartnerFinding = ReturnType<typeof unknownPartner> | ReturnType<typeof standingFinding>;
/** What is said of a team. */
export type MemberFinding = PartnerFinding | ReturnType<typeof certain<"deal-team">>;

/** The standing of the partner who claims a role, or that the programme does not know the partner. */
export function partnerFinding(reading: JsonObject | undefined, partnerId: string, role: DealRole): PartnerFinding {
  const parsed = PartnerReading.safeParse(reading);
  if (!parsed.success) return unknownPartner(partnerId, role, "crm.record");
  return standingFinding(parsed.data, inRole(role), "programme.partner");
}

/** Members of whom a finding each is made; all are counted and named. */
const MOST_FINDINGS = 4;

/** How those of a team who answer for it stand; who else takes part now, in one finding. `where` is as people say it. */
export function memberFindings(
  { members }: DealTeamReading,
  answering: readonly TeamMember[],
  where: "deal" | "team",
): readonly MemberFinding[] {
  const answers = ({ partnerId, role }: TeamMember) =>
    answering.some((one) => one.partnerId === partnerId && one.role === role);
  const others = members.filter((member) => member.holds === "now" && !answers(member));
  return [
    ...answering.slice(0, MOST_FINDINGS).map(memberFinding),
    ...(others.length === 0 ? [] : [certain("deal-team", [TEAM], `Also on the ${where}: ${listedMembers(others)}.`)]),
  ];
}

/** The standing of a partner on a deal's team. */
function memberFinding({ name, tier, ...member }: TeamMember): PartnerFinding {
  if (name === null || tier === null) return unknownPartner(member.partnerId, member.role, TEAM);
  return standingFinding({ ...member, name, tier }, `${inRole(member.role)} (${member.motion})`, TEAM);
}

function unknownPartner(partnerId: string, role: DealRole, source: string) {
  const statement = `The programme has no record of partner ${quoted(partnerId)}, ${inRole(role)}.`;
  return certain("partner-unknown", [source], statement);
}

function standingFinding(partner: PartnerReading, doing: string, source: string) {
  const { name, tier, standing, authorisedFor, certifiedFor } = partner;
  const statement =
    `${quoted(name)}, ${doing}, is a ${tier} partner, standing ${standing}, ` +
    `authorised for ${listed(authorisedFor)} and certified for ${listed(certifiedFor)}.`;
  return certain("partner-standing", [source], statement);
}
