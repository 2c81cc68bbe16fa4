import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../domain/json.ts";
import { contractRecord, renewalInput, renewalReadings, reply } from "../../functions/renewals/fixture.ts";
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

describe("an answer to the offer", () => {
  const ANSWERED = "2026-07-10T16:31:00.000Z";
  const no = reply({ answer: "declined" });
  const answered = (changes: Changes, answer: JsonObject, at = ANSWERED) =>
    renewalInput(recordRenewal, contractRecord({ ...silent, ...changes }), { reply: answer, at });
  const found = (...given: Parameters<typeof answered>) => recordRenewal.facts(answered(...given));
  const ruled = (...given: Parameters<typeof answered>) => evaluate(policyOf("renewals.record"), found(...given));
  const args = (...given: Parameters<typeof answered>) => answered(...given).action.args;

  test("is looked for under the name that the offer bears", () => {
    const lookups = recordRenewal.lookups(contractRecord());
    const correlation = "renewals/offer/C-7001/2026-12-31";
    expect(lookups.at(-1)).toEqual({ tool: "ledger.reply", args: { correlation } });
    expect(recordRenewal.lookups(contractRecord({ contract_id: "C 1" })).map(({ tool }) => tool)).toEqual([
      "programme.deal-team",
    ]);
  });

  test("that is a yes is an acceptance of its day in UTC, kept where the answer is", () => {
    expect(args({}, reply())).toMatchObject({
      outcome: "accepted",
      happenedOn: "2026-07-10",
      reason: "accepted by the customer",
      evidence: "MAIL-4",
      creditPpm: 1_000_000,
    });
    expect(found({}, reply())).toEqual({ ...clean, outcome: "accepted" });
  });

  test.for<[string, Changes, JsonObject, string, JsonObject, string]>([
    ["a yes is recorded", {}, reply(), ANSWERED, { outcome: "accepted", evidence: "given" }, "execute"],
    [
      "a yes that nobody keeps a paper of is, too: the ledger of replies keeps it",
      {},
      reply({ evidence: "" }),
      ANSWERED,
      { evidence: "given" },
      "execute",
    ],
    ["a no is a notice", {}, no, ANSWERED, { outcome: "notice-given", evidence: "given" }, "execute"],
    [
      "a yes on the last day is in time",
      {},
      reply({ answeredAt: "2026-10-02T23:59:59.999Z" }),
      "2026-10-03T00:00:00.000Z",
      { acceptanceLateDays: 0 },
      "execute",
    ],
    [
      "a yes a moment later came after it had renewed itself",
      {},
      reply({ answeredAt: "2026-10-03T00:00:00.000Z" }),
      "2026-10-03T00:00:00.000Z",
      { outcome: "accepted", acceptanceLateDays: 1 },
      "escalate",
    ],
    [
      "a no a moment later is a late notice",
      {},
      reply({ answer: "declined", answeredAt: "2026-10-03T00:00:00.000Z" }),
      "2026-10-03T00:00:00.000Z",
      { outcome: "notice-given", noticeLateDays: 1 },
      "escalate",
    ],
    [
      "a yes within 14 days of the end wins back what does not renew itself",
      { auto_renew: "false" },
      reply({ answeredAt: "2027-01-14T23:59:59.999Z" }),
      "2027-01-15T00:00:00.000Z",
      { outcome: "recovered", recoveryDays: 14 },
      "execute",
    ],
    [
      "a yes a day later asks",
      { auto_renew: "false" },
      reply({ answeredAt: "2027-01-15T00:00:00.000Z" }),
      "2027-01-15T00:00:00.000Z",
      { outcome: "recovered", recoveryDays: 15 },
      "escalate",
    ],
    [
      "a yes beside a notice on record asks",
      refused,
      reply(),
      "2026-09-02T00:00:00.000Z",
      { outcome: "accepted", evidence: "contradictory" },
      "escalate",
    ],
    [
      "a no beside an acceptance on record asks",
      accepted,
      no,
      ANSWERED,
      { outcome: "accepted", evidence: "contradictory" },
      "escalate",
    ],
    ["the record's own acceptance stays its own", accepted, reply({ evidence: "MAIL-9" }), ANSWERED, {}, "execute"],
    ["what is neither a yes nor a no asks", {}, reply({ answer: "call me" }), LAST_MOMENT, {}, "escalate"],
    ["what cannot be read asks", {}, { answer: "accepted", answeredAt: "soon" }, LAST_MOMENT, {}, "escalate"],
  ])("%s", async ([, changes, answer, at, expected, verdict]) => {
    expect(found(changes, answer, at)).toMatchObject({ ...expected, proposedAsRequested: true });
    expect((await ruled(changes, answer, at)).kind).toBe(verdict);
  });

  test("has its words in what is recorded", () => {
    const told = [
      args(accepted, reply({ evidence: "MAIL-9" })),
      args({}, reply({ evidence: "" })),
      args({}, no),
      args({ non_renewal_reason: "no budget" }, no),
    ];
    expect(told.map(({ evidence, reason }) => [evidence, reason])).toEqual([
      ["ORDER-88", "accepted by the customer"],
      ["reply renewals/offer/C-7001/2026-12-31", "accepted by the customer"],
      ["", "the offer was declined"],
      ["", "no budget"],
    ]);
  });

  test("that came between a proposal and its decision makes it another than what is asked", () => {
    const { action } = renewalInput(recordRenewal, contractRecord(silent), { at: LAST_MOMENT });
    const evidence = renewalReadings(contractRecord(silent), { reply: no });
    expect(recordRenewal.facts({ evidence, action, at: LAST_MOMENT })).toMatchObject({
      evidence: "contradictory",
      proposedAsRequested: false,
    });
  });
});

describe("a lapsed contract", () => {
  const lapsed = { ...refused, renewal_state: "lapsed" };
  const won = { acceptance_evidence: "ORDER-88", accepted_on: "2027-01-10" };

  test("is recorded as won back, by whatever road the acceptance came, and although notice was given first", async () => {
    const at = "2027-01-11T00:00:00.000Z";
    const answer = reply({ answeredAt: "2027-01-10T08:00:00.000Z" });
    const roads = [
      renewalInput(recordRenewal, contractRecord({ ...lapsed, ...won }), { at }),
      renewalInput(recordRenewal, contractRecord(lapsed), { at, reply: answer }),
      renewalInput(recordRenewal, contractRecord({ ...refused, ...won }), { at }),
      renewalInput(recordRenewal, contractRecord({ ...ending, ...won }), { at }),
    ];
    for (const input of roads) {
      const facts = recordRenewal.facts(input);
      expect(facts).toMatchObject({ outcome: "recovered", evidence: "given", recoveryDays: 10, acceptanceLateDays: 0 });
      expect((await evaluate(policyOf("renewals.record"), facts)).kind).toBe("execute");
    }
  });

  test("is not, by an acceptance before its notice: a person says which of them holds", () => {
    expect(factsOf({ ...lapsed, ...won, accepted_on: "2026-08-01" }, "2027-01-11T00:00:00.000Z")).toMatchObject({
      outcome: "recovered",
      evidence: "contradictory",
    });
  });
});
