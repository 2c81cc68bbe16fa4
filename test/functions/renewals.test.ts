import { readFields } from "../../functions/fields.ts";
import { describe, expect, test } from "vitest";
import type { TeamMember } from "../../domain/deal-team.ts";
import { Finding } from "../../domain/evidence.ts";
import type { Action } from "../../domain/proposal.ts";
import { contractRecord, contractTeam, renewalInput, reply } from "../../functions/renewals/fixture.ts";
import { renewals } from "../../functions/renewals/function.ts";

type Changes = { readonly [property: string]: string };
const [propose] = renewals.actions;

function findingsOf(changes: Changes = {}, known: Parameters<typeof renewalInput>[2] = {}) {
  const record = contractRecord(changes);
  const input = renewalInput(propose, record, known);
  const readings = Object.fromEntries(Object.entries(input.evidence).map(([tool, { value }]) => [tool, value]));
  return renewals.agent.findings({ readings, requested: input.action, facts: propose.facts(input), at: input.at });
}

const said = (changes: Changes, code: string) =>
  findingsOf(changes).find((finding) => finding.code === code)?.statement;

describe("what the agents find of a contract", () => {
  test("is its term, its price, its customer, its incumbent, each with numbers", () => {
    expect(findingsOf({ price_cap: "3%" }).map(({ code, statement }) => [code, statement])).toEqual([
      [
        "term",
        "The contract ends on 2026-12-31 and renews itself unless notice is given by 2026-10-02, 90 days before.",
      ],
      [
        "price",
        "120,000.00 USD is paid now, the list price is 130,000.00 USD; the contract caps a rise at 3 %, which is " +
          "123,600.00 USD at most. 123,600.00 USD is asked for the next term, 3 % more than is paid now (3,600.00 USD), " +
          "4.9231 % under the list price.",
      ],
      ["signals", "Of the customer: 82 % of what is paid for is used; the customer's health is 71 of 100."],
      [
        "incumbent",
        "The incumbent, Northwind Partners, selling (resell), was last active on 2026-05-25, 10 days before; its standing on this contract is active.",
      ],
      [
        "partner-standing",
        "Northwind Partners, selling (resell), is a gold partner, standing active, authorised for analytics and certified for analytics.",
      ],
    ]);
  });

  test.for([
    ["term", { auto_renew: "false" }, "The contract ends on 2026-12-31 and does not renew itself."],
    ["term-unreadable", { end_date: "" }, "The record does not tell when the contract ends, or by when notice is due."],
    [
      "price",
      { requested_price: "" },
      "120,000.00 USD is paid now, the list price is 130,000.00 USD; the contract caps no rise. " +
        "No price is asked for the next term yet.",
    ],
    [
      "price",
      { requested_price: "120000.00", price_cap: "CPI" },
      "120,000.00 USD is paid now, the list price is 130,000.00 USD; what the contract caps a rise at cannot be read. " +
        "120,000.00 USD is asked for the next term, as much as is paid now, 7.6924 % under the list price.",
    ],
    ["price-unreadable", { price: "many" }, "The record does not tell what is paid now, listed or asked."],
    ["signals", { usage: "", health: "" }, "Of the customer: usage is not told; health is not told."],
    [
      "signals",
      { usage: "lots", health: "0" },
      "Of the customer: usage cannot be read; the customer's health is 0 of 100.",
    ],
    [
      "incumbent",
      { partner_last_activity: "", partner_standing: "" },
      "The incumbent, Northwind Partners, selling (resell), has no known activity; its standing on this contract is not told.",
    ],
    [
      "partner-change",
      { requested_partner_id: "partner-9" },
      "The contract is asked to go to partner-9, without a letter of the customer.",
    ],
    [
      "partner-change",
      { requested_partner_id: "partner-9", customer_letter: "DOC-31" },
      "The contract is asked to go to partner-9, by the customer's letter DOC-31.",
    ],
    ["co-term", { co_term_with: "C-7002, C-7003" }, "It ends together with C-7002, C-7003: they are priced together."],
    ["true-up", { usage: "100.0001%" }, "More is used than was paid for: it is trued up first."],
  ] as const)("says of %s: %s", ([code, changes, statement]) => expect(said(changes, code)).toBe(statement));

  test("is that the record is not whole where it names no contract", () => {
    expect(findingsOf({ contract_id: "" }).map(({ code }) => code)).toEqual(["record-incomplete"]);
  });

  test("names the role of everybody on the team", () => {
    const keeper = { partnerId: "partner-9", name: "Cirrus", role: "keep", motion: "co-sell" } as const;
    const second = { ...keeper, partnerId: "partner-10", name: "Stratus" } as const;
    const gone = { ...keeper, role: "deliver", holds: "ended" } as const;
    const found = (...members: readonly Partial<TeamMember>[]) =>
      findingsOf({}, { team: contractTeam(...members) })
        .slice(3)
        .map(({ code, statement }) => [code, statement]);
    expect(found({}, keeper, gone)).toEqual([
      [
        "incumbent",
        "The incumbent, Cirrus, keeping (co-sell), was last active on 2026-05-25, 10 days before; its standing on this contract is active.",
      ],
      ["partner-standing", expect.stringMatching(/^Cirrus, keeping \(co-sell\), is a gold partner/)],
      ["deal-team", "Also on the team: Northwind Partners, selling (resell)."],
    ]);
    expect(found(keeper, second).slice(0, 1)).toEqual([
      [
        "several-incumbents",
        "2 partners are its incumbents: Cirrus, keeping (co-sell); Stratus, keeping (co-sell). A person says who it is.",
      ],
    ]);
    expect(found({ ...keeper, role: "source" })).toEqual([
      ["no-incumbent", "No partner keeps this contract, and none sold it."],
      ["deal-team", "Also on the team: Cirrus, sourcing (co-sell)."],
    ]);
  });

  test("is what was answered to the offer", () => {
    expect(findingsOf({}, { reply: reply() }).find(({ code }) => code === "answer")?.statement).toBe(
      "The offer was answered on 2026-07-10: accepted.",
    );
  });

  test("is a finding whatever the record holds", () => {
    const long = Object.fromEntries(Object.keys(contractRecord()).map((property) => [property, "x".repeat(400)]));
    const crowd = Array.from({ length: 9 }, (_, n) => ({
      partnerId: `p-${n}`,
      name: "x".repeat(200),
      role: "keep" as const,
    }));
    const all = [...findingsOf(), ...findingsOf(long), ...findingsOf({}, { team: contractTeam(...crowd) })];
    for (const finding of all) expect(Finding.safeParse(finding).success).toBe(true);
  });
});

test("what is proposed is said for every step, as the record asks it", () => {
  const record = contractRecord({ requested_price: "126000.00", renewal_state: "proposed" });
  const proposed = renewals.actions.map((action) => renewals.agent.proposes(action.requested(record) as Action));
  expect(proposed).toEqual([
    "The record asks to open the renewal of Contoso's contract C-7001 with partner-7, selling: it ends on 2026-12-31, and renews itself unless notice is given by 2026-10-02; exactly that is proposed.",
    "The record asks to offer contract C-7001 at 126,000.00 USD for the next term, 5 % more than is paid now, with partner-7, selling; exactly that is proposed.",
    "partner-7 is to be on contract C-7001, keeping (resell), from 2026-01-01 on, credit not settled; exactly that is proposed.",
    "The record asks to record that contract C-7001 renewed itself on 2026-10-02 (no notice until 2026-10-02), 100 % credited to partner-7, selling; exactly that is proposed.",
  ]);
  expect(renewals.agent.proposes({ tool: propose.tool, args: { note: "x" } })).toBe(
    "The step is proposed as the record asks for it.",
  );
});

describe("the function", () => {
  test("asks for arguments that its effects take, and computes facts that its policies know", () => {
    const record = contractRecord({ renewal_state: "proposed" });
    for (const action of renewals.actions) {
      const input = renewalInput(action, record);
      expect(action.args.safeParse(input.action.args).error).toBeUndefined();
      expect(action.factSchema.safeParse(action.facts(input)).error).toBeUndefined();
      expect(action.id.split(".")[0]).toBe(renewals.id);
    }
  });

  test("hears no change that it makes itself", () => {
    const heard = renewals.triggers.flatMap((trigger) => ("on" in trigger ? [trigger.on.property] : []));
    const written = renewals.actions.flatMap((action) => ("writeBack" in action ? [action.writeBack.property] : []));
    expect(written).toEqual(["renewal_state"]);
    expect(heard).not.toContain("renewal_state");
  });

  test("reads properties that stand in a record, each of them", () => {
    expect(Object.keys(contractRecord()).toSorted()).toEqual(Object.keys(renewals.subject.fields).toSorted());
    expect(readFields(renewals.subject.fields, contractRecord()).unread).toEqual({});
  });
});
