import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../domain/json.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import { policyDocument } from "../../guardrails/policy.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { policyFile, policyOf } from "../fixtures/policy.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import { registrationFacts } from "../../functions/deal-registration/fixture.ts";

const quoting = policyOf("quoting");
const partnerManager = {
  id: "partner-manager",
  quorum: 1,
  levels: [
    { role: "partner-manager", slaMs: 14_400_000 },
    { role: "regional-director", slaMs: 28_800_000 },
  ],
  unresolved: "up" as const,
};
const regionalDirector = {
  id: "regional-director",
  quorum: 1,
  levels: [{ role: "regional-director", slaMs: 28_800_000 }],
  unresolved: "up" as const,
};

describe("a decision says everything a person needs", () => {
  test("an execution lists the rule that allows it, with the values it read", async () => {
    expect(await evaluate(quoting, quoteFacts({ effectiveDiscount: 150_000 }))).toEqual({
      kind: "execute",
      rules: [
        {
          id: "within-mandate",
          effect: "execute",
          reason: "Effective discount 15 % is within 15 %, and nothing else asks for a person",
          values: {
            effectiveDiscount: 150_000,
            worstLineDiscount: 150_000,
            listPrice: 10_000_000,
            belowFloorPrice: false,
            protectedTerms: "none",
            partnerStanding: "active",
            sellers: "one",
            quoteHeldBy: "nobody",
            proposedAsRequested: true,
            auto_max: 150_000,
            line_max: 250_000,
            one_tier_up: 50_000_000,
          },
        },
      ],
    });
  });

  test("an escalation lists every matching rule and goes to the most senior route any of them names", async () => {
    const facts = quoteFacts({ effectiveDiscount: 180_000, listPrice: 50_000_001, protectedTerms: "liability" });
    expect(await evaluate(quoting, facts)).toEqual({
      kind: "escalate",
      rules: [
        {
          id: "large-quote",
          effect: "escalate",
          reason: "List price 500,000.01 USD is over 500,000.00 USD: one tier up decides",
          values: { listPrice: 50_000_001, one_tier_up: 50_000_000 },
        },
        {
          id: "manager-band",
          effect: "escalate",
          reason: "Effective discount 18 % is over 15 %, up to 25 %: a manager's decision",
          values: { effectiveDiscount: 180_000, auto_max: 150_000, manager_max: 250_000 },
        },
        {
          id: "protected-terms",
          effect: "escalate",
          reason: "The quote touches a protected term: liability",
          values: { protectedTerms: "liability" },
        },
      ],
      missing: [],
      route: regionalDirector,
      reason:
        "List price 500,000.01 USD is over 500,000.00 USD: one tier up decides; " +
        "Effective discount 18 % is over 15 %, up to 25 %: a manager's decision; " +
        "The quote touches a protected term: liability",
    });
  });

  test("a block gives only the blocking reasons, and still lists what else matched", async () => {
    const decision = await evaluate(quoting, quoteFacts({ effectiveDiscount: 250_001, protectedTerms: "data" }));
    expect(decision).toMatchObject({
      kind: "block",
      rules: [{ id: "over-ceiling" }, { id: "protected-terms" }],
      reason: "Effective discount 25.0001 % is over the ceiling of 25 %",
    });
  });
});

describe("a fact that is not known", () => {
  test("escalates by name to the default route", async () => {
    const { listPrice: _, ...facts } = quoteFacts();
    expect(await evaluate(quoting, facts)).toEqual({
      kind: "escalate",
      rules: [],
      missing: ["listPrice"],
      route: partnerManager,
      reason: "not known: `listPrice`",
    });
  });

  const illTyped: readonly (readonly [string, JsonObject])[] = [
    ["null is not zero", { effectiveDiscount: null }],
    ["a text is not a number: `9` would be over `10`", { effectiveDiscount: "40" }],
    ["a fraction is no number of millionths", { effectiveDiscount: 0.15 }],
    ["a number below the range", { effectiveDiscount: -1 }],
    ["a number above the range", { effectiveDiscount: 20_000_001 }],
    ["a list is not one of its values", { effectiveDiscount: [150_000] }],
  ];
  test.for(illTyped)("counts as not known when ill-typed: %s", async ([, change]) => {
    expect(await evaluate(quoting, quoteFacts({ worstLineDiscount: 120_000, ...change }))).toMatchObject({
      kind: "escalate",
      missing: ["effectiveDiscount"],
    });
  });

  test.for([NaN, Infinity, undefined])("counts as not known when it is %s", async (value) => {
    const facts = { ...quoteFacts(), effectiveDiscount: value } as JsonObject;
    expect(await evaluate(quoting, facts)).toMatchObject({ kind: "escalate", missing: ["effectiveDiscount"] });
  });

  test("a value outside the enumeration is not known", async () => {
    const decision = await evaluate(quoting, quoteFacts({ partnerStanding: "Active", protectedTerms: "" }));
    expect(decision).toMatchObject({ kind: "escalate", missing: ["protectedTerms", "partnerStanding"] });
  });

  test("all of them are named when nothing is known", async () => {
    const decision = await evaluate(quoting, {});
    const required = quoting.facts.filter(({ optional }) => optional !== true).map(({ name }) => name);
    expect(decision).toMatchObject({ kind: "escalate", rules: [], missing: required });
  });

  test("does not hide the rules that read only known facts", async () => {
    const { belowFloorPrice: _, ...facts } = quoteFacts({ listPrice: 50_000_001 });
    expect(await evaluate(quoting, facts)).toMatchObject({
      kind: "escalate",
      rules: [{ id: "large-quote" }],
      missing: ["belowFloorPrice"],
      route: regionalDirector,
      reason: "not known: `belowFloorPrice`; List price 500,000.01 USD is over 500,000.00 USD: one tier up decides",
    });
  });

  test("goes to the default route when that is the more senior one", async () => {
    const senior = { ...quoting, defaultRoute: regionalDirector };
    const { listPrice: _, ...facts } = quoteFacts({ effectiveDiscount: 180_000 });
    expect(await evaluate(senior, facts)).toMatchObject({ rules: [{ id: "manager-band" }], route: regionalDirector });
  });

  test("leaves a certain block a block", async () => {
    const { listPrice: _, ...facts } = quoteFacts({ effectiveDiscount: 310_000 });
    expect(await evaluate(quoting, facts)).toMatchObject({ kind: "block", rules: [{ id: "over-ceiling" }] });
  });

  test("is not found on the prototype", async () => {
    const facts = Object.create(quoteFacts()) as JsonObject;
    expect(await evaluate(quoting, facts)).toMatchObject({ kind: "escalate", missing: { length: 13 } });
  });
});

describe("nothing but a matching rule executes", () => {
  test("no matching rule takes the policy's default", async () => {
    const silent = { ...quoting, rules: quoting.rules.filter(({ effect }) => effect !== "execute") };
    const reason = "no rule of `quoting` covers this";
    expect(await evaluate(silent, quoteFacts())).toMatchObject({
      kind: "escalate",
      rules: [],
      route: partnerManager,
      reason,
    });
    expect(await evaluate({ ...silent, default: "block" }, quoteFacts())).toEqual({ kind: "block", rules: [], reason });
  });

  test("a policy without rules executes nothing", async () => {
    expect(await evaluate({ ...quoting, rules: [] }, quoteFacts())).toMatchObject({ kind: "escalate" });
  });

  test("a fact that is not declared escalates and is named", async () => {
    const facts = JSON.parse(
      JSON.stringify({ ...quoteFacts(), approved: true }).replace("{", '{"__proto__":{},'),
    ) as JsonObject;
    const reason = expect.stringContaining("not declared: `__proto__`, `approved`") as string;
    expect(await evaluate(quoting, facts)).toMatchObject({ kind: "escalate", missing: [], reason });
  });

  const tampered: readonly (readonly [string, (policy: Policy) => unknown])[] = [
    [
      "an operator the engine does not know",
      ({ rules }) => ({ rules: withFirst(rules, { fact: "listPrice", operator: "over", value: 1 }) }),
    ],
    ["a parameter that is gone", () => ({ params: [] })],
    ["a condition that is no condition", ({ rules }) => ({ rules: withFirst(rules, {}) })],
    ["rules that are no list", () => ({ rules: null })],
  ];
  const withFirst = (rules: Policy["rules"], when: unknown) =>
    rules.map((rule, index) => (index === 0 ? { ...rule, when } : rule));
  test.for(tampered)("a fault escalates: %s", async ([, tamper]) => {
    const policy = { ...quoting, ...(tamper(quoting) as Partial<Policy>) };
    expect(await evaluate(policy, quoteFacts())).toEqual({
      kind: "escalate",
      rules: [],
      missing: [],
      route: partnerManager,
      reason: expect.stringMatching(/^runtime_error:evaluation: /) as string,
    });
  });

  test("facts that throw or are no object escalate", async () => {
    const throwing = Object.defineProperty({}, "listPrice", {
      get: () => {
        throw new Error("unreadable");
      },
    }) as JsonObject;
    const nothing = null as unknown as JsonObject;
    for (const facts of [throwing, nothing]) {
      expect(await evaluate(quoting, facts)).toMatchObject({
        kind: "escalate",
        reason: expect.stringMatching(/^runtime_error:/) as string,
      });
    }
  });
});

describe("a policy", () => {
  test("is frozen through and through", () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(quoting)).toBe(true);
  });

  test("is plain JSON that survives a copy with the same meaning", async () => {
    const copy = JSON.parse(JSON.stringify(policyDocument(quoting))) as Policy;
    expect(policyDocument(quoting)).toEqual(copy);
    expect(await evaluate(copy, quoteFacts())).toEqual(await evaluate(quoting, quoteFacts()));
  });

  test.for([
    ["a threshold", "percent: 15%", "percent: 14%"],
    ["a reason", "is over the ceiling", "passes the ceiling"],
    ["the order of routes", "defaultRoute: partner-manager", "defaultRoute: regional-director"],
    ["a wait", "sla: 4h", "sla: 5h"],
  ] as const)("has another document when %s changes, and the same when only a comment does", ([, from, to]) => {
    const text = policyFile("quoting.yaml");
    const document = JSON.stringify(policyDocument(quoting));
    expect(JSON.stringify(policyDocument(policyOf("quoting", text.replace(from, to))))).not.toBe(document);
    expect(JSON.stringify(policyDocument(policyOf("quoting", `# note\n${text}`)))).toBe(document);
  });

  test("decides the clean registration by its own rules", async () => {
    const decision = await evaluate(policyOf("deal-registration"), registrationFacts());
    expect(decision).toMatchObject({ kind: "execute", rules: [{ id: "clean-registration" }] });
  });
});
