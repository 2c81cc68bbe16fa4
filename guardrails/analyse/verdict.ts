import { stricter } from "../../domain/decision.ts";
import type { Decision, Verdict } from "../../domain/decision.ts";
import type { JsonObject } from "../../domain/json.ts";
import { cellOf } from "../cell.ts";
import { checkFacts } from "../check-facts.ts";
import { combine } from "../combine.ts";
import { compilePolicy } from "../compile.ts";
import { groundsOf } from "../grounds.ts";
import type { Policy } from "../policy.ts";
import { valueIn } from "../ternary.ts";
import type { Known } from "../ternary.ts";

const effectsByPolicy = new WeakMap<Policy, ReadonlyMap<string, Verdict>>();

/** Of active rules alone: a candidate changes no decision. */
function effectsOf(policy: Policy): ReadonlyMap<string, Verdict> {
  const active = policy.rules.filter(({ state }) => state === undefined);
  const effects =
    effectsByPolicy.get(policy) ?? new Map(active.map(({ id, effect }): [string, Verdict] => [id, effect]));
  effectsByPolicy.set(policy, effects);
  return effects;
}

/**
 * The verdict of the rules on a request, without compliance, modes and limits, which only tighten. `cell` is the policy
 * with the parameters that hold for the request. A required fact that is absent keeps it from executing.
 */
export function verdictOf(cell: Policy, known: Known): Verdict {
  const effects = effectsOf(cell);
  const { matching, unknown } = compilePolicy(cell).match(known);
  const found = matching.flatMap((id) => effects.get(id) ?? []);
  const isOpen = unknown.some((id) => (effects.get(id) ?? "execute") !== "execute");
  const isMissing = cell.facts.some(({ name, optional }) => optional !== true && valueIn(known, name) === undefined);
  if (isOpen || isMissing) return found.reduce(stricter, "escalate");
  return found.length === 0 ? cell.default : found.reduce(stricter);
}

/**
 * What a request comes to, read as a live decision reads it, but by one evaluator. `at` is when (ISO 8601); null: while
 * no override is in effect.
 */
export function decisionOf(policy: Policy, facts: JsonObject, at: string | null): Decision {
  const checked = checkFacts(policy, facts);
  const cell = at === null ? policy : cellOf(policy, checked.known, at);
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
