import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../domain/json.ts";
import { sharePpm } from "../../domain/ppm.ts";
import { knownFacts } from "../../functions/known-facts.ts";
import { agent } from "../../functions/quoting/agent.ts";
import { approveDiscount } from "../../functions/quoting/approve-discount.ts";
import { decimal, quoteInput, quoteRecord } from "../../functions/quoting/fixture.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import { policyOf } from "../fixtures/policy.ts";

const quoting = policyOf("quoting");
const told = (changes: JsonObject) => knownFacts(approveDiscount, quoteInput(quoteRecord(changes)));
const discounts = (changes: JsonObject) => {
  const { facts, unknown } = told(changes);
  const { effectiveDiscount = null, worstLineDiscount = null, discountAmount = null } = facts;
  return { known: [effectiveDiscount, worstLineDiscount, discountAmount], why: [...new Set(Object.values(unknown))] };
};

const line = (changes: JsonObject = {}): JsonObject => ({
  sku: "CORE",
  quantity: "100",
  list_unit_price: "1000.00",
  net_unit_price: "880.00",
  ...changes,
});
const lines = (...given: readonly JsonObject[]) => ({ quote_lines: JSON.stringify(given) });

describe("the lines of a quote", () => {
  test.for([
    ["no lines are one line", {}, [120_000, 120_000, 1_200_000]],
    ["one line is the quote", lines(line()), [120_000, 120_000, 1_200_000]],
    [
      "a deep line does not hide behind the others",
      lines(line({ quantity: 80, net_unit_price: "1000" }), line({ sku: "ADD", quantity: 20, net_unit_price: "400" })),
      [120_000, 600_000, 1_200_000],
    ],
    [
      "a line at zero in a bundle is 100 % of that line",
      lines(line({ quantity: 88, net_unit_price: "1000" }), line({ sku: "GIFT", quantity: 12, net_unit_price: "0" })),
      [120_000, 1_000_000, 1_200_000],
    ],
    [
      "a line dearer than its list price has no discount",
      lines(line({ quantity: 50, net_unit_price: "1100" }), line({ sku: "B", quantity: 50, net_unit_price: "660.00" })),
      [120_000, 340_000, 1_200_000],
    ],
    [
      "concessions count on the whole: no line is better than it",
      { ...lines(line()), quote_concessions: "3000.01" },
      [150_001, 150_001, 1_500_001],
    ],
    [
      "three free months of twelve are a quarter",
      {
        ...lines(
          line({ list_unit_price: "50", net_unit_price: "50", quantity: "40", months_free: "3" }),
          line({ sku: "B", list_unit_price: "633.33333333", net_unit_price: "570", quantity: "10" }),
        ),
        quote_term_months: "12",
        quote_free_months: "3",
        quote_net_price: "86400.00",
      },
      [136_000, 250_000, 1_360_000],
    ],
    [
      "a ramp counts with each year's own quantity and price",
      {
        ...lines(
          line({
            quantity: "10",
            list_unit_price: "500",
            net_unit_price: "500",
            ramp: [{ quantity: "5", net_unit_price: "100" }, {}],
          }),
        ),
        quote_term_months: "22",
        quote_list_price: "80000.00",
        quote_net_price: "56000.00",
        quote_floor_price: "0",
      },
      [300_000, 300_000, 2_400_000],
    ],
    [
      "a line's share is rounded up to the millionth",
      lines(
        line({ quantity: "3", net_unit_price: "666.66666667" }),
        line({ quantity: "97", net_unit_price: "886.59793814" }),
      ),
      [120_000, 333_334, 1_200_000],
    ],
  ] as const)("%s", ([, changes, known]) => {
    expect(discounts(changes)).toEqual({ known, why: [] });
  });

  test.for([
    [
      "less list price than the quote says",
      lines(line({ quantity: "99" })),
      [
        "quote_lines: they come to 99,000.00 USD and quote_list_price is 100,000.00 USD; " +
          "quote_lines: they come to 87,120.00 USD and quote_net_price is 88,000.00 USD",
      ],
    ],
    [
      "a cent more than is paid",
      lines(line({ net_unit_price: "880.0001" })),
      ["quote_lines: they come to 88,000.01 USD and quote_net_price is 88,000.00 USD"],
    ],
    [
      "free months of a quote without a term",
      lines(line({ months_free: 1 })),
      ["quote_lines: line 1 has free months or a ramp, and the quote has no term"],
    ],
    [
      "more free months than its term has",
      { ...lines(line({ months_free: 13 })), quote_term_months: "12" },
      ["quote_lines: line 1 goes on after the quote's 12 months"],
    ],
    [
      "a ramp of more years than its term has",
      { ...lines(line({ ramp: [{}, {}] })), quote_term_months: "12" },
      ["quote_lines: line 1 goes on after the quote's 12 months"],
    ],
    [
      "other free months than the quote's",
      { ...lines(line()), quote_term_months: "12", quote_free_months: "2" },
      ["quote_lines: the most that a line has free is 0 months, and the quote says 2"],
    ],
  ] as const)("that come to %s leave the discount unknown, with that reason", ([, changes, why]) => {
    expect(discounts(changes)).toEqual({ known: [null, null, null], why });
  });

  test.for([
    ["no JSON", "[{", "quote_lines is no JSON text"],
    ["none", "[]", "quote_lines holds no list of 1 to 200 lines: is not as lines have it"],
    ["an object", "{}", "quote_lines holds no list"],
    ["too many", JSON.stringify(Array.from({ length: 201 }, () => line())), "quote_lines holds no list of 1 to 200"],
    ["a key that no line has", JSON.stringify([line({ discount: "5%" })]), "quote_lines line 1 holds something"],
    ["a quantity of zero", JSON.stringify([line({ quantity: "0" })]), "quote_lines line 1, quantity is no number"],
    [
      "a negative price",
      JSON.stringify([line(), line({ net_unit_price: "-1" })]),
      "quote_lines line 2, net_unit_price",
    ],
    ["a fraction as a number", JSON.stringify([line({ list_unit_price: 0.1 })]), "quote_lines line 1, list_unit_price"],
    [
      "nothing to be off",
      JSON.stringify([line({ list_unit_price: "0.00" })]),
      "quote_lines line 1, list_unit_price is zero",
    ],
    ["no sku", JSON.stringify([line({ sku: "" })]), "quote_lines line 1, sku is not as lines have it"],
    ["half a free month", JSON.stringify([line({ months_free: "0.5" })]), "quote_lines line 1, months_free"],
    ["an odd year", JSON.stringify([line({ ramp: [{ quantity: "x" }] })]), "quote_lines line 1, ramp, year 1"],
  ] as const)("that are %s leave the discount unknown", ([, quote_lines, why]) => {
    const found = discounts({ quote_lines });
    expect(found.known).toEqual([null, null, null]);
    expect(found.why).toEqual([expect.stringMatching(new RegExp(`^${why}`))]);
  });
});

test("the agents tell of lines what the whole discount does not show", () => {
  const given = lines(
    line({ quantity: 80, net_unit_price: "1000" }),
    line({ sku: "B", quantity: 20, net_unit_price: "400" }),
  );
  const found = (changes: JsonObject) => {
    const { evidence, action, at } = quoteInput(quoteRecord(changes));
    const readings = Object.fromEntries(Object.entries(evidence).map(([tool, { value }]) => [tool, value]));
    const findings = agent.findings({ readings, requested: action, facts: told(changes).facts, at });
    return findings.filter(({ code }) => code === "lines").map(({ statement }) => statement);
  };
  expect(found(given)).toEqual(["The quote has 2 lines: at most 60 % is off one of them."]);
  expect(found({ ...given, quote_net_price: "1.00" })).toEqual(["The quote has 2 lines: they do not add up."]);
  expect(found({})).toEqual([]);
});

describe("free months without lines", () => {
  test("leave the discount unknown, with that reason, and a person is asked", async () => {
    const changes = { quote_term_months: "36", quote_free_months: "12" };
    const why = "quote_free_months `12`: without quote_lines nobody can say what they are worth";
    expect(discounts(changes)).toEqual({ known: [null, null, null], why: [why] });
    expect(await evaluate(quoting, told(changes).facts)).toMatchObject({
      kind: "escalate",
      missing: ["effectiveDiscount", "worstLineDiscount", "discountAmount"],
    });
  });

  test("do not hide a price under the floor", async () => {
    const { facts } = told({ quote_free_months: "12", quote_floor_price: "90000.00" });
    expect((await evaluate(quoting, facts)).kind).toBe("block");
  });

  test.for([
    ["0", null, 120_000],
    ["", "36", 120_000],
    ["some", "36", null],
    ["0", "years", null],
  ] as const)("as `%s`, over a term of `%s`, leave it at %s", ([quote_free_months, quote_term_months, known]) => {
    expect(discounts({ quote_free_months, quote_term_months }).known[0]).toBe(known);
  });
});

test("lines that add up never come out better than their worst one, and never execute over its limit", async () => {
  const priced = fc.record({
    quantity: fc.integer({ min: 1, max: 1_000 }),
    listMinor: fc.integer({ min: 1, max: 1_000_000 }),
    offPpm: fc.integer({ min: 0, max: 1_000_000 }),
    monthsFree: fc.integer({ min: 0, max: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(priced, { minLength: 1, maxLength: 6 }), async (given) => {
      const each = given.map(({ quantity, listMinor, offPpm, monthsFree }, index) => {
        const netMinor = listMinor - Math.floor((listMinor * offPpm) / 1_000_000);
        const over = { list: 12 * quantity * listMinor, net: (12 - monthsFree) * quantity * netMinor };
        const written = line({
          sku: `S-${index}`,
          quantity,
          list_unit_price: decimal(listMinor),
          net_unit_price: decimal(netMinor),
          months_free: monthsFree,
        });
        return { ...over, written };
      });
      const [list, net] = [each.reduce((sum, one) => sum + one.list, 0), each.reduce((sum, one) => sum + one.net, 0)];
      const { facts } = told({
        ...lines(...each.map(({ written }) => written)),
        quote_term_months: "12",
        quote_list_price: decimal(list),
        quote_net_price: decimal(net),
        quote_floor_price: "0",
      });
      const worst = Math.max(...each.map((one) => sharePpm(one.list - one.net, one.list)));
      expect([facts["effectiveDiscount"], facts["worstLineDiscount"]]).toEqual([sharePpm(list - net, list), worst]);
      expect(worst).toBeGreaterThanOrEqual(facts["effectiveDiscount"] as number);
      const { kind } = await evaluate(quoting, facts);
      expect(worst > 250_000 && kind === "execute").toBe(false);
    }),
    { numRuns: 200 },
  );
});
