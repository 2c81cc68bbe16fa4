import { expect, test } from "vitest";
import { diffPolicies } from "../../../guardrails/analyse/diff.ts";
import { lint } from "../../../guardrails/analyse/lint.ts";
import type { Condition, Policy } from "../../../guardrails/policy.ts";
import { sample } from "./sample.ts";

function ofLimits(policy: Policy): readonly string[] {
  const findings = lint(policy, { today: "2026-03-01" });
  return findings.filter(({ kind }) => kind.startsWith("limit")).map(({ kind, message }) => `${kind}: ${message}`);
}

const policy = sample("acts-only-further-on");
const upTo = (value: number): Condition => ({ fact: "discount", operator: "lessThanInclusive", value });

function withOk(value: number): Policy {
  return { ...policy, rules: policy.rules.map((rule) => (rule.id === "ok" ? { ...rule, when: upTo(value) } : rule)) };
}

const witnesses = (other: Policy) => diffPolicies(policy, other).changes.map(({ witness }) => witness["discount"]);

test("a number that a step does not move off its place is told with the first value at which it acts", () => {
  expect(ofLimits(policy)).toEqual([
    "limit-not-binding: the limit `discount` 20 % in `ok` does not act where it stands: moving it by one step changes no decision; it first acts at 17.9999 %, and nowhere up to 100 %",
  ]);
  expect(witnesses(withOk(180_000))).toEqual([]);
  expect(witnesses(withOk(179_999))).toEqual([180_000]);
  expect(witnesses(withOk(1_000_000))).toEqual([]);
});

/** The policy with `auto_max` elsewhere, in a rule that also asks about beta, so that it is never idle as a whole. */
function withMax(value: number, [min, max]: readonly [number, number], overridden?: number): Policy {
  const [param] = policy.params;
  const [override] = policy.overrides;
  const beta: Condition = { fact: "partner", operator: "equal", value: "beta" };
  const rules = policy.rules.map((rule) =>
    rule.id === "manager-band" ? { ...rule, when: { any: [rule.when, beta] } } : rule,
  );
  const overrides = overridden === undefined ? [] : [{ ...override!, set: { auto_max: overridden } }];
  return { ...policy, rules, overrides, params: [{ ...param!, value, allowed: { min, max } }] };
}

test("a parameter is looked for in all that it may be set to, and no farther", () => {
  expect(ofLimits(withMax(190_000, [180_001, 200_000]))[0]).toBe(
    "limit-never-acts: the limit `auto_max` never acts: no value from 18.0001 % to 20 % changes a decision",
  );
  expect(ofLimits(withMax(190_000, [50_000, 200_000]))[0]).toBe(
    "limit-not-binding: the limit `auto_max` does not act where it stands: moving it by one step changes no decision; it first acts at 17.9999 %, and nowhere up to 20 %",
  );
});

test("where an override has it stand is said, when it acts first from there", () => {
  expect(ofLimits(withMax(250_000, [50_000, 300_000], 190_000))[0]).toContain(
    "it first acts at 17.9999 % (from 19 %, which `h1` sets), and nowhere up to 30 %",
  );
});

test("a limit that acts downwards and upwards is told with both", () => {
  const rule = (id: string, effect: "execute" | "block", ...all: readonly Condition[]) =>
    ({ id, effect, when: { all }, reason: "holds" }) as const;
  const over = (value: number): Condition => ({ fact: "discount", operator: "greaterThan", value });
  const rules = [rule("ok", "execute", upTo(200_000)), rule("never", "block", over(100_000), upTo(300_000))];
  const [finding] = ofLimits({ ...policy, params: [], overrides: [], rules });
  expect(finding).toContain("it first acts at 9.9999 % downwards and at 30.0001 % upwards");
});
