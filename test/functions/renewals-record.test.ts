import { describe, expect, test } from "vitest";
import type { TeamMember } from "../../domain/deal-team.ts";
import type { JsonObject } from "../../domain/json.ts";
import { contractRecord, contractTeam, renewalInput } from "../../functions/renewals/fixture.ts";
import { recordRenewal } from "../../functions/renewals/record-renewal.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import { policyOf } from "../fixtures/policy.ts";

type Changes = { readonly [property: string]: string };

const LAST_MOMENT = "2026-10-02T23:59:59.999Z";
const silent = { renewal_state: "proposed", requested_price: "" };
const accepted = { ...silent, acceptance_evidence: "ORDER-88", accepted_on: "2026-07-10" };
const refused = { ...silent, non_renewal_reason: "moves to another vendor", notice_received_on: "2026-09-01" };
const ending = { ...silent, auto_renew: "false" };

const factsOf = (changes: Changes, at = LAST_MOMENT): JsonObject =>
  recordRenewal.facts(renewalInput(recordRenewal, contractRecord(changes), { at }));
const decided = (changes: Changes, at = LAST_MOMENT) => evaluate(policyOf("renewals.record"), factsOf(changes, at));
const argsOf = (changes: Changes) => recordRenewal.requested(contractRecord(changes))?.args;

const clean = {
  outcome: "auto-renewed",
  evidence: "given",
  hasCome: true,
  noticeLateDays: 0,
  acceptanceLateDays: 0,
  recoveryDays: 0,
  trueUp: 0,
  proposedAsRequested: true,
  incumbents: "one",
  partner: "partner-7",
  role: "sell",
  account: "Contoso",
  requester: "renewals@vendor.example",
};

describe("what is asked to be recorded", () => {
  const common = {
    objectId: "C-7001",
    contractId: "C-7001",
    partnerId: "partner-7",
    role: "sell",
    endsOn: "2026-12-31",
    evidence: "",
    trueUpPpm: 0,
  };

  test.for([
    [
      "silence renews, and the incumbent is credited",
      silent,
      { outcome: "auto-renewed", happenedOn: "2026-10-02", reason: "no notice until 2026-10-02", creditPpm: 1_000_000 },
    ],
    [
      "silence ends a contract that does not renew itself",
      ending,
      { outcome: "lapsed", happenedOn: "2026-12-31", reason: "no acceptance until 2026-12-31", creditPpm: 0 },
    ],
    [
      "an acceptance with where it is kept",
      accepted,
      {
        outcome: "accepted",
        happenedOn: "2026-07-10",
        reason: "accepted by the customer",
        evidence: "ORDER-88",
        creditPpm: 1_000_000,
      },
    ],
    [
      "a notice with its reason",
      refused,
      { outcome: "notice-given", happenedOn: "2026-09-01", reason: "moves to another vendor", creditPpm: 0 },
    ],
    [
      "the end of a contract after its notice",
      { ...refused, renewal_state: "notice-given" },
      { outcome: "lapsed", happenedOn: "2026-12-31", reason: "moves to another vendor", creditPpm: 0 },
    ],
    [
      "a contract that is won back",
      { ...accepted, renewal_state: "lapsed", accepted_on: "2027-01-10" },
      {
        outcome: "recovered",
        happenedOn: "2027-01-10",
        reason: "accepted by the customer after it had lapsed",
        evidence: "ORDER-88",
        creditPpm: 1_000_000,
      },
    ],
    [
      "an acceptance without its day, for people to look at",
      { ...accepted, accepted_on: "" },
      {
        outcome: "accepted",
        happenedOn: "",
        reason: "accepted by the customer",
        evidence: "ORDER-88",
        creditPpm: 1_000_000,
      },
    ],
    [
      "the use that is to be trued up",
      { ...accepted, usage: "112%" },
      {
        outcome: "accepted",
        happenedOn: "2026-07-10",
        reason: "accepted by the customer",
        evidence: "ORDER-88",
        creditPpm: 1_000_000,
        trueUpPpm: 120_000,
      },
    ],
    [
      "silence, where an acceptance and a notice are of an earlier term",
      { ...accepted, ...refused, accepted_on: "2025-12-31", notice_received_on: "2025-07-01" },
      { outcome: "auto-renewed", happenedOn: "2026-10-02", reason: "no notice until 2026-10-02", creditPpm: 1_000_000 },
    ],
    [
      "an acceptance of the first day of the term",
      { ...accepted, accepted_on: "2026-01-01" },
      {
        outcome: "accepted",
        happenedOn: "2026-01-01",
        reason: "accepted by the customer",
        evidence: "ORDER-88",
        creditPpm: 1_000_000,
      },
    ],
  ] as const)("is %s", ([, changes, expected]) => expect(argsOf(changes)).toEqual({ ...common, ...expected }));

  test.for([
    ["it is recorded already", { ...accepted, renewal_state: "accepted" }],
    ["it has renewed itself already", { ...silent, renewal_state: "auto-renewed" }],
    ["it has lapsed and nobody took it up", { ...ending, renewal_state: "lapsed" }],
    ["its acceptance cannot be read", { ...accepted, accepted_on: "soon" }],
    ["its dates cannot be read", { ...silent, end_date: "" }],
  ] as const)("is nothing where %s", ([, changes]) => expect(argsOf(changes)).toBeUndefined());
});

describe("the facts of an outcome", () => {
  test("come from the record and the instant", () => expect(factsOf(silent)).toEqual(clean));

  test.for([
    ["silence is none before the day is over", silent, "2026-10-02T23:59:59.998Z", { hasCome: false }],
    ["a contract ends with its last day", ending, "2026-12-31T23:59:59.999Z", { outcome: "lapsed" }],
    ["and not before", ending, "2026-12-31T23:59:59.998Z", { outcome: "lapsed", hasCome: false }],
    ["an acceptance may be dated today", accepted, "2026-07-10T00:00:00.000Z", { outcome: "accepted" }],
    ["or where the day has begun", accepted, "2026-07-09T10:00:00.000Z", { outcome: "accepted" }],
    ["and not later", accepted, "2026-07-09T09:59:59.999Z", { outcome: "accepted", hasCome: false }],
    [
      "an acceptance without its day proves nothing",
      { ...accepted, accepted_on: "" },
      LAST_MOMENT,
      { outcome: "accepted", evidence: "missing", hasCome: false },
    ],
    [
      "a day without an acceptance does not either",
      { ...silent, accepted_on: "2026-07-10" },
      LAST_MOMENT,
      { outcome: "accepted", evidence: "missing" },
    ],
    [
      "an acceptance beside a notice contradicts it",
      { ...accepted, ...refused, acceptance_evidence: "ORDER-88" },
      LAST_MOMENT,
      { outcome: "accepted", evidence: "contradictory" },
    ],
    [
      "a notice needs a reason",
      { ...refused, non_renewal_reason: "" },
      LAST_MOMENT,
      { outcome: "notice-given", evidence: "missing" },
    ],
    [
      "a notice on the last day is in time",
      { ...refused, notice_received_on: "2026-10-02" },
      LAST_MOMENT,
      { outcome: "notice-given" },
    ],
    [
      "a notice a day later is late",
      { ...refused, notice_received_on: "2026-10-03" },
      "2026-10-04T00:00:00.000Z",
      { outcome: "notice-given", noticeLateDays: 1 },
    ],
    [
      "no notice is late where none is needed",
      { ...refused, auto_renew: "false", notice_received_on: "2026-12-30" },
      "2026-12-31T00:00:00.000Z",
      { outcome: "notice-given" },
    ],
    [
      "days from the end to a late acceptance",
      { ...accepted, renewal_state: "lapsed", accepted_on: "2027-01-14" },
      "2027-01-15T00:00:00.000Z",
      { outcome: "recovered", recoveryDays: 14 },
    ],
    ["use over what was paid for", { ...silent, usage: "100.0001%" }, LAST_MOMENT, { trueUp: 1 }],
    ["no use over it where usage is not told", { ...silent, usage: "" }, LAST_MOMENT, {}],
  ] as const)("tell: %s", ([, changes, at, expected]) => {
    expect(factsOf(changes, at)).toEqual({ ...clean, ...expected });
  });

  test.for([
    ["usage", { ...silent, usage: "a lot" }, ["trueUp"]],
    ["customer", { ...silent, customer: "" }, ["account"]],
    ["requester", { ...silent, requested_by: "" }, ["requester"]],
  ] as const)("leave out what cannot be read of the %s", ([, changes, missing]) => {
    const names: readonly string[] = missing;
    expect(factsOf(changes)).toEqual(
      Object.fromEntries(Object.entries(clean).filter(([name]) => !names.includes(name))),
    );
  });

  test("tell a proposal that the record does not ask for, and judge it by the record", () => {
    const { action, ...rest } = renewalInput(recordRenewal, contractRecord(silent), { at: LAST_MOMENT });
    const found = (change: JsonObject) =>
      recordRenewal.facts({ ...rest, action: { ...action, args: { ...action.args, ...change } } });
    expect(found({ creditPpm: 500_000 })).toEqual({ ...clean, proposedAsRequested: false });
    expect(found({ outcome: "accepted" })).toEqual({
      ...clean,
      outcome: "accepted",
      evidence: "missing",
      hasCome: false,
      proposedAsRequested: false,
    });
    expect(found({ outcome: "lapsed" })).toEqual({
      ...clean,
      outcome: "lapsed",
      evidence: "missing",
      hasCome: false,
      proposedAsRequested: false,
    });
    expect(recordRenewal.facts({ ...rest, action: { ...action, args: {} } })).toEqual({});
  });

  test("call silence a contradiction where the contract does not renew itself, or somebody spoke", () => {
    const input = renewalInput(recordRenewal, contractRecord(silent), { at: LAST_MOMENT });
    const facts = [ending, accepted, refused].map((changes) => {
      const { evidence } = renewalInput(recordRenewal, contractRecord(changes));
      return recordRenewal.facts({ ...input, evidence })["evidence"];
    });
    expect(facts).toEqual(["contradictory", "contradictory", "contradictory"]);
  });
});

describe("an outcome", () => {
  test.for([
    ["of silence is recorded on its day", silent, LAST_MOMENT, "execute"],
    ["of silence asks a moment before", silent, "2026-10-02T23:59:59.998Z", "escalate"],
    ["that was accepted is recorded", accepted, LAST_MOMENT, "execute"],
    ["that was accepted without evidence asks", { ...accepted, accepted_on: "" }, LAST_MOMENT, "escalate"],
    ["of a notice in time is recorded", refused, LAST_MOMENT, "execute"],
    [
      "of a notice that came late asks",
      { ...refused, notice_received_on: "2026-10-05" },
      "2026-10-06T00:00:00.000Z",
      "escalate",
    ],
    ["of a lapse is recorded", ending, "2027-01-01T00:00:00.000Z", "execute"],
    [
      "of a contract won back after 15 days asks",
      { ...accepted, renewal_state: "lapsed", accepted_on: "2027-01-15" },
      "2027-01-16T00:00:00.000Z",
      "escalate",
    ],
  ] as const)("%s", async ([, changes, at, verdict]) => expect((await decided(changes, at)).kind).toBe(verdict));
});

describe("who is credited", () => {
  const creditOf = (...members: readonly Partial<TeamMember>[]) => {
    const { args } = renewalInput(recordRenewal, contractRecord(silent), { team: contractTeam(...members) }).action;
    return [args["partnerId"], args["role"], args["creditPpm"]];
  };
  const keeper = { partnerId: "partner-9", role: "keep", toldBy: "team" } as const;
  const source = { partnerId: "partner-8", role: "source", creditPpm: 200_000, toldBy: "team" } as const;

  test("is who keeps the contract, else who sold it; of a settled team its own share, else what nobody else has", () => {
    expect([
      creditOf({}),
      creditOf({}, keeper),
      creditOf({}, source),
      creditOf({}, source, { ...keeper, creditPpm: 300_000 }),
      creditOf({}, keeper, { ...source, creditPpm: 1_000_000 }),
    ]).toEqual([
      ["partner-7", "sell", 1_000_000],
      ["partner-9", "keep", 1_000_000],
      ["partner-7", "sell", 800_000],
      ["partner-9", "keep", 300_000],
      ["partner-9", "keep", 0],
    ]);
  });

  test("is nobody where several keep it or nobody does, and a person is asked", async () => {
    for (const team of [contractTeam(keeper, { ...keeper, partnerId: "partner-10" }), contractTeam(source)]) {
      const input = renewalInput(recordRenewal, contractRecord(silent), { team, at: LAST_MOMENT });
      expect(input.action.args).toMatchObject({ partnerId: "", creditPpm: 0 });
      const decision = await evaluate(policyOf("renewals.record"), recordRenewal.facts(input));
      expect(decision).toMatchObject({ kind: "escalate", missing: ["partner", "role"] });
    }
  });
});

test("it is recorded on the object that the case is about, whatever number the record has", () => {
  const { action, ...rest } = renewalInput(recordRenewal, contractRecord(silent), { ref: "contract/9700000001" });
  expect(action.args).toMatchObject({ objectId: "9700000001", contractId: "C-7001" });
  const other = { ...action, args: { ...action.args, objectId: "9700000002" } };
  expect(recordRenewal.facts({ ...rest, action: other })["proposedAsRequested"]).toBe(false);
});

test.for([
  [silent, "renewed itself on 2026-10-02 (no notice until 2026-10-02), 100 % credited to partner-7, selling"],
  [ending, "lapsed on 2026-12-31 (no acceptance until 2026-12-31)"],
  [
    { ...accepted, usage: "112%" },
    "was renewed on 2026-07-10 (accepted by the customer), 100 % credited to partner-7, selling, with a true-up for the 12 % used over what was paid for",
  ],
  [{ ...accepted, accepted_on: "" }, "was renewed (accepted by the customer), 100 % credited to partner-7, selling"],
  [
    { ...refused, non_renewal_reason: `budget\n${"x".repeat(100)}` },
    `was given notice on 2026-09-01 (budget ${"x".repeat(72)}…)`,
  ],
  [refused, "was given notice on 2026-09-01 (moves to another vendor)"],
  [
    { ...accepted, renewal_state: "lapsed", accepted_on: "2027-01-10" },
    "was won back on 2027-01-10 (accepted by the customer after it had lapsed), 100 % credited to partner-7, selling",
  ],
] as const)("people are asked in words: %s", ([changes, sentence]) => {
  const said = recordRenewal.describe(argsOf(changes) ?? {}, "Northwind");
  expect(said).toBe(`Northwind asks to record that contract C-7001 ${sentence}`);
});
