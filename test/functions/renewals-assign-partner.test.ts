import { describe, expect, test } from "vitest";
import { ChangeDealTeamArgs } from "../../functions/shared/deal-team-change.ts";
import { partnerReading } from "../../functions/shared/fixture.ts";
import { assignPartner } from "../../functions/renewals/assign-partner.ts";
import { contractRecord, contractTeam, renewalInput, renewalReadings } from "../../functions/renewals/fixture.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import { policyOf } from "../fixtures/policy.ts";

type Changes = { readonly [property: string]: string };
type Team = ReturnType<typeof contractTeam>;

const moved = { requested_partner_id: "partner-9" };
const keeper = { partnerId: "partner-7", role: "keep", toldBy: "team" } as const;
const successor = { ...keeper, partnerId: "partner-9" } as const;
const sold = contractTeam({});
const kept = contractTeam({}, keeper);
const joint = contractTeam({}, keeper, { ...successor, motion: "co-sell", creditPpm: 200_000 });
const start = "2026-01-01T00:00:00.000Z";

function inputOf(changes: Changes, team: Team) {
  const input = renewalInput(assignPartner, contractRecord(changes), { team });
  const partnerId = changes["requested_partner_id"];
  if (partnerId === undefined) return input;
  const source = { ...input.evidence["crm.record"]!.source, source: "programme.partner" };
  const partner = { source, value: partnerReading({ partnerId }) };
  return { ...input, evidence: { ...input.evidence, "programme.partner": partner } };
}

const factsOf = (changes: Changes = {}, team: Team = sold) => assignPartner.facts(inputOf(changes, team));
const decided = (changes: Changes, team: Team = sold) =>
  evaluate(policyOf("renewals.assign-partner"), factsOf(changes, team));
const asked = (changes: Changes, team: Team = sold) => {
  const record = contractRecord(changes);
  return assignPartner.requested(record, renewalReadings(record, { team }))?.args;
};

const clean = {
  ownTeam: true,
  partnerChanges: false,
  customerLetter: false,
  incumbents: "one",
  incumbentIdleDays: 10,
  partnerStanding: "active",
  proposedAsRequested: true,
  partner: "partner-7",
  account: "Contoso",
  requester: "renewals@vendor.example",
};

describe("what is asked of the team", () => {
  const join = { dealId: "contract/C-7001", role: "keep", motion: "resell", from: start, until: null, creditPpm: null };

  test("is that who sold the contract keeps it, or whom the record asks for; nothing where it is so already", () => {
    expect([asked({}), asked(moved), asked({}, kept), asked({ requested_partner_id: "partner-7" }, kept)]).toEqual([
      { ...join, partnerId: "partner-7" },
      { ...join, partnerId: "partner-9" },
      undefined,
      undefined,
    ]);
  });

  test("is one change after the other, so that the contract is never without: the successor joins, then the other leaves", () => {
    const leaving = { ...join, partnerId: "partner-7", until: start };
    const done = contractTeam({}, { ...keeper, holds: "ended" }, successor);
    expect([asked(moved, kept), asked(moved, joint), asked(moved, done)]).toEqual([
      { ...join, partnerId: "partner-9" },
      leaving,
      undefined,
    ]);
  });

  test("keeps the motion and the credit of who leaves", () => {
    expect(asked({ requested_partner_id: "partner-7" }, joint)).toEqual({
      ...join,
      partnerId: "partner-9",
      motion: "co-sell",
      until: start,
      creditPpm: 200_000,
    });
  });

  test("is on the deal's team where the contract came from a deal", () => {
    expect(asked({ deal_id: "1001" })).toMatchObject({ dealId: "1001" });
  });

  test.for<[string, Changes, Team]>([
    ["nobody sold it and nobody is asked for", { partner_id: "" }, contractTeam({ ...keeper, role: "source" })],
    ["several keep it and nobody is asked for", {}, joint],
    ["whom it is to go to cannot be read", { requested_partner_id: "x".repeat(65) }, sold],
    ["the letter cannot be read", { customer_letter: "x".repeat(501) }, sold],
    ["the term cannot be read", { start_date: "" }, sold],
  ])("is nothing where %s", ([, changes, team]) => expect(asked(changes, team)).toBeUndefined());

  test("is what the programme's own tool takes, so that there is no second writer of teams", () => {
    expect(assignPartner.tool).toBe("programme.change-deal-team");
    for (const args of [asked({}), asked(moved), asked(moved, joint)]) {
      expect(ChangeDealTeamArgs.safeParse(args).error).toBeUndefined();
    }
  });

  test("rests on the team, and on the partner asked for, who may not be on it", () => {
    const lookups = (changes: Changes) => assignPartner.lookups(contractRecord(changes)).map(({ tool }) => tool);
    expect([lookups({}), lookups(moved)]).toEqual([
      ["programme.deal-team"],
      ["programme.deal-team", "programme.partner"],
    ]);
  });
});

describe("the facts of who keeps the contract", () => {
  test.for<[string, Changes, Team, object]>([
    ["who sold it", {}, sold, {}],
    ["another partner", moved, sold, { partnerChanges: true, partner: "partner-9" }],
    [
      "another partner by letter",
      { ...moved, customer_letter: "DOC-31" },
      kept,
      { partnerChanges: true, customerLetter: true, partner: "partner-9" },
    ],
    ["who leaves for another", moved, joint, { partnerChanges: true, incumbents: "several" }],
    ["the incumbent, however idle", { partner_last_activity: "2025-01-01" }, sold, { incumbentIdleDays: 519 }],
    [
      "a first partner",
      moved,
      contractTeam({ ...keeper, role: "source" }),
      { incumbents: "none", partner: "partner-9" },
    ],
    ["a suspended seller", {}, contractTeam({ standing: "suspended" }), { partnerStanding: "suspended" }],
  ])("tell %s", ([, changes, team, expected]) => {
    expect(factsOf(changes, team)).toEqual({ ...clean, ...expected });
  });

  test("are never those that a proposal makes up", () => {
    const { action, ...rest } = inputOf({}, kept);
    const proposed = (change: object) =>
      assignPartner.facts({ ...rest, action: { ...action, args: { ...asked({}), ...change } } });
    expect(proposed({ partnerId: "partner-8" })).toMatchObject({ partnerChanges: true, proposedAsRequested: false });
    expect(proposed({ until: start })).toMatchObject({ partnerChanges: true, proposedAsRequested: false });
    expect(proposed({ role: "sell" })).toEqual({});
    const other = proposed({ dealId: "1001" });
    expect(other).toMatchObject({ ownTeam: false, proposedAsRequested: false });
    expect(Object.keys(other)).not.toContain("partnerChanges");
  });
});

describe("a contract", () => {
  test.for<[string, Changes, Team, string]>([
    ["is kept by an active incumbent", {}, sold, "execute"],
    ["goes to another by a person's word, with a letter", { ...moved, customer_letter: "DOC-31" }, kept, "escalate"],
    ["goes to another by a person's word, without one", moved, sold, "escalate"],
    ["is left by a person's word", moved, joint, "escalate"],
    ["is kept by an idle incumbent by a person's word", { partner_last_activity: "2025-12-05" }, sold, "escalate"],
    ["is kept by one of unknown activity by a person's word", { partner_last_activity: "" }, sold, "escalate"],
    ["is kept by a suspended partner by a person's word", {}, contractTeam({ standing: "suspended" }), "escalate"],
  ])("%s", async ([, changes, team, verdict]) => expect((await decided(changes, team)).kind).toBe(verdict));
});

test("people are asked in the words of any change of a team", () => {
  const said = (args: ReturnType<typeof asked>) => assignPartner.describe(args ?? {}, "Cirrus");
  expect([said(asked(moved)), said(asked(moved, joint)), said({ role: "sell" })]).toEqual([
    "Cirrus is to be on contract C-7001, keeping (resell), from 2026-01-01 on, credit not settled",
    "Cirrus, keeping, is to leave contract C-7001, credit not settled",
    undefined,
  ]);
});
