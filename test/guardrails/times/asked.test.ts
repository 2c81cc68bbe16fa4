import { describe, expect, test } from "vitest";
import { diffPolicies } from "../../../guardrails/analyse/diff.ts";
import { lint } from "../../../guardrails/analyse/lint.ts";
import { prove } from "../../../guardrails/analyse/prove.ts";
import { probeBoundaries } from "../../../guardrails/boundaries.ts";
import { policyFromDocument } from "../../../guardrails/policy-document.ts";
import { policyDocument } from "../../../guardrails/policy.ts";
import { conditionText } from "../../../guardrails/sentences.ts";
import { tryRequest } from "../../../guardrails/trial.ts";
import { writtenPolicy } from "../../../guardrails/written-policy.ts";
import { deal, executesWhen, loaded, policyWith } from "./written.ts";

const late = `rules:
  - { id: late, effect: block, when: { fact: registeredAt, operator: lessThan, value: { fact: now, minus: 30d } }, reason: too old }
  - { id: fresh, effect: execute, when: { fact: registeredAt, within: 14d, before: now }, reason: fresh }
`;

describe("lint, prove and diff answer for times", () => {
  test("a proof stands over every instant, and a counterexample is a request with its instant", () => {
    const policy = policyWith(`derive:
  age: { subtract: [now, registeredAt] }
${late}invariants:
  - { id: never-late, never: execute, when: { fact: age, operator: greaterThan, value: 14d } }
  - { id: never-old, never: execute, when: { fact: age, operator: greaterThan, value: 7d } }
`);
    const [sound, broken] = prove(policy);
    expect(sound).toEqual({ invariant: "never-late", kind: "proved" });
    expect(broken).toMatchObject({
      kind: "counterexample",
      facts: { now: expect.any(String), registeredAt: expect.any(String) },
    });
    const { now, registeredAt } = (broken as { facts: { [name: string]: string } }).facts;
    const age = Date.parse(now!) - Date.parse(registeredAt!);
    expect([age > 7 * 86_400_000, age <= 14 * 86_400_000]).toEqual([true, true]);
  });

  test("days and the instants that they are of are tied: no request has one without the other", () => {
    const policy = policyWith(`rules:
  - id: fine
    effect: execute
    when:
      all:
        - { fact: today, operator: equal, value: 2026-03-29 }
        - { fact: now, operator: lessThan, value: 2026-03-28T23:00:00Z }
    reason: fine
`);
    expect(lint(policy, { today: "2026-01-01" }).map(({ kind }) => kind)).toContain("unreachable");
    const hour = policyWith(`rules:
  - id: fine
    effect: execute
    when:
      all:
        - { fact: today, operator: equal, value: 2026-03-29 }
        - { fact: now, operator: lessThanInclusive, value: 2026-03-28T23:00:00Z }
    reason: fine
`);
    expect(lint(hour, { today: "2026-01-01" }).map(({ kind }) => kind)).not.toContain("unreachable");
  });

  test("two ways to say a time are one, and another span is told with a request", () => {
    const said = executesWhen("{ fact: registeredAt, within: 24h, before: now }");
    const derived = executesWhen(
      "{ all: [{ fact: age, operator: greaterThanInclusive, value: 0h }, { fact: age, operator: lessThanInclusive, value: 1d }] }",
      "derive:\n  age: { subtract: [now, registeredAt] }\n",
    );
    expect(diffPolicies(said, derived)).toMatchObject({ equal: true, undecided: [] });
    const longer = executesWhen("{ fact: registeredAt, within: 25h, before: now }");
    const [change] = diffPolicies(said, longer).changes;
    expect(change).toMatchObject({ direction: "loosening", from: { verdict: "escalate" }, to: { verdict: "execute" } });
  });

  test("an override holds for the instants of its days: nothing is shown at another", () => {
    const withWindow = (until: string) =>
      policyWith(`params:
  most: { duration: 24h, allowed: 24h..72h }
derive:
  age: { subtract: [now, registeredAt] }
overrides:
  - { id: spring, for: { partner: [acme] }, effective: { from: 2026-03-01, until: ${until} }, set: { most: 48h }, reason: spring }
rules:
  - { id: fine, effect: execute, when: { fact: age, operator: lessThanInclusive, value: { param: most } }, reason: fine }
invariants:
  - id: short
    never: execute
    when:
      all:
        - { fact: age, operator: greaterThan, value: 24h }
        - { fact: now, operator: greaterThanInclusive, value: 2026-03-31T22:00:00Z }
`);
    expect(prove(withWindow("2026-04-01"))).toEqual([{ invariant: "short", kind: "proved" }]);
    expect(prove(withWindow("2026-04-02"))).toMatchObject([
      { kind: "counterexample", overrides: ["spring"], facts: { partner: "acme" } },
    ]);
  });

  test("every limit is tried beside it, by moving the instant too", async () => {
    const policy = policyWith(late);
    const report = await probeBoundaries(policy, [
      { facts: deal({ answeredAt: "2026-03-30T00:00:00Z" }), at: "2026-04-01T12:00:00Z" },
    ]);
    expect(report.failures).toEqual([]);
    expect(report.boundaries.map(({ rule, turns }) => [rule, turns])).toEqual([
      ["late", true],
      ["fresh", true],
      ["fresh", true],
    ]);
  });
});

describe("times are said plainly", () => {
  const policy = policyWith(late);

  test("in sentences, and back as a file", () => {
    expect(policy.rules.map(({ when }) => conditionText(policy, when))).toEqual([
      "registeredAt is under now less 30d",
      "registeredAt is at least now less 14d and registeredAt is at most now",
    ]);
    expect(writtenPolicy(policy)).toMatchObject({
      rules: [
        { when: { fact: "registeredAt", operator: "lessThan", value: { fact: "now", minus: "30d" } } },
        {
          when: {
            all: [
              { operator: "greaterThanInclusive", value: { fact: "now", minus: "14d" } },
              { operator: "lessThanInclusive", value: { fact: "now" } },
            ],
          },
        },
      ],
    });
    expect(policyFromDocument(JSON.stringify(policyDocument(policy)))).toEqual(policy);
  });

  test("in an explanation, with the instant that was read and the change that would pass", async () => {
    const trial = await tryRequest({ policy, version: "v" }, deal(), "2026-05-01T12:00:00Z");
    expect(JSON.stringify(trial.explanation)).toContain("2026-03-28T11:00:00Z");
    expect(JSON.stringify(trial.explanation)).toContain("now 2026-05-01T12:00:00Z less 30d");
  });
});

describe("what is no time is refused where it stands", () => {
  const one = (when: string) => loaded(`rules:\n  - { id: fine, effect: execute, when: ${when}, reason: fine }\n`);

  test.for([
    ["{ fact: registeredAt, operator: lessThan, value: 2026-07-01T12:00:00 }", "is not a value of `registeredAt`"],
    ["{ fact: registeredAt, within: 24h }", "`within` does not say of what; write one of `of`, `before`, `after`"],
    ["{ fact: registeredAt, within: 24h, of: now, after: now }", "`within` says `of`, `after`"],
    ["{ fact: registeredAt, within: 24, of: now }", "how far apart the two may be"],
    ["{ fact: registeredAt, within: 24x, of: now }", "`24x` is not a span of time"],
    ["{ fact: closeDate, within: 90m, of: today }", "`90m` is not a number of days"],
    ["{ fact: closeDate, within: 3d, of: now }", "`now` is an instant, and `closeDate` a day"],
    ["{ fact: grace, within: 24h, of: now }", "`grace` is no time"],
    ["{ fact: registeredAt, operator: lessThan, value: { fact: now, plus: 1d, minus: 1d } }", "`minus` beside `plus`"],
  ] as const)("%s", ([when, message]) => {
    expect(one(when)).toEqual(expect.arrayContaining([expect.stringContaining(message)]));
  });

  test.for([
    ["sum: { add: [registeredAt, registeredAt] }", "instants do not add up"],
    ["sum: { add: [registeredAt, closeDate] }", "`closeDate` is a day, and `registeredAt` an instant"],
    ["sum: { multiply: [registeredAt, 2] }", "`registeredAt` is an instant"],
    ["sum: { day: closeDate }", "`closeDate` is a day; name a fact that is an instant"],
    ["now: { subtract: [closeDate, today] }", "`now` is also a fact"],
  ] as const)("%s", ([made, message]) => {
    const [name = ""] = made.split(":");
    const rule = `{ fact: ${name}, operator: greaterThan, value: 1 }`;
    const read = loaded(`derive:\n  ${made}\nrules:\n  - { id: fine, effect: execute, when: ${rule}, reason: fine }\n`);
    expect(read).toEqual(expect.arrayContaining([expect.stringContaining(message)]));
  });
});
