import { describe, expect, test } from "vitest";
import { readAsked, type FactFault, type GivenFacts } from "../../deciding/asked-facts.ts";
import type { JsonObject } from "../../domain/json.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import { policyOf } from "../fixtures/policy.ts";

const at = "2026-03-02T09:00:00.000Z";
const { facts: types } = policyOf("quoting");
const fields: JsonObject = {
  quote_id: "Q-1001",
  quote_list_price: "600000.00 USD",
  quote_net_price: "540000.00 USD",
  quote_concessions: "6000.00",
  quote_floor_price: "400000.00",
  quote_protected_terms: "none",
};

const read = (given: Partial<GivenFacts>) => readAsked({ policy: "quoting", facts: {}, ...given }, types, { at });

function faultsOf(given: Partial<GivenFacts>): readonly FactFault[] {
  const answer = read(given);
  return answer.kind === "wrong" ? answer.faults : [];
}
const paths = (given: Partial<GivenFacts>) => faultsOf(given).map(({ path }) => path.join("/"));

describe("facts that a caller brings", () => {
  test("are read in their units, and nothing is derived of them", () => {
    const written = { effectiveDiscount: "12%", listPrice: "100000.00 USD" };
    const answer = read({ facts: quoteFacts(written) });
    expect(answer).toEqual({ kind: "read", facts: quoteFacts(), derived: [], unknown: {}, remarks: [] });
  });

  test("are all told of that are wrong, with what would be right", () => {
    expect(faultsOf({ facts: { efectiveDiscount: 1, colour: "blue", worstLineDiscount: -1, deal: "D-1" } })).toEqual([
      { path: ["facts", "efectiveDiscount"], detail: "no such fact: did you mean effectiveDiscount?" },
      { path: ["facts", "colour"], detail: `no such fact: there are ${types.map(({ name }) => name).join(", ")}` },
      {
        path: ["facts", "worstLineDiscount"],
        detail: "expected a percentage from 0% to 2000% as text, or whole parts per million",
      },
    ]);
  });

  test("that contradict each other are pointed at where they were given", () => {
    const facts = quoteFacts({ effectiveDiscount: 40, discountAmount: 4_000_000 });
    expect(paths({ facts }).toSorted()).toEqual(["facts/discountAmount", "facts/effectiveDiscount", "facts/listPrice"]);
  });

  test("of a policy that no function computes are taken as they are", () => {
    expect(read({ policy: "shipping", facts: { deal: "D-1" } })).toMatchObject({ facts: { deal: "D-1" } });
  });
});

describe("fields", () => {
  test("tell facts, beside those that are given", () => {
    const answer = read({ fields, facts: { sellers: "one", effectiveDiscount: "11%" } });
    if (answer.kind !== "read") throw new Error("refused");
    expect(answer.facts).toMatchObject({ effectiveDiscount: 110_000, listPrice: 60_000_000, sellers: "one" });
    expect(answer.derived).toEqual(expect.arrayContaining(["listPrice", "discountAmount"]));
    expect(answer.derived.filter((name) => ["sellers", "effectiveDiscount"].includes(name))).toEqual([]);
  });

  test("say why a fact is not known, unless it is given", () => {
    const unsaid = { ...fields, quote_free_months: "12" };
    const told = read({ fields: unsaid });
    const given = read({ fields: unsaid, facts: { effectiveDiscount: "11%" } });
    if (told.kind !== "read" || given.kind !== "read") throw new Error("refused");
    expect(told.unknown["effectiveDiscount"]).toContain("without quote_lines nobody can say what they are worth");
    expect(Object.keys(given.unknown)).not.toContain("effectiveDiscount");
  });

  test("left empty are no fault", () => {
    expect(faultsOf({ fields: { ...fields, quote_concessions: "", quote_free_months: null } })).toEqual([]);
  });

  test.for<[string, JsonObject, string, string]>([
    ["a misspelt name", { quote_nett_price: "1.00" }, "fields/quote_nett_price", "did you mean quote_net_price?"],
    [
      "a fraction",
      { quote_concessions: 0.5 },
      "fields/quote_concessions",
      "quote_concessions: write a fraction as text",
    ],
    ["too many decimals", { quote_net_price: "1.001 USD" }, "fields/quote_net_price", "decimals"],
  ])("%s is pointed at", ([, changes, path, detail]) => {
    const faults = faultsOf({ fields: { ...fields, ...changes } });
    expect(faults.map((fault) => fault.path.join("/"))).toEqual([path]);
    expect(faults[0]?.detail).toContain(detail);
  });

  test("and facts must tell the same: both sides are pointed at", () => {
    expect(faultsOf({ fields, facts: { effectiveDiscount: "10%" } })).toEqual([
      { path: ["facts", "effectiveDiscount"], detail: "effectiveDiscount says 100000, and the fields come to 110000" },
      { path: ["fields"], detail: "they come to 110000 for effectiveDiscount, and facts say 100000" },
    ]);
  });

  test("that contradict each other are pointed at by name, and a fact they come to by all of them", () => {
    const lines = [{ sku: "A", quantity: 1, list_unit_price: "600000", net_unit_price: "1" }];
    expect(paths({ fields: { ...fields, quote_lines: lines } }).toSorted()).toEqual([
      "fields/quote_lines",
      "fields/quote_net_price",
    ]);
  });

  test("tell nothing for a policy that no function computes", () => {
    expect(faultsOf({ policy: "shipping", fields })).toEqual([
      { path: ["fields"], detail: "no fact of shipping comes from fields" },
    ]);
  });
});
