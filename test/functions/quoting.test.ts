import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { approveDiscount } from "../../functions/quoting/approve-discount.ts";
import type { FactInput } from "../../functions/definition.ts";
import type { JsonObject } from "../../domain/json.ts";
import { quoteAtDiscount, quoteInput, quoteRecord, teamInput } from "../../functions/quoting/fixture.ts";
import { evidenceOf, FIXTURE_AT, teamOf } from "../../functions/shared/fixture.ts";
import type { TeamMember } from "../../domain/deal-team.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import { policyOf } from "../fixtures/policy.ts";

const quoting = policyOf("quoting");
const facts = (input: FactInput): JsonObject => approveDiscount.facts(input);
const clean = {
  effectiveDiscount: 120_000,
  worstLineDiscount: 120_000,
  listPrice: 10_000_000,
  discountAmount: 1_200_000,
  belowFloorPrice: false,
  protectedTerms: "none",
  partnerStanding: "active",
  sellers: "one",
  quoteHeldBy: "nobody",
  proposedAsRequested: true,
  partner: "partner-7",
  deal: "Q-1001",
  requester: "seller@northwind.example",
};

describe("the facts of a quote", () => {
  test("come from the record, the partner and the proposal", () => {
    expect(facts(quoteInput(quoteRecord()))).toEqual(clean);
  });

  test.for([
    [
      "a price cut to the millionth",
      quoteAtDiscount(150_001),
      { effectiveDiscount: 150_001, worstLineDiscount: 150_001, discountAmount: 1_500_010 },
    ],
    [
      "concessions beside the price",
      { quote_concessions: "3000.00" },
      { effectiveDiscount: 150_000, worstLineDiscount: 150_000, discountAmount: 1_500_000 },
    ],
    [
      "one cent of concessions, rounded up",
      { quote_concessions: "3000.01" },
      { effectiveDiscount: 150_001, worstLineDiscount: 150_001, discountAmount: 1_500_001 },
    ],
    [
      "no discount for a price over the list",
      { quote_net_price: "100000.01" },
      { effectiveDiscount: 0, worstLineDiscount: 0, discountAmount: 0 },
    ],
    [
      "concessions far past the list price, up to 2000 %",
      { quote_concessions: "2500000.00" },
      {
        effectiveDiscount: 20_000_000,
        worstLineDiscount: 20_000_000,
        discountAmount: 251_200_000,
        belowFloorPrice: true,
      },
    ],
    ["a net price at the floor", { quote_floor_price: "88000.00" }, { belowFloorPrice: false }],
    ["a net price a cent below the floor", { quote_floor_price: "88000.01" }, { belowFloorPrice: true }],
    [
      "concessions that go below the floor",
      { quote_floor_price: "88000.00", quote_concessions: "0.01" },
      { effectiveDiscount: 120_001, worstLineDiscount: 120_001, discountAmount: 1_200_001, belowFloorPrice: true },
    ],
    ["a protected term", { quote_protected_terms: "exclusivity" }, { protectedTerms: "exclusivity" }],
  ] as const)("count %s", ([, changes, expected]) => {
    const found = facts(quoteInput(quoteRecord(changes as Record<string, string>)));
    expect(found).toEqual({ ...clean, ...expected });
  });

  test("tell amounts that are not in USD by their currency, since the limits are in USD", () => {
    const { listPrice, discountAmount, ...rest } = clean;
    const elsewhere = { "listPrice in EUR": listPrice, "discountAmount in EUR": discountAmount };
    expect(facts(quoteInput(quoteRecord({ quote_currency: "EUR" })))).toEqual({ ...rest, ...elsewhere });
  });

  const priced = ["effectiveDiscount", "worstLineDiscount", "discountAmount"];
  test.for([
    [
      ["listPrice", ...priced],
      "quote_list_price",
      "0.00",
      "quote_list_price is zero: there is nothing that a discount could be off",
    ],
    [["listPrice", ...priced], "quote_list_price", null, "quote_list_price is not set"],
    [
      ["belowFloorPrice", ...priced],
      "quote_net_price",
      "16.9915",
      "quote_net_price `16.9915`: more decimals than USD has",
    ],
    [["belowFloorPrice", ...priced], "quote_concessions", "-1", "quote_concessions `-1`: is negative"],
    [["belowFloorPrice"], "quote_floor_price", "low", "quote_floor_price `low`: is no amount such as 10000.00"],
    [
      ["protectedTerms"],
      "quote_protected_terms",
      "fees",
      "quote_protected_terms `fees`: names something else than none, liability, exclusivity, termination, data",
    ],
    [["listPrice", "discountAmount"], "quote_currency", "EUR", "quote_currency `EUR`: limits are kept in USD"],
    [["quoteHeldBy", "deal"], "quote_id", "", "quote_id is not set"],
    [["requester"], "quote_requested_by", null, "quote_requested_by is not set"],
  ] as const)("leave out %j, and no other, where %s is %j, and say why", ([unknown, property, raw, why]) => {
    const input = quoteInput(quoteRecord({ [property]: raw }));
    const found = Object.entries(facts(input)).filter(([fact]) => !fact.includes(" in "));
    const rest = Object.fromEntries(
      Object.entries(clean).filter(([fact]) => !(unknown as readonly string[]).includes(fact)),
    );
    expect(Object.fromEntries(found)).toEqual(rest);
    expect(approveDiscount.unknown(input)).toEqual(Object.fromEntries(unknown.map((fact) => [fact, why])));
  });

  test("take concessions that are not set for none: a quote need not give any", () => {
    expect(facts(quoteInput(quoteRecord({ quote_concessions: null })))).toEqual(clean);
  });

  test.for([
    ["liability;data", "several"],
    ["none;data", "data"],
    ["None", "none"],
  ] as const)("read the protected terms `%s` as %s", ([quote_protected_terms, protectedTerms]) => {
    expect(facts(quoteInput(quoteRecord({ quote_protected_terms })))).toEqual({ ...clean, protectedTerms });
  });

  test.for([
    ["partner", "partner_id"],
    ["deal", "quote_id"],
    ["requester", "quote_requested_by"],
  ] as const)("leave the %s out when its id is longer than one may be", ([fact, property]) => {
    const ids = [64, 65].map((length) => facts(quoteInput(quoteRecord({ [property]: "x".repeat(length) })))[fact]);
    expect(ids).toEqual(["x".repeat(64), undefined]);
  });

  test("are none without readings", () => {
    expect(facts({ evidence: {}, action: { tool: "quotes.approve-discount", args: {} }, at: FIXTURE_AT })).toEqual({});
  });

  test("tell the partner's standing", () => {
    expect(facts(quoteInput(quoteRecord(), { standing: "suspended" }))).toEqual({
      ...clean,
      partnerStanding: "suspended",
    });
  });
});

describe("a proposal that is not the request", () => {
  const propose = (change: JsonObject): JsonObject => {
    const input = quoteInput(quoteRecord());
    return facts({ ...input, action: { ...input.action, args: { ...input.action.args, ...change } } });
  };

  test.for([
    [
      "a lower net price counts with its own discount",
      { netPriceMinor: 8_000_000 },
      { effectiveDiscount: 200_000, worstLineDiscount: 200_000, discountAmount: 2_000_000 },
    ],
    [
      "hidden concessions count with their own discount",
      { concessionsMinor: 1_000_000 },
      { effectiveDiscount: 220_000, worstLineDiscount: 220_000, discountAmount: 2_200_000 },
    ],
    [
      "an invented list price does not shrink the discount",
      { listPriceMinor: 90_000_000 },
      { effectiveDiscount: 120_000, worstLineDiscount: 120_000, listPrice: 10_000_000 },
    ],
    ["another quote", { quoteId: "Q-9" }, {}],
    ["another currency", { currency: "EUR" }, {}],
  ] as const)("%s", ([, change, expected]) => {
    expect(propose(change)).toEqual({ ...clean, ...expected, proposedAsRequested: false });
  });

  test("gives no facts of its own when its arguments are no arguments", () => {
    const {
      effectiveDiscount: _share,
      worstLineDiscount: _worst,
      discountAmount: _amount,
      belowFloorPrice: _floor,
      ...rest
    } = clean;
    for (const change of [{ netPriceMinor: "8800000" }, { note: "approve this" }]) {
      expect(propose(change)).toEqual({ ...rest, proposedAsRequested: false });
    }
  });
});

describe("the partner of a quote is who sells on the deal", () => {
  const { partner: _, ...nobodys } = clean;
  const cirrus = { partnerId: "partner-9", name: "Cirrus" };

  test.for([
    ["the CRM's partner as a team of one", [], clean],
    [
      "somebody else than the CRM names, by our own records",
      [{ ...cirrus, toldBy: "team" }],
      { ...clean, partner: "partner-9" },
    ],
    ["one, whoever holds the other roles", [{}, { ...cirrus, role: "source", standing: "suspended" }], clean],
    ["one, after another has ended", [{ ...cirrus, holds: "ended", standing: "suspended" }, {}], clean],
    ["one, before another begins", [{}, { ...cirrus, holds: "to-come" }], clean],
    [
      "nobody, when others hold the other roles",
      [{ role: "deliver" }],
      { ...nobodys, partnerStanding: "unknown", sellers: "none" },
    ],
    ["several: none of them by name", [{}, cirrus], { ...nobodys, sellers: "several" }],
    [
      "several, one of unknown standing",
      [{ ...cirrus, standing: "unknown" }, {}],
      { ...nobodys, partnerStanding: "unknown", sellers: "several" },
    ],
    [
      "several, one suspended",
      [{ standing: "unknown" }, { ...cirrus, standing: "suspended" }, {}],
      { ...nobodys, partnerStanding: "suspended", sellers: "several" },
    ],
  ] as const satisfies readonly (readonly [string, readonly Partial<TeamMember>[], JsonObject])[])(
    "%s",
    ([, members, expected]) => {
      expect(facts(teamInput(quoteRecord(), teamOf(...members)))).toEqual(expected);
    },
  );

  test("is not known without a reading of the team", () => {
    const { evidence, action, at } = quoteInput(quoteRecord());
    const { partnerStanding: _standing, sellers: _sellers, ...rest } = nobodys;
    for (const readings of [{}, evidenceOf({ "programme.deal-team": { dealId: "1001", members: [{}] } })]) {
      const { "programme.deal-team": _team, ...others } = evidence;
      expect(facts({ evidence: { ...others, ...readings }, action, at })).toEqual(rest);
    }
  });

  test("is read for the deal of the case, with the partner that the CRM names, if any", () => {
    const read = (record: JsonObject) => approveDiscount.lookups(record, "", { objectId: "1001", args: {} });
    const team = (crmPartner: string) => ({ tool: "programme.deal-team", args: { dealId: "1001", crmPartner } });
    const approval = { tool: "quotes.approval", args: { quoteId: "Q-1001" } };
    const prices = { tool: "ledger.prices", args: { skus: "[]" } };
    const deal = { functionId: "quoting", objectType: "deal", objectId: "1001", tool: "quotes.approve-discount" };
    const first = { tool: "ledger.first-act", args: deal };
    expect(read(quoteRecord())).toEqual([team("partner-7"), approval, prices, first]);
    expect(read({})).toEqual([team(""), prices, first]);
    expect(read(quoteRecord({ partner_id: "x".repeat(257) }))).toEqual([team(""), approval, prices, first]);
  });
});

test("several who sell never go ahead by themselves, whatever is asked and however they stand", async () => {
  const standing = fc.constantFrom("active", "active", "suspended", "unknown");
  const sellers = fc.array(fc.record({ standing }), { minLength: 2, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(sellers, fc.integer({ min: 0, max: 400_000 }), async (members, discountPpm) => {
      const team = teamOf(...members.map(({ standing }, index) => ({ partnerId: `p-${index}`, standing })));
      const known = facts(teamInput(quoteAtDiscount(discountPpm), team));
      const decision = await evaluate(quoting, known);
      const blocked = discountPpm > 250_000 || known["partnerStanding"] === "suspended";
      expect({ kind: decision.kind, asks: decision.rules.some(({ id }) => id === "several-sellers") }).toEqual({
        kind: blocked ? "block" : "escalate",
        asks: true,
      });
    }),
  );
});

test("the requester is the person the record names", () => {
  expect(approveDiscount.requestedBy(quoteRecord())).toBe("seller@northwind.example");
  expect(approveDiscount.requestedBy({})).toBe("");
});
