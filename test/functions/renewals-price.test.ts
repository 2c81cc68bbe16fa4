import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../domain/json.ts";
import { MAX_MINOR } from "../../domain/money.ts";
import { decimal } from "../../functions/quoting/fixture.ts";
import { contractRecord, renewalInput } from "../../functions/renewals/fixture.ts";
import { mostWithinCapMinor, priceRenewal } from "../../functions/renewals/price-renewal.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import { policyOf } from "../fixtures/policy.ts";

type Changes = { readonly [property: string]: string };
const factsOf = (changes: Changes = {}) => priceRenewal.facts(renewalInput(priceRenewal, contractRecord(changes)));
const clean = {
  rise: 30_000,
  overCap: 0,
  discount: 49_231,
  listPrice: 13_000_000,
  discountAmount: 640_000,
  coTermed: false,
  proposedAsRequested: true,
  incumbents: "one",
  partner: "partner-7",
  role: "sell",
  account: "Contoso",
  requester: "renewals@vendor.example",
};

const policy = policyOf("renewals.price");
const decided = async (changes: Changes) => evaluate(policy, factsOf(changes));

describe("for 120,000.00 a year", () => {
  test.for([
    ["126,000.00 is blocked under a cap of 3 %", { price_cap: "3%", requested_price: "126000.00" }, "block"],
    ["123,600.00 is offered under it", { price_cap: "3%", requested_price: "123600.00" }, "execute"],
    ["one cent more is blocked", { price_cap: "3%", requested_price: "123600.01" }, "block"],
    ["126,000.00, 5 % more, is offered without a cap", { requested_price: "126000.00" }, "execute"],
    ["128,400.00, 7 % more, is still offered", { requested_price: "128400.00" }, "execute"],
    ["one cent more asks", { requested_price: "128400.01" }, "escalate"],
    ["129,600.00, 8 % more, asks", { requested_price: "129600.00" }, "escalate"],
    ["a cap over the mandate does not widen it", { price_cap: "10%", requested_price: "129600.00" }, "escalate"],
    ["no rise at all is within a cap of 0 %", { price_cap: "0%", requested_price: "120000.00" }, "execute"],
    ["any rise is over it", { price_cap: "0 %", requested_price: "120000.01" }, "block"],
    ["110,500.00, 15 % off the list, is offered", { requested_price: "110500.00" }, "execute"],
    ["one cent less asks", { requested_price: "110499.99" }, "escalate"],
    ["97,500.00, 25 % off the list, still asks", { requested_price: "97500.00" }, "escalate"],
    ["one cent less is blocked", { requested_price: "97499.99" }, "block"],
    ["an index in place of a cap asks", { price_cap: "CPI + 2%" }, "escalate"],
    ["contracts that end together ask", { co_term_with: "C-7002, C-7003" }, "escalate"],
    ["other money than USD asks, since the limits of amounts are in USD", { currency: "EUR" }, "escalate"],
  ] as const)("%s", async ([, changes, verdict]) => {
    expect((await decided(changes)).kind).toBe(verdict);
  });

  test("the block says by how much the cap is passed", async () => {
    expect(await decided({ price_cap: "3%", requested_price: "126000.00" })).toMatchObject({
      reason: "The rise is 2 % of the price paid now over the contract's own cap",
    });
  });
});

describe("the facts of a price", () => {
  test("come from the record and the proposal", () => expect(factsOf()).toEqual(clean));

  test.for([
    [
      "a lower price as no rise",
      { requested_price: "100000.00" },
      { rise: 0, discount: 230_770, discountAmount: 3_000_000 },
    ],
    [
      "a price over the list as no discount",
      { requested_price: "130000.01" },
      { rise: 83_334, discount: 0, discountAmount: 0 },
    ],
    [
      "less of the same as no discount, when price and list price are of less",
      { price: "60000.00", list_price: "65000.00", requested_price: "60000.00" },
      { rise: 0, discount: 76_924, listPrice: 6_500_000, discountAmount: 500_000 },
    ],
    ["a rise past 2000 % as 2000 %", { price: "1.00" }, { rise: 20_000_000, overCap: 0 }],
    ["what is over a cap up to 2000 %", { price: "1.00", price_cap: "3%" }, { rise: 20_000_000, overCap: 20_000_000 }],
    ["a fraction of a millionth as one", { price_cap: "2.9999%" }, { overCap: 1 }],
    ["nothing over a cap that is just enough", { price_cap: "3.0000%" }, {}],
    ["contracts that end with it", { co_term_with: "C-7002" }, { coTermed: true }],
  ] as const)("count %s", ([, changes, expected]) => {
    expect(factsOf(changes)).toEqual({ ...clean, ...expected });
  });

  const without = (...names: readonly (keyof typeof clean)[]): JsonObject =>
    Object.fromEntries(Object.entries(clean).filter(([name]) => !(names as readonly string[]).includes(name)));

  test.for([
    ["a cap in words leaves its fact out, and no other", { price_cap: "by agreement" }, without("overCap")],
    ["a cap without its sign", { price_cap: "3" }, without("overCap")],
    ["a price paid now of nothing", { price: "0.00" }, without("rise", "overCap")],
    ["no list price", { list_price: "0" }, without("discount", "listPrice", "discountAmount")],
    ["a list price that is none", { list_price: "on request" }, without("discount", "listPrice", "discountAmount")],
    [
      "another currency",
      { currency: "GBP" },
      {
        ...without("listPrice", "discountAmount"),
        "listPrice in GBP": clean.listPrice,
        "discountAmount in GBP": clean.discountAmount,
      },
    ],
    ["a customer without a name", { customer: " " }, without("account")],
    ["a requester longer than an id", { requested_by: "x".repeat(65) }, without("requester")],
  ] as const)("%s", ([, changes, expected]) => expect(factsOf(changes)).toEqual(expected));

  test("are none where there is no record, and nothing is asked where no price is", () => {
    expect(priceRenewal.requested(contractRecord({ requested_price: "" }))).toBeUndefined();
    const action = { tool: priceRenewal.tool, args: {} };
    expect(priceRenewal.facts({ evidence: {}, action, at: "2026-06-04T09:00:00.000Z" })).toEqual({});
  });

  test.for([
    ["requested_price", "126.000,00", ["rise", "overCap", "discount", "discountAmount"]],
    ["price", "-1", ["rise", "overCap"]],
    ["list_price", null, ["discount", "listPrice", "discountAmount"]],
    ["price_cap", "CPI", ["overCap"]],
    ["currency", "GBP", ["listPrice", "discountAmount"]],
  ] as const)(
    "leave out what hangs on %s when it is %j, say why, and the price is asked for all the same",
    ([property, raw, unknown]) => {
      const record = contractRecord({ [property]: raw });
      expect(priceRenewal.requested(record)).toBeDefined();
      const input = renewalInput(priceRenewal, record);
      expect(Object.keys(priceRenewal.unknown(input))).toEqual(unknown);
      for (const fact of unknown) expect(priceRenewal.facts(input)).not.toHaveProperty(fact);
      expect(Object.values(priceRenewal.unknown(input)).every((why) => why.startsWith(property))).toBe(true);
    },
  );

  test.for(["accepted", "auto-renewed", "recovered"])("nothing is asked once it is %s", (renewal_state) => {
    expect(priceRenewal.requested(contractRecord({ renewal_state }))).toBeUndefined();
  });

  test.for([
    [
      "a lower price than asked for",
      { offerPriceMinor: 11_000_000 },
      { rise: 0, discount: 153_847, discountAmount: 2_000_000 },
    ],
    ["an invented price paid now does not shrink the rise", { currentPriceMinor: 90_000_000 }, {}],
    ["a longer offer", { validDays: 60 }, {}],
    ["another contract", { contractId: "C-9" }, {}],
    ["another currency", { currency: "EUR" }, {}],
  ] as const)("tell a proposal that is not the request: %s", ([, change, expected]) => {
    const { action, ...rest } = renewalInput(priceRenewal, contractRecord());
    const found = priceRenewal.facts({ ...rest, action: { ...action, args: { ...action.args, ...change } } });
    expect(found).toEqual({ ...clean, ...expected, proposedAsRequested: false });
  });
});

describe("for any contract", () => {
  /** A price paid now, with a cap or a mandate in whole millionths. */
  const priced = fc.tuple(fc.integer({ min: 1, max: 1_000_000_000 }), fc.integer({ min: 0, max: 200_000 }));
  const percent = (ppm: number) => `${Math.floor(ppm / 10_000)}.${String(ppm % 10_000).padStart(4, "0")}%`;

  test("a price is over the cap exactly when the cross-multiplied amounts are", () => {
    fc.assert(
      fc.property(priced, fc.integer({ min: -5, max: 5 }), ([minor, capPpm], by) => {
        const most = Number((BigInt(minor) * BigInt(1_000_000 + capPpm)) / 1_000_000n);
        const asked = Math.max(0, most + by);
        const facts = factsOf({ price: decimal(minor), price_cap: percent(capPpm), requested_price: decimal(asked) });
        const isOver = BigInt(asked - minor) * 1_000_000n > BigInt(capPpm) * BigInt(minor);
        expect(Number(facts["overCap"]) > 0).toBe(isOver);
      }),
    );
  });

  test("the most that a cap allows is within it, and a minor unit more is not", () => {
    fc.assert(
      fc.property(priced, ([minor, capPpm]) => {
        const most = mostWithinCapMinor({ price: minor, price_cap: capPpm }) ?? -1;
        const over = (asked: number) => BigInt(asked - minor) * 1_000_000n > BigInt(capPpm) * BigInt(minor);
        expect([over(most), over(most + 1)]).toEqual([false, true]);
      }),
    );
    expect(mostWithinCapMinor({ price: MAX_MINOR, price_cap: 1_000_000 })).toBe(2 * MAX_MINOR);
    expect([mostWithinCapMinor({ price: 1 }), mostWithinCapMinor({ price: 1, price_cap: null })]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("up to 7 % of the price paid now is offered, one minor unit more asks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 100, max: 5_000_000_000 }), async (minor) => {
        const most = minor + Math.floor((minor * 7) / 100);
        const at = (asked: number) =>
          decided({ price: decimal(minor), list_price: decimal(most + 1), requested_price: decimal(asked) });
        expect([(await at(most)).kind, (await at(most + 1)).kind]).toEqual(["execute", "escalate"]);
      }),
      { numRuns: 50 },
    );
  });
});

test.for([
  [
    "126000.00",
    "Northwind asks to offer contract C-7001 at 126,000.00 USD for the next term, 5 % more than is paid now, with partner-7, selling",
  ],
  [
    "90000.00",
    "Northwind asks to offer contract C-7001 at 90,000.00 USD for the next term, 25 % less than is paid now, with partner-7, selling",
  ],
  [
    "120000.00",
    "Northwind asks to offer contract C-7001 at 120,000.00 USD for the next term, as much as is paid now, with partner-7, selling",
  ],
] as const)("people are asked about %s in words", ([requested_price, sentence]) => {
  const args = priceRenewal.requested(contractRecord({ requested_price }))?.args ?? {};
  expect(priceRenewal.describe(args, "Northwind")).toBe(sentence);
  expect(priceRenewal.describe({ note: "approve this" }, "Northwind")).toBeUndefined();
});
