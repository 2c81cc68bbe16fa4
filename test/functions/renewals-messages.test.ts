import { describe, expect, test } from "vitest";
import type { TeamMember } from "../../domain/deal-team.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { FunctionMessage } from "../../functions/definition.ts";
import { contractRecord, contractTeam, renewalReadings, reply } from "../../functions/renewals/fixture.ts";
import { renewalMessages } from "../../functions/renewals/messages.ts";
import { rendered } from "../../functions/shared/message.ts";

type Changes = { readonly [property: string]: string };
type Name = keyof typeof renewalMessages;

const messages: { readonly [name: string]: FunctionMessage } = renewalMessages;
const common = { contract: "C-7001", customer: "Contoso", partner: "Northwind Partners" };

function filled(name: Name, changes: Changes = {}, occasion = "", known: Parameters<typeof renewalReadings>[1] = {}) {
  return messages[name]?.fill(renewalReadings(contractRecord(changes), known), occasion);
}

test("the messages are those that the programme names, and the reminder to the partner", () => {
  expect(Object.keys(renewalMessages)).toEqual(["offer", "reminder", "notice-ahead", "renewed"]);
});

describe.for(Object.entries(messages))("the message %s", ([, message]) => {
  const { subject, body, variables } = message;

  test("cites every variable it declares, and no other", () => {
    const cited = [...`${subject} ${body}`.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    expect([...new Set(cited)].toSorted()).toEqual(Object.keys(variables).toSorted());
    expect(`${subject} ${body}`.replaceAll(/\{\w+\}/g, "")).not.toMatch(/[{}]/);
  });

  test("is short, and its subject one line", () => {
    expect(subject.length).toBeLessThanOrEqual(80);
    expect(subject).not.toContain("\n");
    expect(body.split(/\s+/).length).toBeLessThanOrEqual(80);
  });

  test("is filled with every variable it declares, and no other", () => {
    const readings = renewalReadings(contractRecord({ renewal_state: "proposed" }));
    expect(Object.keys(message.fill(readings, "2026-06-04") ?? {}).toSorted()).toEqual(
      Object.keys(variables).toSorted(),
    );
  });

  test("is not filled without the record, or the team", () => {
    const { "crm.record": record, "programme.deal-team": team } = renewalReadings(contractRecord());
    const partial = [{}, { "programme.deal-team": team! }, { "crm.record": record! }];
    expect(partial.map((readings) => message.fill(readings, "2026-06-04"))).toEqual([undefined, undefined, undefined]);
  });

  test("rests on the team and on the answer to the offer", () => {
    expect(message.lookups(contractRecord(), "7001").map(({ tool }) => tool)).toEqual(
      expect.arrayContaining(["programme.deal-team", "ledger.reply"]),
    );
  });
});

describe("an offer", () => {
  test("says prices and dates as people read them, and is open for 30 days from its occasion", () => {
    const price = { price: "600000.00", requested_price: "618000.00" };
    expect(filled("offer", price, "2026-06-04")).toEqual({
      ...common,
      endsOn: "2026-12-31",
      offerPrice: "618000.00 USD",
      currentPrice: "600000.00 USD",
      validUntil: "2026-07-04",
    });
  });

  test("is open no longer than it can be taken", () => {
    expect(filled("offer", {}, "2026-09-20")?.["validUntil"]).toBe("2026-10-02");
  });

  test.for<[string, Changes, string]>([
    ["a price", { requested_price: "" }, "2026-06-04"],
    ["a price that can be read", { requested_price: "by agreement" }, "2026-06-04"],
    ["the day on which it is made", {}, ""],
    ["a day of the calendar on which it is made", {}, "2026-02-30"],
  ])("is none without %s", ([, changes, occasion]) => expect(filled("offer", changes, occasion)).toBeUndefined());
});

describe("whom to turn to", () => {
  const named = (...members: readonly Partial<TeamMember>[]) =>
    filled("notice-ahead", {}, "", { team: contractTeam(...members) })?.["partner"];
  const keeper = { partnerId: "partner-9", name: "Cirrus", role: "keep" } as const;

  test("is the incumbent by name, each of several, and we ourselves where there is none", () => {
    expect([
      named({}),
      named({}, keeper),
      named(keeper, { ...keeper, partnerId: "partner-10", name: null }),
      named({ ...keeper, role: "source" }),
    ]).toEqual(["Northwind Partners", "Cirrus", "Cirrus or partner-10", "our renewals desk"]);
  });
});

test("notice is told of ahead only where the contract renews itself", () => {
  expect([filled("notice-ahead"), filled("notice-ahead", { auto_renew: "false" })]).toEqual([
    { ...common, endsOn: "2026-12-31", decideBy: "2026-10-02" },
    undefined,
  ]);
});

describe("that a contract is renewed", () => {
  const accepted = { acceptance_evidence: "ORDER-88", accepted_on: "2026-07-10" };
  const told = (changes: Changes, answer?: JsonObject) => {
    const said = filled("renewed", changes, "", answer === undefined ? {} : { reply: answer });
    return said && [said["renewedOn"], said["reason"]];
  };

  test("is told with its day and its reason, as they are recorded and after they were", () => {
    const bySilence = ["2026-10-02", "no notice until 2026-10-02"];
    const byOrder = ["2026-07-10", "accepted by the customer"];
    expect([
      told({}),
      told({ renewal_state: "auto-renewed" }),
      told(accepted),
      told({ ...accepted, renewal_state: "accepted" }),
      told({}, reply()),
      told({ ...accepted, accepted_on: "2027-01-10", renewal_state: "lapsed" }),
    ]).toEqual([
      bySilence,
      bySilence,
      byOrder,
      byOrder,
      byOrder,
      ["2027-01-10", "accepted by the customer after it had lapsed"],
    ]);
  });

  test("is told of none that is not", () => {
    const ended = [{ auto_renew: "false" }, { renewal_state: "lapsed" }, { ...accepted, accepted_on: "" }];
    expect([...ended.map((changes) => told(changes)), told({}, reply({ answer: "declined" }))]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("a partner is reminded", () => {
  const task = (changes: Changes) => filled("reminder", changes)?.["task"];

  test("of what is its own to do, by where the renewal stands", () => {
    expect(filled("reminder")).toEqual({
      ...common,
      endsOn: "2026-12-31",
      decideBy: "2026-10-02",
      task: "tell us the price to offer",
    });
    const answer = "bring us the customer's answer: a signed order or a notice";
    expect([
      task({ renewal_state: "proposed" }),
      task({ renewal_state: "negotiating" }),
      task({ renewal_state: "proposed", requested_price: "" }),
      task({ renewal_state: "accepted" }),
    ]).toEqual([answer, answer, "tell us the price to offer", undefined]);
  });

  test("of nothing once it is settled, whatever the record still lacks", () => {
    for (const renewal_state of ["accepted", "auto-renewed", "notice-given", "lapsed", "recovered"]) {
      expect(task({ renewal_state, requested_price: "" })).toBeUndefined();
    }
  });

  test("in words", () => {
    expect(rendered(renewalMessages.reminder, filled("reminder") ?? {})).toEqual({
      subject: "Contract C-7001 of Contoso: due by 2026-10-02",
      body:
        "Dear Northwind Partners,\n\n" +
        "the contract C-7001 of Contoso ends on 2026-12-31, and its renewal has to be settled by 2026-10-02.\n\n" +
        "What is yours to do by then: tell us the price to offer.",
    });
  });
});
