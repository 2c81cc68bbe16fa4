import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { governedActions } from "../functions/governed-actions.ts";
import { probeBoundaries } from "../guardrails/boundaries.ts";
import { runCases } from "../guardrails/cases.ts";
import { coverageOf } from "../guardrails/coverage.ts";
import { loadCases } from "../guardrails/load/cases.ts";
import type { PolicyCase } from "../guardrails/load/cases.ts";
import { formatProblem } from "../guardrails/problem.ts";
import { thresholdsOf } from "../guardrails/thresholds.ts";
import { policyFile, policyOf, sharedIds } from "./fixtures/policy.ts";

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

test("each shared limit is named by a policy, and every policy loads with it", () => {
  const named = ids.flatMap((id) => policyOf(id).limits.flatMap(({ id: limit, shared }) => (shared ? [limit] : [])));
  expect([...new Set(named)].toSorted()).toEqual(sharedIds.toSorted());
});

test("the policy that the README shows is a sound one", () => {
  const [, shown = ""] = /```yaml\n([^]*?)```/.exec(policyFile("README.md")) ?? [];
  expect(policyOf("quoting", shown).rules.map(({ id }) => id)).toEqual(["manager-band"]);
});

describe.for(ids)("%s", (id) => {
  const policy = policyOf(id);
  const cases = casesOf(id);

  test.for(cases)("$name", async (policyCase) => {
    const [result] = await runCases(policy, [policyCase]);
    expect(result?.decided).toEqual(result?.expected);
  });

  test("at and beside every limit the verdict is what the rules say", async () => {
    const { boundaries, failures } = await probeBoundaries(policy, cases);
    expect({ failures, unturned: boundaries.filter(({ turns }) => !turns) }).toEqual({ failures: [], unturned: [] });
  });

  test("the cases show every rule and every comparison both ways", () => {
    expect(coverageOf(policy, cases)).toMatchObject({ percent: 100, gaps: [] });
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
