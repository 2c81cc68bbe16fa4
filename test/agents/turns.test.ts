import { describe, expect, test } from "vitest";
import { openRegistration } from "../../functions/deal-registration/fixture.ts";
import { firstActionOf } from "../../functions/index.ts";
import type { JsonObject } from "../../domain/json.ts";
import { partnerReading, teamOf } from "../../functions/shared/fixture.ts";
import type { TeamMember } from "../../domain/deal-team.ts";
import { agentsOn } from "./agents-under-test.ts";
import { quoteReadings, quoteTurn, registrationReadings, registrationTurn } from "./readings.ts";

async function threeTurns(turn: typeof quoteTurn, readings: { readonly [tool: string]: JsonObject }) {
  const { agents, reads } = agentsOn(readings);
  const findings = await agents.gatherFindings(turn);
  const proposal = await agents.proposeAction(turn, findings);
  const { review, citation } = await agents.reviewProposal(turn, findings, proposal);
  return { findings, proposal, review, citation, reads };
}

const withTeam = (...members: readonly Partial<TeamMember>[]) => ({
  ...quoteReadings(),
  "programme.deal-team": teamOf(...members),
});

const LABEL = "Written by the offline deterministic model, not by a language model.";

describe("a quote's three turns on the offline model", () => {
  test("tell the whole request with its numbers, propose it as asked, and agree", async () => {
    const { findings, proposal, review } = await threeTurns(quoteTurn, quoteReadings({ quote_concessions: "300.00" }));
    const statements = [
      "The effective discount is 18 %: list price 10,000.00 USD, net price 8,500.00 USD, concessions worth 300.00 USD.",
      "8,200.00 USD is left after concessions; the floor is 7,000.00 USD.",
      "Northwind Partners, selling (resell), is a gold partner, standing active, authorised for analytics and certified for analytics.",
    ];
    expect(findings.findings.map(({ code, statement, sources }) => [code, statement, sources])).toEqual([
      ["effective-discount", statements[0], ["crm.record"]],
      ["above-floor", statements[1], ["crm.record"]],
      ["partner-standing", statements[2], ["programme.deal-team"]],
    ]);
    expect(proposal.action).toEqual({
      tool: "quotes.approve-discount",
      args: {
        quoteId: "Q-1001",
        dealId: "Q-1001",
        currency: "USD",
        listPriceMinor: 1_000_000,
        netPriceMinor: 850_000,
        concessionsMinor: 30_000,
        replaces: null,
      },
    });
    expect(proposal.reasoning.split("\n")).toEqual([
      LABEL,
      ...statements,
      "Proposed: approve quote Q-1001 at a net price of 8,500.00 USD with 300.00 USD of concessions, exactly as the record asks.",
    ]);
    expect(review).toEqual({ verdict: "agree", reasons: [] });
  });

  test("read the record, what was approved before and its deal's team once each, for their own company", async () => {
    const { reads } = await threeTurns(quoteTurn, quoteReadings());
    expect(reads).toEqual([
      { company: "acme", tool: "crm.record", args: { objectType: "deal", objectId: "1001" } },
      { company: "acme", tool: "quotes.approval", args: { quoteId: "Q-1001" } },
      { company: "acme", tool: "programme.deal-team", args: { dealId: "1001", crmPartner: "partner-7" } },
    ]);
  });

  test("cite the turn, the model as offline, the prompt and every request", async () => {
    const { findings, proposal, citation } = await threeTurns(quoteTurn, quoteReadings());
    const cited = [findings.citation, proposal.citation, citation];
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(cited).toEqual(
      (["intelligence", "orchestration", "compliance"] as const).map((role) => ({
        turnKey: `${quoteTurn.stepKey}/${role}`,
        role,
        model: "mandate-offline-1",
        offline: true,
        prompt: { name: role, version: 1 },
        promptDigest: digest,
        requestDigests: role === "intelligence" ? [digest, digest] : [digest],
      })),
    );
    expect(new Set(cited.map(({ promptDigest }) => promptDigest)).size).toBe(3);
  });

  test.for([
    ["a net price under the floor", quoteReadings({ quote_floor_price: "9000" }), "below-floor"],
    ["a protected contract term", quoteReadings({ quote_protected_terms: "liability" }), "protected-terms"],
    ["a partner that the programme does not know", withTeam({ name: null, tier: null }), "partner-unknown"],
    ["a deal on which nobody sells", withTeam({ role: "source" }), "no-seller"],
    ["several who sell", withTeam({}, { partnerId: "partner-8" }), "several-sellers"],
    ["that nobody could say who sells", { "crm.record": quoteReadings()["crm.record"] }, "team-unread"],
  ] as const)("find %s", async ([, readings, code]) => {
    const { findings } = await threeTurns(quoteTurn, readings);
    expect(findings.findings.map((finding) => finding.code)).toContain(code);
  });
});

describe("findings about a deal's team", () => {
  const cirrus = { partnerId: "partner-9", name: "Cirrus", role: "source", motion: "referral" } as const;
  const acme = { partnerId: "partner-8", name: "Acme" };
  const statementsOf = async (...members: readonly Partial<TeamMember>[]) =>
    (await threeTurns(quoteTurn, withTeam(...members))).findings.findings.slice(2).map(({ statement }) => statement);
  const standing = "is a gold partner, standing active, authorised for analytics and certified for analytics.";

  test("name each who sells, and the others with their role", async () => {
    expect(await statementsOf({}, cirrus, { ...acme, role: "deliver", motion: "co-sell" })).toEqual([
      `Northwind Partners, selling (resell), ${standing}`,
      "Also on the deal: Cirrus, sourcing (referral); Acme, delivering (co-sell).",
    ]);
  });

  test("say of several why that asks, and leave out who has left or is to come", async () => {
    expect(await statementsOf({}, acme, { ...cirrus, holds: "ended" }, { ...cirrus, holds: "to-come" })).toEqual([
      "2 partners sell on this deal: Northwind Partners, selling (resell); Acme, selling (resell). " +
        "Limits count by the one partner who sells, so a person decides.",
      `Northwind Partners, selling (resell), ${standing}`,
      `Acme, selling (resell), ${standing}`,
    ]);
  });
});

describe("a registration's three turns on the offline model", () => {
  test("tell the claim, propose it as asked, and agree", async () => {
    const { findings, proposal, review, reads } = await threeTurns(registrationTurn, registrationReadings());
    expect(findings.findings.map(({ statement }) => statement)).toEqual([
      "example.com and product family analytics are claimed, worth 42,000.00 USD, closing 2026-09-30.",
      "Northwind Partners, selling, is a gold partner, standing active, authorised for analytics and certified for analytics.",
      "No other open registration covers this customer and product family in the same role.",
      "Pre-sales work is described; first call 2026-02-11.",
    ]);
    expect(proposal.action).toEqual(firstActionOf("deal-registration").requested(registrationReadings()["crm.record"]));
    expect(review).toEqual({ verdict: "agree", reasons: [] });
    expect(reads.map(({ tool }) => tool)).toEqual([
      "crm.record",
      "programme.registration-id",
      "programme.partner",
      "accounts.matches",
    ]);
  });

  test("name the registration that overlaps, its partner and role, and its end", async () => {
    const open = openRegistration("partner-3", { registrationId: "R-0", expiresAt: "2026-05-31T00:00:00.000Z" });
    const { findings } = await threeTurns(registrationTurn, registrationReadings({}, [open]));
    expect(findings.findings.find(({ code }) => code === "overlap")?.statement).toBe(
      "Registration R-0 of partner partner-3, selling, covers the same customer and product family until 2026-05-31.",
    );
  });

  test.for([
    ["missing evidence", { presales_evidence: "soon" }, "evidence-missing"],
    ["an engaged vendor", { vendor_engaged: "true" }, "vendor-engaged"],
  ] as const)("find %s", async ([, changes, code]) => {
    const { findings } = await threeTurns(registrationTurn, registrationReadings(changes));
    expect(findings.findings.map((finding) => finding.code)).toContain(code);
  });
});

describe("a turn that cannot be worked", () => {
  test.for([
    ["a record that is not there", quoteTurn, { "programme.partner": partnerReading() }, "RECORD_NOT_FOUND"],
    [
      "a record without a readable request",
      quoteTurn,
      quoteReadings({ quote_net_price: "a lot" }),
      "RECORD_UNREADABLE",
    ],
    ["a record longer than an agent reads", quoteTurn, quoteReadings(longFields()), "RECORD_UNREADABLE"],
    ["a function without agents", { ...quoteTurn, functionId: "toString" }, quoteReadings(), "FUNCTION_UNKNOWN"],
  ] as const)("ends with a typed fault: %s", async ([, turn, readings, code]) => {
    const { agents, ledger } = agentsOn(readings);
    await expect(agents.gatherFindings(turn)).rejects.toMatchObject({ name: "AgentFault", code });
    expect(ledger.calls).toEqual([]);
  });
});

function longFields(): JsonObject {
  return Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`note_${n}`, "x".repeat(4_000)]));
}
