import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DealRole, type TeamMember } from "../../../domain/deal-team.ts";
import type { JsonObject } from "../../../domain/json.ts";
import type { PartnerReading } from "../../../domain/partner.ts";
import { changeDealTeam, type DealTeamChange } from "../../../functions/shared/deal-team-change.ts";
import { teamChange, teamChangeInput, teamOf } from "../../../functions/shared/fixture.ts";
import { evaluate } from "../../../guardrails/evaluate.ts";
import { policyOf } from "../../fixtures/policy.ts";

const policy = policyOf("deal-team.change");
const WHOLE = 1_000_000;
const [NOW, SOON, LATER] = ["2026-03-02T09:00:00.000Z", "2026-04-01T00:00:00.000Z", "2026-05-01T00:00:00.000Z"];
const partner9 = { partnerId: "partner-9", toldBy: "team", from: "2026-02-01T00:00:00.000Z" } as const;
const partner8 = { ...partner9, partnerId: "partner-8", role: "source" } as const;

const clean = {
  ownDeal: true,
  conflict: "none",
  takesAway: false,
  creditAfter: 0,
  partnerStanding: "active",
  role: "source",
  motion: "referral",
  partner: "partner-9",
};

type Members = readonly Partial<TeamMember>[];

function factsOf(
  change: Partial<DealTeamChange>,
  members: Members = [],
  partner: Partial<PartnerReading> = {},
): JsonObject {
  return changeDealTeam.facts(teamChangeInput(teamChange(change), teamOf(...members), partner));
}

test("the facts of a partner who joins a free role come from the team, the partner and the change", () => {
  expect(factsOf({})).toEqual(clean);
});

describe("the role is held by somebody else in that time:", () => {
  test.for<[string, Members, Partial<DealTeamChange>, string]>([
    ["another on the team", [partner8], {}, "other-partner"],
    ["the partner that only the CRM names", [{}], { role: "sell" }, "crm-partner"],
    ["both", [{}, { ...partner8, role: "sell" }], { role: "sell" }, "other-partner"],
    ["not by who holds another role", [{ ...partner8, role: "deliver" }], {}, "none"],
    ["not by the partner itself", [{ ...partner9, role: "source", motion: "referral" }], {}, "none"],
    ["not by who has left", [{ ...partner8, until: NOW, holds: "ended" }], { from: partner9.from }, "none"],
    ["by who comes before it ends", [{ ...partner8, from: SOON, holds: "to-come" }], { until: LATER }, "other-partner"],
    ["not by who comes as it ends", [{ ...partner8, from: SOON, holds: "to-come" }], { until: SOON }, "none"],
    ["not by who ends as it comes", [{ ...partner8, until: SOON }], { from: SOON }, "none"],
    ["by nobody, when it leaves the role", [partner8], { until: NOW }, "none"],
  ])("%s", ([, members, change, conflict]) => {
    expect(factsOf(change, members)).toMatchObject({ conflict });
  });
});

describe("something is taken from a partner that holds the role", () => {
  const held = { ...partner9, role: "source", motion: "referral", until: LATER, creditPpm: 200_000 } as const;
  const same = { until: LATER, creditPpm: 200_000 };

  test.for<[string, Partial<TeamMember>, Partial<DealTeamChange>, boolean]>([
    ["not when it stays as it was", {}, same, false],
    ["not when it ends later", {}, { ...same, until: null }, false],
    ["not when its credit grows", {}, { ...same, creditPpm: 200_001 }, false],
    ["when it ends earlier", {}, { ...same, until: SOON }, true],
    ["when an open end gets a date", { until: null }, same, true],
    ["when it leaves", {}, { ...same, until: NOW }, true],
    ["when there is a gap before it goes on", {}, { ...same, from: SOON }, true],
    ["when its motion is another", {}, { ...same, motion: "co-sell" }, true],
    ["when its credit falls", {}, { ...same, creditPpm: 199_999 }, true],
    ["when its credit is no longer settled", {}, { ...same, creditPpm: null }, true],
    [
      "not when it begins earlier than was planned",
      { from: LATER, until: null, holds: "to-come" },
      { ...same, until: null },
      false,
    ],
    [
      "when it begins later than was planned",
      { from: SOON, until: null, holds: "to-come" },
      { ...same, from: LATER, until: null },
      true,
    ],
    [
      "when it has left, only by its credit",
      { holds: "ended", until: NOW },
      { ...same, until: SOON, motion: "resell" },
      false,
    ],
    ["also after it has left, when its credit falls", { holds: "ended", until: NOW }, { ...same, creditPpm: 0 }, true],
    [
      "also when only the CRM says that it sells",
      { role: "sell", motion: "resell", toldBy: "crm", from: null, until: null, creditPpm: null },
      { role: "sell", motion: "resell", until: NOW },
      true,
    ],
  ])("%s", ([, member, change, takesAway]) => {
    expect(factsOf(change, [{ ...held, ...member }])).toMatchObject({ takesAway });
  });
});

test("the credits of the deal after the change count the partner's own in that role once", () => {
  const members: Members = [
    { ...partner9, role: "source", motion: "referral", creditPpm: 300_000 },
    { ...partner9, role: "deliver", creditPpm: 200_000 },
    { creditPpm: 500_000 },
  ];
  expect(factsOf({ creditPpm: 300_000 }, members)).toMatchObject({ creditAfter: WHOLE });
  expect(factsOf({ creditPpm: 300_001 }, members)).toMatchObject({ creditAfter: WHOLE + 1 });
  const many = Array.from({ length: 30 }, (_, n) => ({ partnerId: `p-${n}`, creditPpm: WHOLE }));
  expect(factsOf({}, many)).toMatchObject({ creditAfter: 20 * WHOLE });
});

describe("facts are left out", () => {
  test.for<[string, JsonObject, JsonObject]>([
    ["all, for arguments that are no change", { role: "owner" }, {}],
    ["all, for a share over the whole", { creditPpm: 1_000_001 }, {}],
    ["the team's, for another deal than the case's", { dealId: "2002" }, { ownDeal: false }],
  ])("%s", ([, change, left]) => {
    const { partnerStanding, role, motion, partner } = clean;
    const own = Object.keys(left).length === 0 ? {} : { partnerStanding, role, motion, partner };
    expect(factsOf(change as Partial<DealTeamChange>)).toEqual({ ...own, ...left });
  });

  test("that rest on what was not read, or on another partner's reading", () => {
    const { evidence, action, at } = teamChangeInput(teamChange());
    const { "programme.deal-team": team, "programme.partner": partner } = evidence;
    const { partnerStanding, role, motion, partner: id } = clean;
    const own = { role, motion, partner: id };
    expect(changeDealTeam.facts({ evidence: { "programme.partner": partner! }, action, at })).toEqual({
      ...own,
      partnerStanding,
    });
    const { partnerStanding: _, ...ofTeam } = clean;
    expect(changeDealTeam.facts({ evidence: { "programme.deal-team": team! }, action, at })).toEqual(ofTeam);
    expect(factsOf({}, [], { partnerId: "partner-8" })).toEqual(ofTeam);
  });
});

test("what is read is the team of the case's own deal, and the partner whose role it is", () => {
  const read = (args: JsonObject) =>
    changeDealTeam.lookups({ partner_id: "partner-7" }, "", { objectId: "1001", args });
  const team = { tool: "programme.deal-team", args: { dealId: "1001", crmPartner: "partner-7" } };
  expect(read(teamChange({ dealId: "2002" }))).toEqual([
    team,
    { tool: "programme.partner", args: { partnerId: "partner-9" } },
  ]);
  expect(read({ partnerId: 9 })).toEqual([team]);
});

test("no change goes ahead by itself into a role that is held, over the whole, or for a partner that is not active", async () => {
  const role = fc.constantFrom(...DealRole.options);
  const standing = fc.constantFrom("active", "active", "suspended", "unknown");
  const credit = fc.option(fc.constantFrom(0, 300_000, 400_000, WHOLE));
  const members = fc.array(
    fc.record({ partnerId: fc.constantFrom("partner-7", "partner-8", "partner-9"), role, creditPpm: credit }),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(members, role, standing, credit, async (held, wanted, stands, creditPpm) => {
      const team = held.map((member) => ({ ...member, toldBy: "team" }) as const);
      const facts = factsOf({ role: wanted, motion: "resell", creditPpm }, team, { standing: stands });
      const { kind } = await evaluate(policy, facts);
      const rival = held.some((member) => member.role === wanted && member.partnerId !== "partner-9");
      const asks = rival || stands !== "active" || facts["takesAway"] === true;
      expect(kind).toBe(Number(facts["creditAfter"]) > WHOLE ? "block" : asks ? "escalate" : "execute");
    }),
    { numRuns: 300 },
  );
});
