import { describe, expect, test } from "vitest";
import type { TeamMember } from "../../domain/deal-team.ts";
import type { JsonObject } from "../../domain/json.ts";
import { contractRecord, contractTeam, renewalInput } from "../../functions/renewals/fixture.ts";
import { proposeRenewal } from "../../functions/renewals/propose-renewal.ts";
import { isWhole } from "../../functions/index.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import { policyOf } from "../fixtures/policy.ts";

type Changes = { readonly [property: string]: string };
type Options = Parameters<typeof renewalInput>[2];
const factsOf = (changes: Changes = {}, options: Options = {}): JsonObject =>
  proposeRenewal.facts(renewalInput(proposeRenewal, contractRecord(changes), options));
const decided = (changes: Changes = {}, options: Options = {}) =>
  evaluate(policyOf("renewals.propose"), factsOf(changes, options));

const clean = {
  told: ["usage", "health", "standing"],
  usage: 820_000,
  health: 71,
  incumbentStanding: "active",
  incumbentIdleDays: 10,
  partnerChangeAsked: false,
  decidedTooLate: false,
  proposedAsRequested: true,
  incumbents: "one",
  partner: "partner-7",
  role: "sell",
  account: "Contoso",
  requester: "renewals@vendor.example",
};

const without = (facts: JsonObject, ...names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(facts).filter(([name]) => !names.includes(name)));

describe("the facts of a proposal", () => {
  test("come from the contract's record, the programme's and the instant", () => {
    expect(factsOf()).toEqual(clean);
  });

  test.for([
    ["more use than was paid for", { usage: "112.5%" }, { usage: 1_125_000 }],
    ["use past 2000 % as 2000 %", { usage: "2500%" }, { usage: 20_000_000 }],
    ["a dispute on this contract", { partner_standing: "dispute" }, { incumbentStanding: "dispute" }],
    ["a change of partner", { requested_partner_id: "partner-9" }, { partnerChangeAsked: true }],
    ["no change where the incumbent itself is asked for", { requested_partner_id: "partner-7" }, {}],
    ["activity today", { partner_last_activity: "2026-06-04" }, { incumbentIdleDays: 0 }],
    [
      "activity of a day that has begun further east",
      { partner_last_activity: "2026-06-04" },
      { incumbentIdleDays: 0 },
    ],
    ["180 days without activity", { partner_last_activity: "2025-12-06" }, { incumbentIdleDays: 180 }],
    ["a year without activity", { partner_last_activity: "2025-06-04" }, { incumbentIdleDays: 365 }],
  ] as const)("tell %s", ([, changes, expected]) => {
    expect(factsOf(changes)).toEqual({ ...clean, ...expected });
  });

  test.for([
    ["usage", { usage: "" }, ["health", "standing"]],
    ["health", { health: "" }, ["usage", "standing"]],
  ] as const)("leave %s out where it is not told, and say so", ([signal, changes, told]) => {
    expect(factsOf(changes)).toEqual({ ...without(clean, signal), told });
  });

  test("leave the standing out where neither record tells it", () => {
    const found = factsOf({ partner_standing: "" }, { partner: { standing: "unknown" } });
    expect(found).toEqual({ ...without(clean, "incumbentStanding"), told: ["usage", "health"] });
  });

  test.for([
    ["active", "active", "active"],
    ["", "active", "active"],
    ["", "suspended", "suspended"],
    ["active", "suspended", "suspended"],
    ["dispute", "active", "dispute"],
    ["dispute", "suspended", "suspended"],
    ["dispute", "unknown", "dispute"],
  ] as const)("take the stricter of `%s` and `%s`: %s", ([own, standing, expected]) => {
    expect(factsOf({ partner_standing: own }, { partner: { standing } })["incumbentStanding"]).toBe(expected);
  });

  test.for([
    ["usage without its sign", { usage: "82" }, "usage"],
    ["health over 100", { health: "101" }, "health"],
    ["health with a decimal", { health: "71.5" }, "health"],
    ["a standing outside the list", { partner_standing: "great" }, "incumbentStanding"],
  ] as const)("name %s as told and leave its fact out", ([, changes, fact]) => {
    expect(factsOf(changes)).toEqual(without(clean, fact));
  });

  test.for([
    ["no activity is told", { partner_last_activity: "" }, ["incumbentIdleDays"]],
    ["its activity is still to come", { partner_last_activity: "2026-06-06" }, ["incumbentIdleDays"]],
    ["its activity is on no day of the calendar", { partner_last_activity: "2026-02-30" }, ["incumbentIdleDays"]],
    ["another partner is asked for by no id", { requested_partner_id: "x".repeat(65) }, ["partnerChangeAsked"]],
  ] as const)("leave out what cannot be known: %s", ([, changes, facts]) => {
    expect(factsOf(changes)).toEqual(without(clean, ...facts));
  });

  test("count activity of a day that has begun somewhere as today's", () => {
    const at = ["2026-06-04T09:59:59.999Z", "2026-06-04T10:00:00.000Z"];
    const found = at.map((instant) => factsOf({ partner_last_activity: "2026-06-05" }, { at: instant }));
    expect(found.map((facts) => facts["incumbentIdleDays"])).toEqual([undefined, 0]);
  });

  test("are none without the record; arguments that are not what it asks for are told", () => {
    const { action, at, evidence } = renewalInput(proposeRenewal, contractRecord());
    expect(proposeRenewal.facts({ evidence: {}, action, at })).toEqual({});
    const part = { ...action, args: { contractId: "C-7001" } };
    expect(proposeRenewal.facts({ evidence, action: part, at })).toMatchObject({ proposedAsRequested: false });
  });

  test("tell that the last day to decide is over, and not before it is", () => {
    const at = ["2026-10-02T23:59:59.999Z", "2026-10-03T00:00:00.000Z"];
    expect(at.map((instant) => factsOf({}, { at: instant })["decidedTooLate"])).toEqual([false, true]);
  });

  test("tell a proposal that is not the request", () => {
    const { action, ...rest } = renewalInput(proposeRenewal, contractRecord());
    const found = (change: JsonObject) =>
      proposeRenewal.facts({ ...rest, action: { ...action, args: { ...action.args, ...change } } });
    expect(found({ endsOn: "2027-12-31" })).toEqual({ ...clean, proposedAsRequested: false });
    expect(found({ partnerId: "partner-9" })).toEqual({
      ...clean,
      partnerChangeAsked: true,
      proposedAsRequested: false,
    });
  });
});

describe("the incumbent", () => {
  const keeper = { partnerId: "partner-9", name: "Cirrus", role: "keep", toldBy: "team" } as const;
  const seller = { toldBy: "team" } as const;
  const of = (...members: readonly Partial<TeamMember>[]) => {
    const { incumbents, partner, role, incumbentStanding } = factsOf({}, { team: contractTeam(...members) });
    return [incumbents, partner, role, incumbentStanding];
  };

  test("is who keeps the contract, else who sold it", () => {
    expect([of({}), of(seller, keeper), of({ ...keeper, role: "deliver" }, seller)]).toEqual([
      ["one", "partner-7", "sell", "active"],
      ["one", "partner-9", "keep", "active"],
      ["one", "partner-7", "sell", "active"],
    ]);
  });

  test("is no one who kept it, or is to", () => {
    const [ended, toCome] = (["ended", "to-come"] as const).map((holds) => of(seller, { ...keeper, holds }));
    expect([ended, toCome]).toEqual([of({}), of({})]);
  });

  test("is nobody where several keep it, where nobody keeps or sold it, and where the team was not read", async () => {
    const several = { team: contractTeam(keeper, { ...keeper, partnerId: "partner-10", standing: "suspended" }) };
    const none = { team: contractTeam({ ...keeper, role: "source" }) };
    expect(factsOf({}, several)).toMatchObject({ incumbents: "several", incumbentStanding: "suspended" });
    expect(factsOf({}, none)).toMatchObject({ incumbents: "none", proposedAsRequested: true });
    const { evidence, ...rest } = renewalInput(proposeRenewal, contractRecord());
    const { "programme.deal-team": _, ...unread } = evidence;
    expect(proposeRenewal.facts({ evidence: unread, ...rest })).toEqual(
      without(clean, "incumbents", "partner", "role", "partnerChangeAsked"),
    );
    for (const options of [several, none]) {
      expect(await decided({}, options)).toMatchObject({ kind: "escalate", missing: ["partner", "role"] });
    }
  });

  test("is seeded by the CRM's partner until the team is read, and by nobody where the CRM names none", () => {
    const asked = (changes: Changes) => proposeRenewal.requested(contractRecord(changes))?.args;
    expect([asked({}), asked({ partner_id: "" })]).toMatchObject([
      { partnerId: "partner-7", role: "sell" },
      { partnerId: "", role: "keep" },
    ]);
  });
});

describe("a renewal", () => {
  test.for([
    ["that is healthy and kept by an active incumbent is proposed", {}, "execute"],
    [
      "of which nothing is told but the incumbent's activity is proposed",
      { usage: "", health: "", partner_standing: "" },
      "execute",
    ],
    ["at risk asks", { health: "49" }, "escalate"],
    ["hardly used asks", { usage: "49.9999%" }, "escalate"],
    ["used over what was paid for asks for its true-up first", { usage: "100.0001%" }, "escalate"],
    ["whose incumbent is in dispute asks", { partner_standing: "dispute" }, "escalate"],
    ["whose incumbent is idle for 180 days is proposed", { partner_last_activity: "2025-12-06" }, "execute"],
    ["whose incumbent is idle for a day more asks", { partner_last_activity: "2025-12-05" }, "escalate"],
    ["that is to go to another partner asks", { requested_partner_id: "partner-9" }, "escalate"],
    ["with health that cannot be read asks", { health: "good" }, "escalate"],
  ] as const)("%s", async ([, changes, verdict]) => {
    expect((await decided(changes)).kind).toBe(verdict);
  });

  test("is asked about for what is told, not for what is not", async () => {
    const decision = await decided({ usage: "", partner_standing: "dispute" });
    expect(decision).toMatchObject({ kind: "escalate", missing: [], reason: "The incumbent's standing is dispute" });
  });

  test.for(["accepted", "auto-renewed", "notice-given", "lapsed", "recovered"])(
    "that is %s is not proposed again",
    (renewal_state) => expect(proposeRenewal.requested(contractRecord({ renewal_state }))).toBeUndefined(),
  );

  test.for([
    ["customer", "", "account", "customer is not set"],
    ["end_date", "soon", "decidedTooLate", "end_date `soon`: is no day such as 2026-12-31"],
    ["end_date", "2025-12-31", "decidedTooLate", "start_date, end_date and notice_days cannot all be true"],
  ] as const)(
    "whose %s is %j is proposed as far as it can be read: people are told why",
    async ([property, raw, fact, why]) => {
      const record = contractRecord({ [property]: raw });
      const asked = proposeRenewal.requested(record);
      expect(asked && isWhole(proposeRenewal, asked.args)).toBe(false);
      const input = renewalInput(proposeRenewal, record);
      expect(proposeRenewal.facts(input)).not.toHaveProperty(fact);
      expect(proposeRenewal.unknown(input)).toMatchObject({ [fact]: why });
    },
  );
});

test("what is read beside the record is the contract's team", () => {
  const lookups = (changes: Changes) => proposeRenewal.lookups(contractRecord(changes));
  const team = (dealId: string, crmPartner: string) => [{ tool: "programme.deal-team", args: { dealId, crmPartner } }];
  expect([lookups({}), lookups({ deal_id: "1001" }), lookups({ partner_id: "" })]).toEqual([
    team("contract/C-7001", "partner-7"),
    team("1001", "partner-7"),
    team("contract/C-7001", ""),
  ]);
  expect([proposeRenewal.lookups({}), lookups({ contract_id: "C".repeat(56) })]).toEqual([[], []]);
});

test("the requester is the person the record names", () => {
  expect([proposeRenewal.requestedBy(contractRecord()), proposeRenewal.requestedBy({})]).toEqual([
    "renewals@vendor.example",
    "",
  ]);
});

test.for([
  [{}, "partner-7, selling: it ends on 2026-12-31, and renews itself unless notice is given by 2026-10-02"],
  [{ auto_renew: "false" }, "partner-7, selling: it ends on 2026-12-31"],
  [{ partner_id: "", auto_renew: "false" }, "no one partner: it ends on 2026-12-31"],
] as const)("people are asked in words: %s", ([changes, due]) => {
  const args = proposeRenewal.requested(contractRecord(changes as Changes))?.args ?? {};
  expect(proposeRenewal.describe(args, "Northwind")).toBe(
    `Northwind asks to open the renewal of Contoso's contract C-7001 with ${due}`,
  );
});
