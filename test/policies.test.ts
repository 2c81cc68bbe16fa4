import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { governedActions } from "../domain/governed-actions.ts";
import { evaluate } from "../guardrails/evaluate.ts";
import { loadCases } from "../guardrails/load/cases.ts";
import type { PolicyCase } from "../guardrails/load/cases.ts";
import { formatProblem } from "../guardrails/problem.ts";
import { thresholdsOf } from "../guardrails/thresholds.ts";
import { policyFile, policyOf } from "./fixtures/policy.ts";

const ids = Object.keys(governedActions);

function casesOf(id: string): readonly PolicyCase[] {
  const file = `${id}.test.yaml`;
  const loaded = loadCases(file, policyFile(file), policyOf(id));
  if (loaded.kind === "loaded") return loaded.cases;
  throw new Error(loaded.problems.map(formatProblem).join("\n"));
}

test("every governed action has a policy and cases, and nothing else is in the folder", () => {
  const files = readdirSync(new URL("../policies", import.meta.url)).filter((name) => name.endsWith(".yaml"));
  expect(files.toSorted()).toEqual(ids.flatMap((id) => [`${id}.yaml`, `${id}.test.yaml`]).toSorted());
});

test("the policy that the README shows is a sound one", () => {
  const [, shown = ""] = /```yaml\n([^]*?)```/.exec(policyFile("README.md")) ?? [];
  expect(policyOf("quoting", shown).rules.map(({ id }) => id)).toEqual(["manager-band"]);
});

describe.for(ids)("%s", (id) => {
  const policy = policyOf(id);
  const cases = casesOf(id);

  test.for(cases)("$name", async ({ facts, expect: expected }) => {
    const decision = await evaluate(policy, facts);
    const escalated = decision.kind === "escalate" ? decision : undefined;
    expect({
      decision: decision.kind,
      rules: decision.rules.map((rule) => rule.id).toSorted(),
      missing: (escalated?.missing ?? []).toSorted(),
      route: expected.route === null ? null : escalated?.route.id,
    }).toEqual({ ...expected, rules: expected.rules.toSorted(), missing: expected.missing.toSorted() });
  });

  test("each threshold has a case at the limit and one a millionth or a cent beyond", () => {
    const sides = thresholdsOf(policy).flatMap(({ fact, below, above }) => [
      { fact, value: below },
      { fact, value: above },
    ]);
    expect(sides.filter(({ fact, value }) => !cases.some(({ facts }) => facts[fact] === value))).toEqual([]);
  });

  test("each rule is hit by some case", () => {
    const hit = new Set(cases.flatMap((policyCase) => policyCase.expect.rules));
    expect(policy.rules.map((rule) => rule.id).filter((rule) => !hit.has(rule))).toEqual([]);
  });

  test("each escalation that a case expects says its route", () => {
    const silent = cases.filter(({ expect: { decision, route } }) => decision === "escalate" && route === null);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});
