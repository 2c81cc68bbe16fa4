import { describe, expect, test } from "vitest";
import { lookUp, noLists } from "../../deciding/lists.ts";
import { ratesFault } from "../../deciding/rates.ts";
import type { JsonObject } from "../../domain/json.ts";
import { approveDiscount } from "../../functions/quoting/approve-discount.ts";
import { quoteFacts, quoteInput, quoteRecord } from "../../functions/quoting/fixture.ts";
import { knownFacts } from "../../functions/known-facts.ts";
import { differenceOf } from "../../functions/shared/taking-back.ts";
import { diffPolicies } from "../../guardrails/analyse/diff.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import { governedCatalogue } from "../../guardrails/fact-types.ts";
import { asksOf } from "../../guardrails/limits.ts";
import { loadPolicy } from "../../guardrails/load/policy.ts";
import { policyFromDocument } from "../../guardrails/policy-document.ts";
import { policyDocument } from "../../guardrails/policy.ts";
import { modeTexts } from "../../guardrails/section-sentences.ts";
import type { Known } from "../../guardrails/ternary.ts";
import { policyText } from "../../guardrails/written-policy.ts";
import { listLoosenings } from "../../releases/lists.ts";
import { policyLoosenings } from "../../releases/loosening.ts";
import { holding, listedPolicy, lists, ratedText } from "../fixtures/name-lists.ts";
import { policyOf, shippedBrand, shippedShared } from "../fixtures/policy.ts";
import { refuses } from "./traps.ts";

const policy = listedPolicy(ratedText);
const load = (file: string, text: string) =>
  loadPolicy(file, text, governedCatalogue(), { shared: shippedShared, brand: shippedBrand, lists });
const at = "2026-03-20T23:59:59.999Z";
const rate = "2026-03-20 EUR USD 1.0842 ECB";
const held = holding({ fx: [rate, "2026-03-19 EUR USD 2 ECB", "2026-03-21 EUR USD 3 ECB"] });

/** A quote whose amounts are in euros. */
function inEuros(list: number, discount: number): JsonObject {
  const { listPrice: _, discountAmount: __, ...others } = quoteFacts();
  return { ...others, "listPrice in EUR": list, "discountAmount in EUR": discount };
}

describe("a policy that reads other currencies", () => {
  test("says which one it thinks in, and how old a rate may be", () => {
    expect(policy.rates).toEqual({ currency: "USD", list: "fx", withinDays: 7 });
    expect(modeTexts(policy)).toContain(
      "amounts in other currencies are read in USD, by the newest rate of the list fx that is at most 7 days old, rounded up",
    );
  });

  test("comes back from its version, and from its file", () => {
    expect(policyFromDocument(JSON.stringify(policyDocument(policy)))).toEqual(policy);
    const read = load("quoting.yaml", policyText(policy));
    expect(read.kind === "loaded" && read.policy.rates).toEqual(policy.rates);
  });

  test("differs from one that reads none, and takes two people, as every rate does", () => {
    expect(diffPolicies(policyOf("quoting"), policy).beside).toEqual(["how amounts in other currencies are read"]);
    expect(policyLoosenings(policyOf("quoting"), policy)).toEqual(["how amounts in other currencies are read changed"]);
    expect(listLoosenings({ policy }, "fx", { adds: true, removes: false })).toHaveLength(1);
    expect(listLoosenings({ policy: policyOf("quoting") }, "fx", { adds: true, removes: false })).toEqual([]);
  });
});

describe("an amount in another currency", () => {
  const read = (facts: JsonObject, from = held, when = at) => lookUp(policy, { facts, at: when }, from);

  test("is read by the rate of its day, which is kept with its proof and the amount as it was asked", () => {
    const found = read(inEuros(10_000_000, 1_000_001));
    expect(found.facts).toMatchObject({
      listPrice: 10_842_000,
      discountAmount: 1_084_202,
      "listPrice in EUR": 10_000_000,
    });
    expect(found.rates.map(({ fact, line, list }) => [fact, line, list])).toEqual([
      ["listPrice", rate, "fx"],
      ["discountAmount", rate, "fx"],
    ]);
    expect(ratesFault(policy, found.facts, at, found.rates)).toBeUndefined();
  });

  test("is what limits draw", () => {
    const { facts } = read(inEuros(10_000_000, 1_000_001));
    const { asks } = asksOf(policy, facts as Known, at);
    expect(asks.find(({ limit }) => limit.sum === "discountAmount")?.asked).toBe(1_084_202);
  });

  test.for([
    ["while no version is in force", noLists, at, "no version of the list `fx` is in force"],
    [
      "a day after the last rate is as old as it may be",
      holding({ fx: [rate] }),
      "2026-03-28T00:00:00.000Z",
      "no rate from EUR to USD in `fx` that is at most 7 days old",
    ],
    ["before there was a rate", holding({ fx: [rate] }), "2026-03-19T23:59:59.999Z", "no rate from EUR to USD"],
    ["of which there is none", holding({ fx: ["2026-03-20 GBP USD 1.3 ECB"] }), at, "no rate from EUR to USD"],
  ] as const)("is not known %s, and asks people, who are told why", async ([, from, when, why]) => {
    const found = read(inEuros(1_000_000, 100_000), from, when);
    expect(found.unknown["listPrice"]).toContain(why);
    expect(found.rates).toEqual([]);
    const decision = await evaluate(policy, found.facts, { at: when });
    expect(decision).toMatchObject({
      kind: "escalate",
      missing: expect.arrayContaining(["listPrice", "discountAmount"]) as unknown,
    });
  });

  test("executes up to the very limit that its amount comes to, and asks one minor unit beyond", async () => {
    const one = holding({ fx: ["2026-03-20 EUR USD 1.25 ECB"] });
    const verdict = async (minor: number) => (await evaluate(policy, read(inEuros(minor, 0), one).facts, { at })).kind;
    // 500,000.00 USD is the tier: 400,000.00 EUR at 1.25.
    expect([await verdict(40_000_000), await verdict(40_000_001)]).toEqual(["execute", "escalate"]);
  });

  test("takes the place of what an earlier gate made of it", () => {
    const found = read({ ...inEuros(10_000_000, 0), listPrice: 1 });
    expect(found.facts["listPrice"]).toBe(10_842_000);
    const gone = read({ ...inEuros(10_000_000, 0), listPrice: 1 }, noLists);
    expect(gone.facts["listPrice"]).toBeUndefined();
  });

  test.for<[string, (facts: JsonObject) => JsonObject]>([
    ["another amount", (facts) => ({ ...facts, listPrice: 1 })],
    ["another amount that was asked", (facts) => ({ ...facts, "listPrice in EUR": 1 })],
  ])("is told as wrong where the record says %s", ([, changed]) => {
    const found = read(inEuros(10_000_000, 0));
    expect(ratesFault(policy, changed(found.facts), at, found.rates)).toContain("`listPrice` is recorded as");
  });

  test("is told as wrong where the record has another rate, one that was not fresh, or none", () => {
    const found = read(inEuros(10_000_000, 0));
    const other = found.rates.map((one) => ({ ...one, line: rate.replace("1.0842", "1.0843") }));
    expect(ratesFault(policy, found.facts, at, other)).toContain("makes it nothing");
    expect(ratesFault(policy, found.facts, "2026-03-28T00:00:00.000Z", found.rates)).toContain("makes it nothing");
    expect(ratesFault(policy, found.facts, at, [])).toContain("no rate of it is recorded");
    expect(ratesFault(policyOf("quoting"), found.facts, at, found.rates)).toContain("reads no rates");
  });
});

test("a quote in another currency tells its amounts in that one", () => {
  const facts = approveDiscount.facts(quoteInput(quoteRecord({ quote_currency: "EUR" })));
  expect(facts["listPrice"]).toBeUndefined();
  expect(facts["listPrice in EUR"]).toBe(approveDiscount.facts(quoteInput(quoteRecord()))["listPrice"]);
});

describe("rates are refused where", () => {
  refuses(
    [
      {
        name: "the list is misspelt",
        change: "list: fx",
        to: "list: ▸fxs",
        says: ["there is no sound list `fxs`; write or mend `shared/fxs.list.yaml`"],
      },
      {
        name: "the list holds names",
        change: "list: fx",
        to: "list: ▸barred",
        says: ["the list `barred` holds no rates; name one that says `of: rate`"],
      },
      {
        name: "no amount is in the currency",
        change: "currency: USD",
        to: "currency: ▸EUR",
        says: ["no amount that this policy reads is in EUR; write `USD`"],
      },
      {
        name: "they may be any age",
        change: "within: 7d",
        to: "within: ▸367d",
        says: ["`within` does not take `367d`; write how old a rate may be, 0 to 366 days such as `7d`"],
      },
    ],
    ratedText,
    { file: "quoting.yaml", load },
  );
});

test.for<[string, JsonObject, JsonObject, string]>([
  ["the same, whatever a list said of it", { ...quoteFacts(), "partner in approved": true }, quoteFacts(), "none"],
  [
    "the same amount, which a policy converted",
    { listPrice: 108, "listPrice in EUR": 100 },
    { "listPrice in EUR": 100 },
    "none",
  ],
  ["another amount", { listPrice: 108, "listPrice in EUR": 100 }, { "listPrice in EUR": 101 }, "outside"],
  ["another currency", { listPrice: 108, "listPrice in EUR": 100 }, { "listPrice in GBP": 100 }, "outside"],
  [
    "the same, of which a policy without rates knew no amount",
    { seats: 1 },
    { seats: 1, "listPrice in EUR": 100 },
    "none",
  ],
])("what was decided is held against the record: %s", ([, decided, read, difference]) => {
  expect(differenceOf(decided, read, {})).toBe(difference);
});

test("an amount that contradicts its record is not known in another currency either", () => {
  const lines = JSON.stringify([{ sku: "a", quantity: 1, list: "1.00", net: "1.00" }]);
  const contradicting = quoteRecord({ quote_currency: "EUR", quote_lines: lines });
  const input = quoteInput(contradicting);
  const denied = approveDiscount.agrees(approveDiscount.facts(input), input).flatMap(({ facts }) => facts);
  const { facts } = knownFacts(approveDiscount, input);
  for (const fact of denied) expect(facts[`${fact} in EUR`]).toBeUndefined();
  expect(
    knownFacts(
      { ...approveDiscount, agrees: () => [{ between: ["listPrice"], facts: ["listPrice"], reason: "apart" }] },
      quoteInput(quoteRecord({ quote_currency: "EUR" })),
    ).facts,
  ).toEqual(expect.not.objectContaining({ "listPrice in EUR": expect.anything() as unknown }));
});
