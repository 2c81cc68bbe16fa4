import { readFileSync } from "node:fs";
import { loadFacts } from "../../../guardrails/load/facts.ts";
import { loadPolicy } from "../../../guardrails/load/policy.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { formatProblem } from "../../../guardrails/problem.ts";

/** The policy `vip` of a folder in `samples/`, over the facts that lie beside it. */
export function sample(folder: string): Policy {
  const text = (name: string) => readFileSync(new URL(`samples/${folder}/${name}`, import.meta.url), "utf8");
  const declared = loadFacts("vip.facts.yaml", text("vip.facts.yaml"));
  if (declared.kind === "refused") throw new Error(declared.problems.map(formatProblem).join("\n"));
  const loaded = loadPolicy("vip.yaml", text("vip.yaml"), { vip: declared.facts });
  if (loaded.kind === "loaded") return loaded.policy;
  throw new Error(loaded.problems.map(formatProblem).join("\n"));
}

/** The policy without one rule. */
export function without(policy: Policy, id: string): Policy {
  return { ...policy, rules: policy.rules.filter((rule) => rule.id !== id) };
}
