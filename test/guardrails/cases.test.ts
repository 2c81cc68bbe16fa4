import { expect, test } from "vitest";
import { loadCases } from "../../guardrails/load/cases.ts";
import { formatProblem } from "../../guardrails/problem.ts";
import { thresholdsOf } from "../../guardrails/thresholds.ts";
import { policyOf } from "../fixtures/policy.ts";

const policy = policyOf("deal-registration");
const base = `policy: deal-registration
base: { partnerAuthorised: true, partnerCertified: true, complete: true, overlap: none, ownProtectionDays: 36500, idHeldBy: nobody, vendorEngaged: false, estimatedValue: 1.00 USD, proposedAsRequested: true, partner: p7, role: sell, account: example.com }
`;
const load = (text: string) => loadCases("deal-registration.test.yaml", text, policy);

test("a case is the base with its changes, in the policy's own units", () => {
  const text = `${base}cases:
  - name: large and unchecked
    given: { estimatedValue: 50000.01 USD }
    without: [overlap]
    expect: { decision: escalate, rules: [over-value-limit], missing: [overlap], route: partner-manager }
`;
  const facts = {
    partnerAuthorised: true,
    partnerCertified: true,
    complete: true,
    vendorEngaged: false,
    ownProtectionDays: 36_500,
    idHeldBy: "nobody",
    proposedAsRequested: true,
    partner: "p7",
    role: "sell",
    account: "example.com",
  };
  expect(load(text)).toEqual({
    kind: "loaded",
    base: { ...facts, overlap: "none", estimatedValue: 100 },
    cases: [
      {
        name: "large and unchecked",
        facts: { ...facts, estimatedValue: 5_000_001 },
        expect: { decision: "escalate", rules: ["over-value-limit"], missing: ["overlap"], route: "partner-manager" },
      },
    ],
  });
});

test("every mistake in a case is named with its place", () => {
  const text = `${base.replace("overlap: none, ", "")}cases:
  - name: one
    given: { estimatedvalue: 1.00 USD, complete: maybe }
    without: [overlaps]
    expect: { decision: escalate, rules: [over-value-limits] }
  - name: two
    given: {}
    expect: { decision: allow, rules: [] }
`;
  const loaded = load(text);
  expect(loaded.kind === "refused" ? loaded.problems.map(formatProblem) : []).toEqual([
    "deal-registration.test.yaml:2:7: `overlap` has no value; give every required fact a value here",
    "deal-registration.test.yaml:5:14: unknown fact `estimatedvalue`; did you mean `estimatedValue`?",
    "deal-registration.test.yaml:5:50: `maybe` is not a value of `complete`; write `true` or `false`",
    "deal-registration.test.yaml:6:15: unknown fact `overlaps`; did you mean `overlap`?",
    "deal-registration.test.yaml:7:43: unknown rule `over-value-limits`; did you mean `over-value-limit`?",
    "deal-registration.test.yaml:10:25: `decision` does not take `allow`; write `execute`, `escalate` or `block`",
  ]);
});

test("a policy's thresholds are the neighbouring values between which a rule turns", () => {
  expect(thresholdsOf(policyOf("quoting"))).toEqual([
    { fact: "effectiveDiscount", below: 150_000, above: 150_001 },
    { fact: "effectiveDiscount", below: 250_000, above: 250_001 },
    { fact: "listPrice", below: 50_000_000, above: 50_000_001 },
    { fact: "worstLineDiscount", below: 250_000, above: 250_001 },
    { fact: "worstLineDiscount", below: 400_000, above: 400_001 },
  ]);
});
