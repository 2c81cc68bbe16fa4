import { expect, test } from "vitest";
import type { TeamMember } from "../../../domain/deal-team.ts";
import { sellerToTell, tellSeller } from "../../../functions/shared/deal-team-tell.ts";
import { FIXTURE_AT, evidenceOf, teamOf } from "../../../functions/shared/fixture.ts";

const evidenceWith = (...members: readonly Partial<TeamMember>[]) =>
  evidenceOf({ "programme.deal-team": teamOf(...members) });

function factsOf(
  evidence: ReturnType<typeof evidenceOf>,
  args: { dealId: string; partnerId: string; reportsStep: string },
) {
  return tellSeller.facts({ evidence, action: { tool: tellSeller.tool, args }, at: FIXTURE_AT });
}

test("the CRM is told who sells, when exactly one does", () => {
  const told = (...members: readonly Partial<TeamMember>[]) => sellerToTell(evidenceWith(...members), "s");
  expect(told({}, { partnerId: "partner-9", role: "source" })).toEqual({
    dealId: "1001",
    partnerId: "partner-7",
    reportsStep: "s",
  });
  expect(told({ role: "source" })).toBeUndefined();
  expect(told({}, { partnerId: "partner-9" })).toBeUndefined();
  expect(sellerToTell({}, "s")).toBeUndefined();
});

test.for([
  ["who sells on the case's deal", {}, true],
  ["who does not", { partnerId: "partner-9" }, false],
  ["who sells, on another deal", { dealId: "2002" }, false],
] as const)("a partner told is the one %s: %s", ([, changes, tellsSeller]) => {
  expect(factsOf(evidenceWith({}), { dealId: "1001", partnerId: "partner-7", reportsStep: "s", ...changes })).toEqual({
    tellsSeller,
  });
});

test("nobody is the one when several sell, and nothing is known without the team", () => {
  const args = { dealId: "1001", partnerId: "partner-7", reportsStep: "s" };
  expect(factsOf(evidenceWith({}, { partnerId: "partner-9" }), args)).toEqual({ tellsSeller: false });
  expect(factsOf(evidenceOf({}), args)).toEqual({});
});
