import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fundAccountOf } from "../../domain/fund.ts";
import { normalSteps, normalText, type NormalStep } from "../../domain/normal-text.ts";
import { diffPolicies } from "../../guardrails/analyse/diff.ts";
import { lint } from "../../guardrails/analyse/lint.ts";
import { checkFacts } from "../../guardrails/check-facts.ts";
import { evaluate, judge } from "../../guardrails/evaluate.ts";
import type { FactType } from "../../guardrails/fact-types.ts";
import { asksOf } from "../../guardrails/limits.ts";
import { loadCases } from "../../guardrails/load/cases.ts";
import { loadFacts } from "../../guardrails/load/facts.ts";
import { loadPolicy } from "../../guardrails/load/policy.ts";
import { policyFromDocument } from "../../guardrails/policy-document.ts";
import { policyDocument, type Policy } from "../../guardrails/policy.ts";
import { formatProblem } from "../../guardrails/problem.ts";
import { writtenFact } from "../../guardrails/written-fact.ts";

const AT = "2026-05-14T09:30:00.000Z";

function factsFrom(text: string): readonly FactType[] {
  const read = loadFacts("loans.facts.yaml", text);
  if (read.kind === "refused") throw new Error(read.problems.map(formatProblem).join("\n"));
  return read.facts;
}

const problemsOf = (text: string) => {
  const read = loadFacts("loans.facts.yaml", text);
  return read.kind === "refused" ? read.problems.map(formatProblem) : [];
};

const text = `policy: loans
default: escalate
rules:
  - { id: barred, effect: block, when: { fact: borrower, operator: in, value: [ACME Ltd, " Initech "] }, reason: "{borrower} is barred" }
  - { id: lends, effect: execute, when: { fact: days, operator: lessThanInclusive, value: 14 }, reason: "{days} days" }
limits:
  - { id: open, count: true, per: [borrower], window: calendar-month, cap: 3, over: escalate }
routes:
  desk: { who: role:ops-engineer, sla: 4h, onExpiry: deny, notRequester: true }
defaultRoute: desk
`;

const factsWith = (borrower: string) =>
  factsFrom(`facts:\n  days: { title: Days, number: 0..60 }\n  borrower: { title: Who, ${borrower} }\n`);

function policyWith(borrower: string): Policy {
  const read = loadPolicy("loans.yaml", text, { loans: factsWith(borrower) });
  if (read.kind === "refused") throw new Error(read.problems.map(formatProblem).join("\n"));
  return read.policy;
}

const folded = policyWith("text: 40, normal: [trim, case, nfkc, confusables]");
const asGiven = policyWith("text: 40");

describe("a text that declares its normal form", () => {
  test.for(["acme ltd", "  ＡＣＭＥ  Ltd\u200b", "АСМЕ LTD", "Acme\u00a0ltd"])(
    "is read in it: %j",
    async (borrower) => {
      expect(await evaluate(folded, { days: 3, borrower })).toMatchObject({
        kind: "block",
        rules: [{ id: "barred", reason: "acme ltd is barred", values: { borrower: "acme ltd" } }, { id: "lends" }],
      });
    },
  );

  test("has the values that rules name in it too", () => {
    expect(folded.rules[0]?.when).toEqual({ fact: "borrower", operator: "in", value: ["acme ltd", "initech"] });
    expect(asGiven.rules[0]?.when).toEqual({ fact: "borrower", operator: "in", value: ["ACME Ltd", " Initech "] });
  });

  test("is kept as it was given where a request is recorded", () => {
    const type = folded.facts.find(({ name }) => name === "borrower")!;
    expect(writtenFact(type, " ACME ltd")).toBe(" ACME ltd");
    expect(writtenFact(type, "Ωmega")).toBeUndefined();
  });

  test("is in the policy's document, and what declares none adds nothing to that", () => {
    const [document, plain] = [folded, asGiven].map((policy) => JSON.stringify(policyDocument(policy)));
    expect(policyFromDocument(document ?? "")).toEqual(folded);
    expect(document).toContain('"normal":["trim","case","nfkc","confusables"]');
    expect(plain).not.toMatch(/normal|pattern/);
  });

  test("makes another policy of it for `diff`, which says so", () => {
    expect(JSON.stringify(diffPolicies(asGiven, folded))).toContain("spelled by trim, case");
  });
});

describe("a text that declares a pattern", () => {
  const policy = factsWith('text: 12, normal: [trim, case], pattern: "^b-[0-9]+$"');

  test("takes what matches in its normal form", () => {
    const known = (borrower: string) =>
      checkFacts({ ...folded, facts: policy }, { days: 1, borrower }).known["borrower"];
    expect([known(" B-7"), known("b-7x"), known("")]).toEqual(["b-7", undefined, undefined]);
  });

  test("says what it takes where a request brings something else, and asks people", async () => {
    const decided = await evaluate({ ...folded, facts: policy }, { days: 3, borrower: "x" });
    expect(decided).toMatchObject({ kind: "escalate", missing: ["borrower"] });
    const wanted = "a text of at most 12 characters that matches `^b-[0-9]+$`";
    expect("reason" in decided && decided.reason).toContain(`what was given for \`borrower\` is not ${wanted}`);
  });

  test("takes part in what `lint` finds: a rule that names what it never is, is refused, and witnesses match", () => {
    const facts = { loans: policy };
    const refused = loadPolicy("loans.yaml", text, facts);
    expect(refused.kind === "refused" && refused.problems.map(({ message }) => message)).toEqual([
      "`ACME Ltd` is not a value of `borrower`",
      "` Initech ` is not a value of `borrower`",
    ]);
    const sound = loadPolicy("loans.yaml", text.replace('[ACME Ltd, " Initech "]', "[B-1]"), facts);
    if (sound.kind === "refused") throw new Error(sound.problems.map(formatProblem).join("\n"));
    const found = lint(sound.policy, { today: "2026-05-14" });
    expect(found.filter(({ kind }) => kind === "undecided")).toEqual([]);
    const borrowers = found.flatMap(({ witness }) => witness?.["borrower"] ?? []);
    expect(borrowers.every((name) => typeof name === "string" && /^b-[0-9]+$/.test(name))).toBe(true);
    expect(borrowers.length).toBeGreaterThan(0);
  });
});

describe("a facts file is refused where", () => {
  test.for<readonly [string, string, string]>([
    ["a number has a normal form", "number: 0..9, normal: [trim]", "only a text has a `normal`; remove it"],
    ["a choice has a pattern", 'choice: [a, b], pattern: "^a$"', "only a text has a `pattern`; remove it"],
    ["a step is unknown", "text: 9, normal: [lower]", "`normal` does not take `lower`"],
    ["a step is listed twice", "text: 9, normal: [trim, trim]", "`trim` is listed twice; keep one"],
    ["a pattern has no end", 'text: 9, pattern: "^P-"', "`^P-` takes every text that only holds it; write `^(?:^P-)$`"],
    ["a way of a pattern has no end", 'text: 9, pattern: "^a$|^b"', "takes every text that only holds it"],
    ["a pattern is none", 'text: 9, pattern: "(?=a)"', "not a pattern: "],
  ])("%s", ([, fact, says]) => {
    const problems = problemsOf(`facts:\n  who: { title: Who, ${fact} }\n`);
    expect(problems).toEqual([expect.stringContaining(says)]);
    expect(problems[0]).toMatch(/^loans\.facts\.yaml:2:/);
  });
});

test("a case holds a text as a request brings it", () => {
  const read = loadCases(
    "loans.test.yaml",
    `policy: loans
base: { days: 3, borrower: " ACME LTD\\u200b" }
cases:
  - { name: barred in any spelling, expect: { decision: block, rules: [barred, lends] } }
`,
    folded,
  );
  expect(read).toMatchObject({ kind: "loaded", cases: [{ facts: { borrower: " ACME LTD\u200b" } }] });
});

const accountOf = (policy: Policy, borrower: string, at = AT) =>
  asksOf(policy, checkFacts(policy, { days: 3, borrower }).known, at);

describe("an account", () => {
  test.for(["x", " x", "x\u00a0", "\u200bx\u00ad", "ｘ"])(
    "is the one of `x`, whatever the fact declares: %j",
    (borrower) => {
      expect(accountOf(asGiven, borrower).asks).toMatchObject([{ account: { borrower: "x" } }]);
    },
  );

  test.for(["", " ", "\u200b", "\u3164 \u00a0"])("is none for nothing that can be seen: %j", async (borrower) => {
    expect(accountOf(asGiven, borrower)).toMatchObject({ asks: [], uncounted: [{ missing: ["borrower"] }] });
    const passing = {
      ...asGiven,
      facts: asGiven.facts.map((type) => (type.name === "borrower" ? { ...type, optional: true as const } : type)),
      limits: asGiven.limits.map((limit) => ({ ...limit, unknown: "passes" as const })),
    };
    expect(accountOf(passing, borrower)).toEqual({ asks: [], uncounted: [] });
  });

  test("is a fund's, however the partner's id is spelled", () => {
    const fund = { fundId: "mdf", period: "2026-Q3", currency: "USD" } as const;
    const [one, other] = ["p-1", " p-1\u200b"].map((partnerId) => fundAccountOf("acme", { ...fund, partnerId }));
    expect(one).toEqual(other);
  });
});

const spelled = fc.string({ unit: fc.constantFrom(...Array.from("aAбБaсСeЕ \u00a0\u200bＡ1½ß")), maxLength: 8 });

test("two texts of one normal form have one account and one decision by both evaluators, and no others do", async () => {
  let [same, apart] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.subarray<NormalStep>(normalSteps.filter((step) => step !== "idna")),
      spelled,
      spelled,
      async (steps, one, other) => {
        const declared = steps.length === 0 ? "" : `, normal: [${steps.join(", ")}]`;
        const policy = policyWith(`text: 40${declared}`);
        const disagreed: unknown[] = [];
        const onDisagreement = (detail: unknown) => disagreed.push(detail);
        const [a, b] = await Promise.all(
          [one, other].map((borrower) => judge(policy, { days: 3, borrower }, { at: AT, onDisagreement })),
        );
        const [mine, its] = [a!, b!].map(({ known, cell }) => asksOf(cell, known, AT).asks[0]?.account);
        const [form, itsForm] = [one, other].map((borrower) => normalText(borrower, steps));
        const [name, itsName] = [form, itsForm].map((read) => normalText(read ?? "", ["trim", "nfkc"]));
        expect(mine === undefined).toBe(name === "");
        const isOne = name === itsName;
        const isNamed = name !== "" && itsName !== "";
        expect(isNamed && (JSON.stringify(mine) === JSON.stringify(its)) !== isOne).toBe(false);
        expect(form === itsForm && JSON.stringify(a!.decision) !== JSON.stringify(b!.decision)).toBe(false);
        if (isNamed && isOne) same += 1;
        if (isNamed && !isOne) apart += 1;
        expect(disagreed).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
  expect(apart).toBeGreaterThan(10);
  expect(same + apart).toBeGreaterThan(100);
});
