import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lint } from "../../../guardrails/analyse/lint.ts";
import { runCases } from "../../../guardrails/cases.ts";
import { loadCases } from "../../../guardrails/load/cases.ts";
import { loadPolicy } from "../../../guardrails/load/policy.ts";
import { facts } from "./written.ts";

const text = readFileSync(new URL("../../../docs/times.md", import.meta.url), "utf8");
const example = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? "";

const cases = `policy: deal
base:
  registeredAt: 2026-03-28T12:00:00+01:00
  grace: 24h
  closeDate: 2026-04-30
  partner: acme
cases:
  - { name: a fresh one executes, at: "2026-03-29T11:00:00Z", expect: { decision: execute, rules: [fresh] } }
  - { name: one millisecond later asks, at: "2026-03-29T11:00:00.001Z", expect: { decision: escalate, rules: [] } }
  - { name: it closes soon, at: 2026-04-24, expect: { decision: escalate, rules: [closing] } }
  - { name: one day before that it does not, at: 2026-04-23, expect: { decision: escalate, rules: [] } }
  - { name: too old, at: 2026-06-27, expect: { decision: block, rules: [closing, late] } }
  - { name: a day when clocks change, at: 2026-04-01, given: { registeredAt: "2026-03-28T23:00:00Z" }, expect: { decision: escalate, rules: [weekend] } }
`;

test("the example of the documentation loads, and decides as it says", async () => {
  const read = loadPolicy("deal.yaml", example, { deal: facts });
  if (read.kind === "refused") throw new Error(JSON.stringify(read.problems));
  const loaded = loadCases("deal.test.yaml", cases, read.policy);
  if (loaded.kind === "refused") throw new Error(JSON.stringify(loaded.problems));
  const results = await runCases(read.policy, loaded.cases);
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
  expect(results).toHaveLength(6);
  expect(lint(read.policy, { today: "2026-01-01" }).filter(({ severity }) => severity === "error")).toEqual([]);
});

test("a case of a policy that reads `now` says when", () => {
  const read = loadPolicy("deal.yaml", example, { deal: facts });
  if (read.kind === "refused") throw new Error(JSON.stringify(read.problems));
  const without = loadCases("deal.test.yaml", cases.replace(`at: "2026-03-29T11:00:00Z", `, ""), read.policy);
  expect(without).toMatchObject({
    problems: [{ line: 8, message: "the policy reads `now`, and the case does not say when" }],
  });
});
