import { stricter } from "../domain/decision.ts";
import type { Verdict } from "../domain/decision.ts";
import type { JsonObject } from "../domain/json.ts";
import { strictestFirst } from "./combine.ts";
import { compilePolicy } from "./compile.ts";
import type { Matches } from "./compile.ts";
import type { Policy, PolicyRule } from "./policy.ts";
import { sceneOf } from "./scene.ts";
import type { Scene } from "./scene.ts";

/** A verdict with the ids of the rules that matched, strictest first, then by id. */
export type CompiledDecision = { readonly verdict: Verdict; readonly rules: readonly string[] };

/** The active rules of a policy by id, each with its place in the order that decisions list rules in. */
type Ranked = ReadonlyMap<string, { readonly rule: PolicyRule; readonly rank: number }>;

const ranks = new WeakMap<readonly PolicyRule[], Ranked>();

/** Cells of one policy share its rules, so the ranking is made once for all of them. */
function rankedOf(rules: readonly PolicyRule[]): Ranked {
  const made = ranks.get(rules);
  if (made !== undefined) return made;
  const active = strictestFirst(rules.filter(({ state }) => state === undefined));
  const ranked = new Map(active.map((rule, rank) => [rule.id, { rule, rank }]));
  ranks.set(rules, ranked);
  return ranked;
}

/**
 * What the active rules come to, given what the compiled form found. `isFaulty`: a fact keeps it from executing. So does a
 * rule that asks or blocks and hangs on a fact that is not known.
 */
export function verdictOfMatches(cell: Policy, { matching, unknown }: Matches, isFaulty: boolean): Verdict {
  const ranked = rankedOf(cell.rules);
  const effects = matching.flatMap((id): Verdict | readonly Verdict[] => ranked.get(id)?.rule.effect ?? []);
  const isOpen = unknown.some((id) => (ranked.get(id)?.rule.effect ?? "execute") !== "execute");
  const least: Verdict = isFaulty || isOpen ? "escalate" : effects.length === 0 ? cell.default : "execute";
  return effects.reduce(stricter, least);
}

/** Decides a request that has been read. Throws for a policy that no loader lets pass. */
export function decideScene({ checked, cell }: Scene): CompiledDecision {
  const ranked = rankedOf(cell.rules);
  const matches = compilePolicy(cell).match(checked.known);
  const found = matches.matching.flatMap((id) => ranked.get(id) ?? []).toSorted((a, b) => a.rank - b.rank);
  const isFaulty = checked.missing.length > 0 || checked.undeclared.length > 0;
  return { verdict: verdictOfMatches(cell, matches, isFaulty), rules: found.map(({ rule }) => rule.id) };
}

/**
 * The verdict and the rules of `evaluate` by the compiled form alone, without reasons: for replaying many requests, and
 * never for a live decision. A fault escalates, as it does there.
 */
export function decideCompiled(policy: Policy, facts: JsonObject, at: string | undefined): CompiledDecision {
  try {
    return decideScene(sceneOf(policy, facts, at));
  } catch {
    return { verdict: "escalate", rules: [] };
  }
}
