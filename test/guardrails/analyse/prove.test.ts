import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prove } from "../../../guardrails/analyse/prove.ts";
import type { Proof } from "../../../guardrails/analyse/prove.ts";
import { cellOf, startOfDay } from "../../../guardrails/cell.ts";
import { evaluate } from "../../../guardrails/evaluate.ts";
import type { Condition, Invariant, Override, Policy } from "../../../guardrails/policy.ts";
import { testOf } from "../../../guardrails/ternary.ts";
import type { Known } from "../../../guardrails/ternary.ts";
import { complete, knownOf, leaving, moments, optionalNames, policies } from "../../fixtures/generated-policy.ts";
import { policyOf } from "../../fixtures/policy.ts";

type Counterexample = Extract<Proof, { readonly kind: "counterexample" }>;

const quoting = policyOf("quoting");
const over = (param: string): Condition => ({ fact: "effectiveDiscount", operator: "greaterThan", value: { param } });

function proved(invariant: Invariant, changed: Partial<Policy> = {}) {
  const [proof] = prove({ ...quoting, ...changed, invariants: [invariant] });
  return proof!;
}

describe("the discount limits", () => {
  test("over 25 % is always blocked, and nothing over 15 % executes", () => {
    expect(proved({ id: "ceiling", always: "block", when: over("manager_max") }).kind).toBe("proved");
    expect(proved({ id: "mandate", never: "execute", when: over("auto_max") }).kind).toBe("proved");
  });

  test("over 15 % is not always blocked: a request says so", async () => {
    const proof = proved({ id: "strict", always: "block", when: over("auto_max") });
    expect(proof).toMatchObject({ kind: "counterexample", overrides: [], day: null });
    const { facts, verdict } = proof as Counterexample;
    expect(facts["effectiveDiscount"]).toBe(150_001);
    expect((await evaluate(quoting, facts)).kind).toBe(verdict);
  });

  test("an override that breaks an invariant is named, with a day on which it does", async () => {
    const wide: Override = {
      id: "wide",
      for: { partnerStanding: ["active"] },
      from: "2026-01-01",
      until: "2026-07-01",
      set: { auto_max: 180_000 },
      reason: "a programme",
    };
    const when: Condition = { fact: "effectiveDiscount", operator: "greaterThan", value: 150_000 };
    const proof = proved({ id: "mandate", never: "execute", when }, { overrides: [wide] });
    expect(proof).toMatchObject({ kind: "counterexample", overrides: ["wide"], day: "2026-01-01" });
    const { facts } = proof as Counterexample;
    const at = startOfDay("2026-01-01", quoting.timezone);
    expect((await evaluate({ ...quoting, overrides: [wide] }, facts, { at })).kind).toBe("execute");
  });

  test("a candidate rule proves nothing", () => {
    const rules = quoting.rules.map((rule) =>
      rule.id === "over-ceiling" ? { ...rule, state: "candidate" as const } : rule,
    );
    expect(proved({ id: "ceiling", always: "block", when: over("manager_max") }, { rules }).kind).toBe(
      "counterexample",
    );
  });
});

test("a pattern that no text was found for stays open, and is never guessed", () => {
  const odd = "^(?:ab?){3}c[^\\x00-\\x{10FFFE}]$";
  const note = { name: "note", title: "note", adjustable: false, kind: "text", maxLength: 50 } as const;
  const matches: Condition = { fact: "note", operator: "matches", value: odd };
  const rules = [{ id: "noted", effect: "execute", when: matches, reason: "holds" }] as const;
  const proof = proved({ id: "never-noted", never: "execute", when: matches }, { facts: [note], params: [], rules });
  expect(proof).toMatchObject({ kind: "undecided", why: expect.stringContaining("`note`") });
});

const requests = fc.tuple(complete, fc.subarray([...optionalNames])).map(([given, left]) => leaving(given, left));
const asked = fc.array(fc.tuple(requests, moments), { minLength: 25, maxLength: 25 });
const wanted = fc.constantFrom(
  { never: "execute" },
  { never: "escalate" },
  { never: "block" },
  { always: "execute" },
  { always: "escalate" },
  { always: "block" },
) as fc.Arbitrary<{ readonly never: "execute" }>;

test("no request refutes a proof, and every counterexample is one", async () => {
  await fc.assert(
    fc.asyncProperty(policies(5), wanted, asked, async (policy, claim, list) => {
      const [first, ...rules] = policy.rules;
      const invariant: Invariant = { id: "claimed", when: first!.when, ...claim };
      const claimed: Policy = { ...policy, rules, invariants: [invariant] };
      const [proof] = prove(claimed);
      const isBroken = (verdict: string) =>
        "never" in invariant ? verdict === invariant.never : verdict !== invariant["always"];
      const breaks = async (facts: Known, at: string | null) => {
        const known = knownOf(claimed, facts);
        const cell = at === null ? claimed : cellOf(claimed, known, at);
        const { kind } = await evaluate(claimed, facts as never, at === null ? {} : { at });
        return testOf(invariant.when, cell.params)(known) === true && isBroken(kind);
      };
      const isRefuted =
        proof!.kind === "proved" && (await Promise.all(list.map(([facts, at]) => breaks(facts, at)))).some(Boolean);
      expect(isRefuted).toBe(false);
      const isReal =
        proof!.kind !== "counterexample" ||
        (await breaks(proof!.facts as never, proof!.day === null ? null : startOfDay(proof!.day, policy.timezone)));
      expect(isReal).toBe(true);
    }),
    { numRuns: 80, endOnFailure: true },
  );
});
