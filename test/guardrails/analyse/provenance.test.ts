import { expect, test } from "vitest";
import type { Provenance } from "../../../domain/provenance.ts";
import { governedActions } from "../../../functions/governed-actions.ts";
import { lint } from "../../../guardrails/analyse/lint.ts";
import { governedCatalogue } from "../../../guardrails/fact-types.ts";
import { loadFacts } from "../../../guardrails/load/facts.ts";
import { policyFromDocument } from "../../../guardrails/policy-document.ts";
import { policyDocument } from "../../../guardrails/policy.ts";
import type { Limit, Policy } from "../../../guardrails/policy.ts";
import { policyOf } from "../../fixtures/policy.ts";

const quoting = policyOf("quoting");

/** Quoting as if these facts came from there. */
function from(provenance: { readonly [fact: string]: Provenance }, changes: Partial<Policy> = {}): Policy {
  const facts = quoting.facts.map((fact) => {
    const other = provenance[fact.name];
    return other === undefined ? fact : { ...fact, from: other };
  });
  return { ...quoting, facts, ...changes };
}

const claims = (policy: Policy) =>
  lint(policy, { today: "2026-03-01" })
    .filter(({ kind }) => kind === "rests-on-claims")
    .map(({ about, severity, message }) => [about[0], severity, message]);

const executing = (...facts: readonly string[]): Policy["rules"] => [
  {
    id: "passes",
    effect: "execute",
    reason: "passes",
    when: { all: facts.map((fact) => ({ fact, operator: "lessThanInclusive", value: 100 }) as const) },
  },
];
const limit = (changes: Partial<Limit>): Limit => ({
  id: "in-all",
  sum: null,
  per: [],
  window: "ever",
  cap: 100,
  warnAtPpm: null,
  over: "escalate",
  route: "partner-manager",
  ...changes,
});

test("every fact of every action says where it comes from", () => {
  const silent = Object.entries(governedCatalogue()).flatMap(([id, facts]) =>
    facts.filter((fact) => fact.from === undefined).map(({ name }) => `${id}: ${name}`),
  );
  expect(silent).toEqual([]);
});

test("no shipped limit rests on claims alone", () => {
  const found = Object.keys(governedActions).flatMap((id) => claims(policyOf(id)));
  expect(found).toEqual([]);
});

test("a rule that executes on nothing but what the requester writes is warned of", () => {
  const rules = executing("effectiveDiscount", "listPrice");
  expect(claims(from({ effectiveDiscount: "requester", listPrice: "requester" }, { rules, limits: [] }))).toEqual([
    [
      "passes",
      "warning",
      "`passes` executes on nothing but `effectiveDiscount`, `listPrice`, which the requester writes; " +
        "let it rest on a fact of the system of record, or of code, too",
    ],
  ]);
  expect(claims(from({ effectiveDiscount: "requester", listPrice: "partner" }, { rules, limits: [] }))).toHaveLength(1);
  expect(claims(from({ effectiveDiscount: "model", listPrice: "model" }, { rules, limits: [] }))).toHaveLength(1);
  expect(claims(from({ effectiveDiscount: "requester" }, { rules, limits: [] }))).toEqual([]);
});

test("a rule that asks or blocks may rest on claims, and so may a candidate", () => {
  const [rule] = executing("effectiveDiscount");
  const claimed = { effectiveDiscount: "requester" } as const;
  if (rule === undefined) throw new Error("no rule");
  expect(claims(from(claimed, { rules: [{ ...rule, effect: "block" }], limits: [] }))).toEqual([]);
  expect(claims(from(claimed, { rules: [{ ...rule, state: "candidate" }], limits: [] }))).toEqual([]);
});

test.for<[string, Partial<Limit>, string[]]>([
  ["sums what the requester writes", { sum: "discountAmount", per: ["partner"] }, ["in-all"]],
  ["counts by who asks alone", { per: ["requester"] }, ["in-all"]],
  ["counts by the record's partner too", { per: ["requester", "partner"] }, []],
  ["counts all", { per: [] }, []],
])("a limit over time that %s", ([, changes, expected]) => {
  const policy = from({ discountAmount: "requester" }, { limits: [limit(changes)] });
  expect(claims(policy).map(([id]) => id)).toEqual(expected);
});

test("a facts file says where its facts come from, or leaves it open", () => {
  const loaded = loadFacts(
    "x.facts.yaml",
    "facts:\n  a: { title: A, number: 0..9, from: requester }\n  b: { title: B, number: 0..9 }\n",
  );
  expect(loaded).toMatchObject({ kind: "loaded", facts: [{ name: "a", from: "requester" }, { name: "b" }] });
  expect(loadFacts("x.facts.yaml", "facts:\n  a: { title: A, number: 0..9, from: rumour }\n").kind).toBe("refused");
});

test("a policy's document keeps where its facts come from: a decision names it by its version", () => {
  const read = policyFromDocument(JSON.stringify(policyDocument(quoting)));
  expect(read.facts.map(({ name, from: of }) => [name, of])).toContainEqual(["effectiveDiscount", "derived"]);
});
