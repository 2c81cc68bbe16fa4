import { expect, test } from "vitest";
import { diffPolicies } from "../../../guardrails/analyse/diff.ts";
import { lint } from "../../../guardrails/analyse/lint.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { sample, without } from "./sample.ts";

function idle(policy: Policy): readonly (readonly string[])[] {
  const findings = lint(policy, { today: "2026-03-01" });
  return findings
    .filter(({ kind }) => ["unreachable", "shadowed", "redundant", "as-default", "undecided"].includes(kind))
    .map(({ kind, about }) => [kind, ...about]);
}

test("a rule that another one covers is needed where an override moved the other one away", () => {
  const policy = sample("needed-outside-an-override");
  expect(idle(policy)).toEqual([]);
  expect(diffPolicies(policy, without(policy, "mid")).changes).toMatchObject([
    { direction: "loosening", witness: { partner: "alpha" }, overrides: ["h1"], day: "2026-01-01" },
  ]);
  expect(idle({ ...policy, overrides: [] })).toEqual([["redundant", "mid", "manager-band"]]);
});

test("a rule that a stricter one outranks decides where an override moved the stricter one away", () => {
  const policy = sample("decides-inside-an-override");
  expect(idle(policy)).toEqual([]);
  expect(diffPolicies(policy, without(policy, "middle")).changes).toMatchObject([
    { direction: "tightening", from: { rules: ["middle"] }, overrides: ["h1"], day: "2026-01-01" },
  ]);
  expect(idle({ ...policy, overrides: [] })).toEqual([["shadowed", "middle", "manager-band"]]);
});
