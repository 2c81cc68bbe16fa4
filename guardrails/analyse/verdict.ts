import type { Decision, Verdict } from "../../domain/decision.ts";
import type { JsonObject } from "../../domain/json.ts";
import { combine } from "../combine.ts";
import { compilePolicy } from "../compile.ts";
import { verdictOfMatches } from "../decide-compiled.ts";
import { groundsOf } from "../grounds.ts";
import type { Policy } from "../policy.ts";
import { sampleAt } from "../sample.ts";
import { sceneOf } from "../scene.ts";
import { valueIn } from "../ternary.ts";
import type { Known } from "../ternary.ts";

/**
 * The verdict of the rules on a request, without compliance, modes and limits, which only tighten. `cell` is the policy
 * with the parameters that hold for the request. A required fact that is absent keeps it from executing.
 */
export function verdictOf(cell: Policy, known: Known): Verdict {
  const isMissing = cell.facts.some(({ name, optional }) => optional !== true && valueIn(known, name) === undefined);
  return verdictOfMatches(cell, compilePolicy(cell).match(known), isMissing);
}

/**
 * What a request comes to, read as a live decision reads it, but by one evaluator. `at` is when (ISO 8601); null: while
 * no override is in effect.
 */
export function decisionOf(policy: Policy, facts: JsonObject, at: string | null): Decision {
  const asked = sampleAt(policy, facts, at ?? undefined);
  const { checked, cell } = sceneOf(policy, asked.facts, asked.at);
  const { matching, unknown } = compilePolicy(cell).match(checked.known);
  const active = cell.rules.filter(({ state }) => state === undefined);
  const [found, open] = [new Set(matching), new Set(unknown)];
  const grounds = groundsOf(
    cell,
    checked,
    active.filter(({ id }) => found.has(id)),
    active.filter(({ id }) => open.has(id)),
  );
  return combine(cell, grounds);
}
