import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding, FindingKind } from "../../../guardrails/analyse/finding.ts";
import { lint } from "../../../guardrails/analyse/lint.ts";
import { decisionOf } from "../../../guardrails/analyse/verdict.ts";
import { cellOf, startOfDay } from "../../../guardrails/cell.ts";
import type { Condition, Override, Policy, PolicyRule } from "../../../guardrails/policy.ts";
import type { Known } from "../../../guardrails/ternary.ts";
import { complete, knownOf, leaving, moments, optionalNames, policies } from "../../fixtures/generated-policy.ts";
import { policyOf } from "../../fixtures/policy.ts";

const today = "2026-03-01";
const quoting = policyOf("quoting");
const over = (value: number): Condition => ({ fact: "effectiveDiscount", operator: "greaterThan", value });
const upTo = (value: number): Condition => ({ fact: "effectiveDiscount", operator: "lessThanInclusive", value });

function rule(id: string, effect: "execute" | "block", ...all: readonly Condition[]): PolicyRule {
  return { id, effect, when: { all }, reason: "holds" };
}

function override(id: string, changed: Partial<Override>): Override {
  const usual = {
    for: { partnerStanding: ["active"] },
    from: "2026-01-01",
    until: "2027-01-01",
    set: { auto_max: 180_000 },
  };
  return { id, ...usual, reason: "a programme", ...changed };
}

function adding(...rules: readonly PolicyRule[]): Policy {
  return { ...quoting, rules: [...quoting.rules, ...rules] };
}

function of(policy: Policy, kind: FindingKind): readonly (readonly string[])[] {
  return lint(policy, { today })
    .filter((finding) => finding.kind === kind)
    .map(({ about }) => about);
}

describe("what is found", () => {
  test("the shipped policies have no error and no warning", () => {
    const found = ["quoting", "deal-registration", "write-back"].flatMap((id) => lint(policyOf(id), { today }));
    expect(found.filter(({ severity }) => severity !== "info")).toEqual([]);
  });

  test("a rule that no request matches", () => {
    expect(of(adding(rule("never", "block", over(250_000), upTo(250_000))), "unreachable")).toEqual([["never"]]);
    expect(of(adding(rule("once", "block", over(249_999), upTo(250_000))), "unreachable")).toEqual([]);
  });

  test("a rule that never decides, and the stricter one that always does", () => {
    expect(of(adding(rule("promo", "execute", over(250_000))), "shadowed")).toEqual([["promo", "over-ceiling"]]);
    expect(of(adding(rule("promo", "execute", over(150_000))), "shadowed")).toEqual([["promo"]]);
  });

  test("a rule that decides neither with a fact that is given nor where it is left out", () => {
    const seats = {
      name: "seats",
      title: "seats",
      adjustable: false,
      optional: true,
      kind: "number",
      min: 0,
      max: 9,
    } as const;
    const any: Condition = { fact: "seats", operator: "greaterThanInclusive", value: 0 };
    const base = { ...quoting, params: [], facts: [...quoting.facts, seats] };
    const free = rule("free", "execute", upTo(100_000));
    expect(of({ ...base, rules: [free, rule("seated", "block", any)] }, "shadowed")).toEqual([["free"]]);
    const some: Condition = { fact: "seats", operator: "greaterThanInclusive", value: 1 };
    expect(of({ ...base, rules: [free, rule("seated", "block", some)] }, "shadowed")).toEqual([]);
  });

  test("a rule that changes no decision, and the one that covers it", () => {
    expect(of(adding(rule("again", "block", over(300_000))), "redundant")).toEqual([["again", "over-ceiling"]]);
  });

  test.for([
    [200_000, [["promo"]]],
    [150_001, [["promo"]]],
    [150_000, []],
    [140_000, []],
  ] as const)("a promotion up to %s ppm, where everything over 150000 escalates: %j", ([limit, expected]) => {
    const rules = quoting.rules.filter(({ id }) => id !== "within-mandate");
    const promo = rule("promo", "execute", upTo(limit));
    const idle = of({ ...quoting, rules: [...rules, promo] }, "limit-not-binding");
    expect(idle.filter((about) => about.includes("promo"))).toEqual(expected);
  });

  test("requests that no rule covers, with one of them", () => {
    const open = { ...quoting, rules: quoting.rules.filter(({ id }) => id !== "within-mandate") };
    const [gap] = lint(open, { today }).filter(({ kind }) => kind === "gap");
    expect(gap?.severity).toBe("info");
    expect(decisionOf(open, gap!.witness!, null)).toMatchObject({ kind: "escalate", rules: [] });
    const [closed] = lint({ ...open, default: "block" }, { today }).filter(({ kind }) => kind === "gap");
    expect(closed?.severity).toBe("warning");
  });

  test("an execute rule that stricter ones outrank, with a request of both", () => {
    const policy = adding(rule("trusted", "execute", upTo(150_000)));
    const [overlap] = lint(policy, { today }).filter(({ kind }) => kind === "overlap");
    expect(overlap?.about[0]).toBe("trusted");
    const matching = decisionOf(policy, overlap!.witness!, null).rules.map(({ id }) => id);
    expect(matching).toEqual(expect.arrayContaining(["trusted"]));
    expect(matching.some((id) => overlap!.about.slice(1).includes(id))).toBe(true);
  });

  test("a value of a choice that no rule mentions", () => {
    const rules = quoting.rules.filter(({ id }) => id !== "partner-unknown");
    expect(of({ ...quoting, rules }, "value-not-mentioned")).toContainEqual(["partnerStanding"]);
  });

  test("a candidate is listed", () => {
    expect(of(adding({ ...rule("idea", "block", over(200_000)), state: "candidate" }), "candidate")).toEqual([
      ["idea"],
    ]);
  });
});

describe("overrides", () => {
  const with_ = (...overrides: readonly Override[]): Policy => ({ ...quoting, overrides });

  test("one that sets what holds anyway is dead", () => {
    expect(of(with_(override("same", { set: { auto_max: 150_000 } })), "override-dead")).toEqual([["same"]]);
    expect(of(with_(override("other", {})), "override-dead")).toEqual([]);
  });

  test("one that more specific ones cover wholly is dead", () => {
    const protectedTerms = ["none", "liability", "exclusivity", "termination", "data", "several"];
    const covering = override("covering", {
      for: { partnerStanding: ["active"], protectedTerms },
      set: { auto_max: 120_000 },
    });
    expect(of(with_(override("covered", {}), covering), "override-dead")).toEqual([["covered"]]);
    const partly = override("partly", { ...covering, for: { partnerStanding: ["active"], protectedTerms: ["none"] } });
    expect(of(with_(override("covered", {}), partly), "override-dead")).toEqual([]);
    const sooner = { ...covering, until: "2026-06-01" };
    expect(of(with_(override("covered", {}), sooner), "override-dead")).toEqual([]);
  });

  test.for([
    ["2026-03-01", "override-expired"],
    ["2026-02-01", "override-expired"],
    ["2026-03-02", "override-expiring"],
    ["2026-03-14", "override-expiring"],
    ["2026-03-15", undefined],
  ] as const)("one until %s is, on 2026-03-01, %s", ([until, kind]) => {
    const found = lint(with_(override("ends", { until })), { today }).filter(({ about }) => about[0] === "ends");
    expect(found[0]?.kind).toBe(kind);
  });
});

describe("staffing", () => {
  const person = (personId: string, role: string) => ({ personId, role });
  const manager = person("p1", "partner-manager");
  const directors = [person("d1", "regional-director"), person("d2", "regional-director")];

  test.for([
    [[], ["error"]],
    [[manager], ["warning"]],
    [[manager, manager], ["warning"]],
    [[manager, person("p2", "partner-manager")], []],
  ] as const)("people %j for a quorum of one: %j", ([people, severities]) => {
    const found = lint(quoting, { today, people: [...people, ...directors] });
    expect(found.filter(({ kind }) => kind === "route-unstaffed").map(({ severity }) => severity)).toEqual(severities);
  });

  test("is not told when nobody says who there is", () => expect(of(quoting, "route-unstaffed")).toEqual([]));
});

/** Every required fact, and some of those that a request may leave out. */
const requests = fc.tuple(complete, fc.subarray([...optionalNames])).map(([given, left]) => leaving(given, left));
const asked = fc.array(fc.tuple(requests, moments), { minLength: 20, maxLength: 20 });

function answer(policy: Policy, facts: object, at: string) {
  const decision = decisionOf(policy, facts as never, at);
  const who = decision.kind === "escalate" ? [decision.route.id, decision.route.quorum] : [];
  return [decision.kind, ...who];
}

/** The policy with a parameter, wherever it is set, by one more or less. */
function shifted(policy: Policy, name: string, by: number): Policy {
  const params = policy.params.map((param) => (param.name === name ? { ...param, value: param.value + by } : param));
  const overrides = policy.overrides.map((one) => {
    const value = one.set[name];
    return value === undefined ? one : { ...one, set: { ...one.set, [name]: value + by } };
  });
  return { ...policy, params, overrides };
}

/** The policy with a parameter at one value, wherever it is set. */
function everywhere(policy: Policy, name: string, value: number): Policy {
  const params = policy.params.map((param) => (param.name === name ? { ...param, value } : param));
  const overrides = policy.overrides.map((one) =>
    one.set[name] === undefined ? one : { ...one, set: { ...one.set, [name]: value } },
  );
  return { ...policy, params, overrides };
}

const paramIn = (message: string) => /^the limit `(most|cap|room|until)`/.exec(message)?.[1];

/** Every value of a parameter of generated policies that all facts it is compared with can take. */
function allowedOf(param: string): readonly number[] {
  const first = param === "until" ? 20_600 : 0;
  return Array.from({ length: 13 }, (_, at) => first + at);
}

/** What a finding would have to be to hold of one request; true for kinds that say nothing of it. */
function holdsOf(policy: Policy, { kind, about, message }: Finding, facts: Known, at: string): boolean {
  const [id = ""] = about;
  const own = policy.rules.find((one) => one.id === id);
  const decision = decisionOf(policy, facts as never, at);
  const matches = decision.rules.some((one) => one.id === id);
  const isAlike = (other: Policy) =>
    JSON.stringify(answer(other, facts, at)) === JSON.stringify(answer(policy, facts, at));
  const values = (one: Policy) =>
    cellOf(one, knownOf(one, facts), at)
      .params.map(({ value }) => value)
      .join();
  switch (kind) {
    case "unreachable":
      return !matches;
    case "shadowed":
      return !matches || decision.kind !== own?.effect;
    case "redundant":
    case "as-default":
      return isAlike({ ...policy, rules: policy.rules.filter((one) => one !== own) });
    case "limit-never-acts": {
      const param = paramIn(message);
      return param === undefined || allowedOf(param).every((value) => isAlike(everywhere(policy, param, value)));
    }
    case "limit-not-binding": {
      const param = paramIn(message);
      return param === undefined || [1, -1].every((by) => isAlike(shifted(policy, param, by)));
    }
    case "override-dead":
      return values(policy) === values({ ...policy, overrides: policy.overrides.filter((one) => one.id !== id) });
    default:
      return true;
  }
}

test("no request refutes what is found of a generated policy", () => {
  fc.assert(
    fc.property(policies(5), asked, (policy, list) => {
      const findings = lint(policy, { today });
      const refuted = findings.filter((one) => list.some(([facts, at]) => !holdsOf(policy, one, facts, at)));
      expect(refuted).toEqual([]);
      const gaps = findings.filter(({ kind }) => kind === "gap");
      const covered = gaps.flatMap(({ witness, day }) => {
        return decisionOf(policy, witness!, day === undefined ? null : startOfDay(day, policy.timezone)).rules;
      });
      expect(covered).toEqual([]);
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

test("every rule that is told of in no way decides otherwise somewhere: a policy of one rule is not redundant", () => {
  const single: Policy = { ...quoting, rules: quoting.rules.filter(({ id }) => id === "over-ceiling") };
  expect(of(single, "redundant")).toEqual([]);
  expect(of(single, "as-default")).toEqual([]);
});
