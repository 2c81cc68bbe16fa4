import type { CandidateSeen } from "../domain/decision-details.ts";
import type { Decision } from "../domain/decision.ts";
import type { JsonObject } from "../domain/json.ts";
import { combine, strictestFirst } from "./combine.ts";
import { compilePolicy } from "./compile.ts";
import type { Matches } from "./compile.ts";
import { engineMatches } from "./engine.ts";
import { groundsOf, matched } from "./grounds.ts";
import type { Policy, PolicyRule } from "./policy.ts";
import { sceneOf } from "./scene.ts";
import type { Scene } from "./scene.ts";
import type { Known } from "./ternary.ts";

/**
 * The two that must agree on the rules that match, whatever the facts that are not known turn out to be: json-rules-engine,
 * and the compiled form, which also tells what hangs on them. `cell` is the policy as it stands.
 */
type Matchers = {
  readonly engine: (cell: Policy, known: Known) => ReadonlySet<string> | Promise<ReadonlySet<string>>;
  readonly compiled: (cell: Policy, known: Known) => Matches;
};

/** What the two evaluators found for one request, as sorted rule ids. They differ, so one of the two is wrong. */
export type Disagreement = {
  readonly policy: string;
  readonly engine: readonly string[];
  readonly compiled: readonly string[];
};

export type JudgeOptions = {
  /** When the request is decided, ISO 8601: the overrides in effect then apply. Without it none does. */
  readonly at?: string;
  /** Told once per decision on which the evaluators differ, to raise an alarm. What it throws changes no decision. */
  readonly onDisagreement?: (detail: Disagreement) => void;
};

/** A decision with what it rests on. */
export type Judgement = {
  readonly decision: Decision;
  /** The facts that are known, as rules read them. */
  readonly known: Known;
  /** The policy with its parameters as they stood for this request. */
  readonly cell: Policy;
  /** Null when the policy has no candidate rule. */
  readonly candidate: CandidateSeen | null;
};

type Judge = (policy: Policy, facts: JsonObject, options?: JudgeOptions) => Promise<Judgement>;
type Evaluate = (policy: Policy, facts: JsonObject, options?: JudgeOptions) => Promise<Decision>;

const disagreement = "runtime_error:evaluator_disagreement";

const isActive = ({ state }: PolicyRule): boolean => state === undefined;

/** One request under one cell: what every way of combining rules starts from. */
type Request = Scene & { readonly open: readonly PolicyRule[] };

function combined({ cell, checked, open }: Request, rules: readonly PolicyRule[]): Decision {
  return combine(cell, groundsOf(cell, checked, rules, open));
}

/** The stricter of what the two evaluators say, and never an execution. Lists the rules that either of them found. */
function decideDisagreed(request: Request, sides: readonly (readonly PolicyRule[])[]): Decision {
  const { cell, checked, open } = request;
  const found = cell.rules.filter((rule) => sides.some((side) => side.includes(rule)));
  const grounds = groundsOf(cell, checked, found, open);
  for (const side of sides) {
    const decision = combined(request, side);
    if (decision.kind === "block") {
      return { kind: "block", rules: strictestFirst(grounds.rules), reason: `${disagreement}; ${decision.reason}` };
    }
  }
  const routes = [...grounds.routes, cell.defaultRoute.id];
  return combine(cell, { ...grounds, routes, faults: [disagreement, ...grounds.faults] });
}

function tell(detail: Disagreement, { onDisagreement }: JudgeOptions): void {
  try {
    onDisagreement?.(detail);
  } catch {
    // The decision already says what happened, and it stands whether or not the alarm could be raised.
  }
}

/** What it would have been with the candidates among the active rules. */
function candidateSeen(request: Request, found: readonly PolicyRule[], decision: Decision): CandidateSeen | null {
  const { cell, checked } = request;
  if (cell.rules.every(isActive)) return null;
  const verdict = combined(request, found).kind;
  const rules = found.filter((rule) => !isActive(rule)).map((rule) => matched(cell, rule, checked.known));
  return { rules: strictestFirst(rules), verdict, flips: verdict !== decision.kind };
}

async function decide(
  policy: Policy,
  facts: JsonObject,
  matchers: Matchers,
  options: JudgeOptions,
): Promise<Judgement> {
  const { checked, cell } = sceneOf(policy, facts, options.at);
  const { known } = checked;
  const byEngine = await matchers.engine(cell, known);
  const compiled = matchers.compiled(cell, known);
  const [byCompiled, unknown] = [new Set(compiled.matching), new Set(compiled.unknown)];
  const request = { cell, checked, open: cell.rules.filter((rule) => isActive(rule) && unknown.has(rule.id)) };
  const found = cell.rules.filter(({ id }) => byEngine.has(id));
  if (byEngine.size === byCompiled.size && [...byEngine].every((id) => byCompiled.has(id))) {
    const decision = combined(request, found.filter(isActive));
    return { decision, known, cell, candidate: candidateSeen(request, found, decision) };
  }
  const sides = [found, cell.rules.filter(({ id }) => byCompiled.has(id))].map((side) => side.filter(isActive));
  const decision = decideDisagreed(request, sides);
  tell({ policy: policy.id, engine: [...byEngine].toSorted(), compiled: [...byCompiled].toSorted() }, options);
  return { decision, known, cell, candidate: null };
}

/** Judges with the two given ways to find matching rules. See `judge`, which is this with the real ones. */
export function judgeWith(matchers: Matchers): Judge {
  return async (policy, facts, options = {}) => {
    try {
      return await decide(policy, facts, matchers, options);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const reason = `runtime_error:evaluation: ${detail}`;
      const decision: Decision = { kind: "escalate", rules: [], missing: [], route: policy.defaultRoute, reason };
      return { decision, known: {}, cell: policy, candidate: null };
    }
  };
}

/** The evaluators of every live decision. */
export const liveMatchers: Matchers = {
  engine: engineMatches,
  compiled: (cell, known) => compilePolicy(cell).match(known),
};

/**
 * Decides one request under a policy, with what the decision rests on. Facts that are missing or ill-typed escalate and
 * are named; a rule whose answer is certain without them is still heard, so that a certain block stays a block. Both
 * evaluators are asked; when they differ the stricter holds, never an execution, with
 * `runtime_error:evaluator_disagreement`. Candidate rules are heard beside and change nothing. Never rejects: a fault
 * escalates to the default route as `runtime_error:evaluation`.
 */
export const judge: Judge = judgeWith(liveMatchers);

/** The decision alone, by two given evaluators. */
export function evaluateWith(matchers: Matchers): Evaluate {
  const judgeBy = judgeWith(matchers);
  return async (policy, facts, options) => (await judgeBy(policy, facts, options)).decision;
}

/** The decision of `judge` alone. */
export const evaluate: Evaluate = evaluateWith(liveMatchers);
