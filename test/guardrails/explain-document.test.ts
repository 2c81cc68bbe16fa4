import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { governedActions } from "../../functions/governed-actions.ts";
import { policyDocument } from "../../guardrails/policy.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { policyFromDocument } from "../../guardrails/policy-document.ts";
import { policies } from "../fixtures/generated-policy.ts";
import { policyOf } from "../fixtures/policy.ts";
import { smallQuoting } from "../fixtures/small-quoting.ts";

const documentOf = (policy: Policy) => canonicalJson(policyDocument(policy));
const quoting = policyOf("quoting");

/** A policy that says everything the language can say. */
const full: Policy = {
  ...quoting,
  timezone: "Europe/Paris",
  mode: "assisted",
  demotion: { blockedPpm: 100_000, rejectedPpm: 200_000, minimum: 20 },
  subject: "partnerStanding",
  overrides: [
    {
      id: "known-partners",
      for: { partnerStanding: ["active"] },
      from: "2026-01-01",
      until: "2026-07-01",
      set: { auto_max: 180_000 },
      reason: "H1 programme",
    },
  ],
  limits: [
    {
      id: "quarter",
      sum: "listPrice",
      per: ["partnerStanding"],
      window: "calendar-quarter",
      cap: { param: "one_tier_up" },
      warnAtPpm: 800_000,
      over: "escalate",
      route: "partner-manager",
    },
  ],
  invariants: [{ id: "ceiling", never: "execute", when: { fact: "belowFloorPrice", operator: "equal", value: true } }],
};

/** A policy as the first language wrote it. */
function firstLanguage(): { [name: string]: unknown } {
  const { id, facts, params, rules, routes, defaultRoute } = smallQuoting;
  const plain = ({ quorum: _quorum, ...route }: Policy["defaultRoute"]) => route;
  const sections = { facts, params, rules, routes: routes.map(plain), defaultRoute: plain(defaultRoute) };
  return { language: 1, id, default: smallQuoting.default, ...sections };
}

describe("a policy from its document", () => {
  test.for(Object.keys(governedActions))("is the shipped `%s` policy again", (id) => {
    const policy = policyOf(id);
    expect(policyFromDocument(documentOf(policy))).toEqual(policy);
  });

  test("is the same with every section in use", () => {
    expect(policyFromDocument(documentOf(full))).toEqual(full);
  });

  test("is any policy again, so that its version is the same", () => {
    fc.assert(
      fc.property(policies(6), (policy) => {
        expect(documentOf(policyFromDocument(documentOf(policy)))).toBe(documentOf(policy));
      }),
      { numRuns: 200 },
    );
  });

  test("of the first language has what was not said there filled in", () => {
    expect(policyFromDocument(JSON.stringify(firstLanguage()))).toEqual(smallQuoting);
  });

  const document = policyDocument(full);
  const rule = { id: "r", effect: "block", reason: "", when: { fact: "nothing", operator: "equal", value: 1 } };
  test.for([
    ["not JSON", "{", "JSON"],
    ["no language", JSON.stringify({ ...document, language: undefined }), "language"],
    ["a language to come", JSON.stringify({ ...document, language: 3 }), "language"],
    ["an unknown key", JSON.stringify({ ...document, priority: 1 }), "priority"],
    ["a section missing", JSON.stringify({ ...document, limits: undefined }), "limits"],
    ["a rule without conditions", JSON.stringify({ ...document, rules: [{ ...rule, when: { any: [] } }] }), "when"],
    ["a fact that is not declared", JSON.stringify({ ...document, rules: [rule] }), "`nothing` is not declared"],
    ["a parameter that is not declared", JSON.stringify({ ...document, params: [] }), "`manager_max` is not declared"],
    ["a rule twice", JSON.stringify({ ...document, rules: [full.rules[0], full.rules[0]] }), "declared twice"],
    ["a default that executes", JSON.stringify({ ...document, default: "execute" }), "default"],
    ["no policy in force", JSON.stringify({ id: "quoting", inForce: false }), "language"],
  ] as const)("is refused for %s", ([, text, cause]) => {
    expect(() => policyFromDocument(text)).toThrow(cause);
  });
});
