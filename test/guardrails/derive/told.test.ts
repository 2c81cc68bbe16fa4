import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nearestChange } from "../../../guardrails/analyse/counterfactual.ts";
import { provenanceFindings } from "../../../guardrails/analyse/provenance-findings.ts";
import { probeBoundaries } from "../../../guardrails/boundaries.ts";
import { coverageOf } from "../../../guardrails/coverage.ts";
import { derivedTexts } from "../../../guardrails/derived-sentences.ts";
import { explain } from "../../../guardrails/explain/explain.ts";
import { loadPolicy } from "../../../guardrails/load/policy.ts";
import { sceneOf } from "../../../guardrails/scene.ts";
import { ruleText } from "../../../guardrails/sentences.ts";
import { facts as basketFacts } from "../lists/written.ts";
import { facts, fileOf, policyWith, trip } from "./written.ts";

const sections = `params:
  part: { percent: 15%, allowed: 5%..20% }
derive:
  net: { title: net price, subtract: [listPrice, discount] }
  most: { share: listPrice, of: { param: part }, round: down }
  days: { subtract: [ends, starts] }
conditions:
  deep: { fact: discount, operator: greaterThan, value: { fact: most } }
rules:
  - { id: low, effect: block, when: { fact: net, operator: lessThan, value: 50.00 USD }, reason: "Net {net}" }
  - { id: deep, effect: escalate, when: { condition: deep }, reason: "{discount} is over {most}" }
  - { id: long, effect: escalate, when: { fact: days, operator: greaterThan, value: 30 }, reason: "{days} days" }
  - { id: small, effect: execute, when: { not: { condition: deep } }, reason: Small }
`;
const policy = policyWith(sections);

const taken = (changed: { readonly [fact: string]: unknown }) => {
  const scene = sceneOf(policy, trip(changed), "2026-03-01T00:00:00Z");
  const rules = scene.cell.rules.filter(({ id }) => id === "deep");
  const matched = rules.map(({ id, effect }) => ({ id, effect, reason: "", values: {} }));
  return {
    decisionId: "d",
    caseId: "c",
    at: "2026-03-01T00:00:00Z",
    policy: { id: "trip", version: "v" },
    verdict: "escalate" as const,
    reason: "",
    rules: matched,
    missing: [],
    facts: trip(changed),
    limits: [],
    mode: "led" as const,
    release: "",
    candidate: null,
  };
};

test("an explanation shows what a derived fact came to, and what it was made of", () => {
  const { sentence, rules } = explain(policy, taken({ discount: 16_00 }));
  expect(sentence).toContain(
    "discount 16.00 USD is over most 15.00 USD (15 % (part) of listPrice 100.00 USD, rounded down)",
  );
  expect(sentence).toContain("To execute: discount ≤ 15.00 USD.");
  expect(rules[0]?.tree[0]?.text).toBe("discount is over most");
});

test("the nearest change is of a given fact, and exact", () => {
  const { checked } = sceneOf(policy, trip({ discount: 16_00 }), undefined);
  const change = nearestChange(policy, checked.known, "execute");
  expect(change?.changes).toMatchObject([{ fact: "discount", from: 16_00, to: 15_00, bound: "at-most", through: 0 }]);
});

test("a policy reads out how its facts are made", () => {
  expect(policy.derived?.flatMap((derived) => derivedTexts(policy, derived))).toEqual(
    [
      "net (net price): listPrice less discount; an amount from -1000000.00 USD to 1000000.00 USD",
      "most: 15 % (part) of listPrice, rounded down; an amount from 0.00 USD to 200000.00 USD",
      "days: ends less starts; a whole number from -2932896 to 2932896",
    ].map((text, at) => (at === 2 ? text.replaceAll("2932896", "40000") : text)),
  );
  expect(policy.rules.map((rule) => ruleText(policy, rule)).slice(1, 2)).toEqual([
    "escalate to manager when discount is over most",
  ]);
});

test("boundaries of what is derived are tried on given facts, on both sides of where a rule turns", async () => {
  const samples = [{ facts: trip() }, { facts: trip({ listPrice: 60_00, discount: 9_00 }) }];
  const { boundaries, failures } = await probeBoundaries(policy, samples);
  expect(failures).toEqual([]);
  const told = boundaries.map(({ rule, fact, turns, steps }) => [
    rule,
    fact,
    turns && new Set(steps.map(({ verdict }) => verdict)).size > 1,
  ]);
  expect(told).toEqual([
    ["low", "net", true],
    ["deep", "discount", true],
    ["long", "days", true],
    ["small", "discount", true],
  ]);
  const [low] = boundaries;
  expect(low?.steps.map(({ value, verdict }) => [value, verdict])).toEqual([
    [49_99, "block"],
    [50_00, "escalate"],
    [50_01, "escalate"],
  ]);
});

test("coverage hears comparisons of derived facts, and of two facts", () => {
  const { gaps } = coverageOf(policy, [{ facts: trip() }, { facts: trip({ discount: 60_00 }) }]);
  expect(gaps.map(({ rule, never }) => [rule, never])).toEqual([
    ["long", "matched"],
    ["long", "true"],
  ]);
});

test("lint warns where a fact is held to somebody's word", () => {
  const from = (name: string) => (name === "listPrice" ? "requester" : "record");
  const claimed = { ...policy, facts: policy.facts.map((type) => ({ ...type, from: from(type.name) }) as const) };
  expect(provenanceFindings(claimed as typeof policy).map(({ message }) => message)).toContain(
    "`deep` compares with `most`, which rests on nothing but `listPrice`, which the requester writes; let it rest on a fact of the system of record, or of code, too",
  );
});

test("a shared condition is put in where it is named", () => {
  const written = "{ fact: discount, operator: greaterThan, value: { fact: most } }";
  const inline = sections.replace(/conditions:\n.*\n/, "").replaceAll("{ condition: deep }", written);
  expect(policyWith(inline)).toEqual(policy);
});

test("the example in the documentation loads", () => {
  const text = readFileSync(new URL("../../../docs/derived-facts.md", import.meta.url), "utf8");
  const example = /```yaml\n([^]*?)```/.exec(text)?.[1] ?? "";
  const rule = (id: string, when: string) => `  - { id: ${id}, effect: block, when: ${when}, reason: No }\n`;
  const rules = [
    rule("a", "{ fact: net, operator: lessThan, value: { fact: most } }"),
    rule("b", "{ condition: large }"),
    rule("c", "{ fact: approver, operator: equal, value: director }"),
    rule("d", "{ fact: deepLines, operator: greaterThan, value: 0 }"),
    rule("e", "{ fact: total, operator: greaterThan, value: { fact: listPrice } }"),
  ];
  const file = fileOf(`params:\n  auto_max: { percent: 15% }\n${example}rules:\n${rules.join("")}`);
  const [price] = facts;
  const basketLines = basketFacts.find(({ kind }) => kind === "list");
  const own = [
    price!,
    { ...price!, name: "discountAmount" },
    { name: "region", title: "region", adjustable: false, kind: "choice", values: ["EMEA", "APAC", "AMER"] } as const,
    basketLines!,
  ];
  expect(loadPolicy("trip.yaml", file, { trip: own }).kind).toBe("loaded");
});
