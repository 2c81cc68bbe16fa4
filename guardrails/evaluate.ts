import type { Decision } from "../domain/decision.ts";
import type { JsonObject } from "../domain/json.ts";
import { checkFacts } from "./check-facts.ts";
import type { CheckedFacts } from "./check-facts.ts";
import { combine, strictestFirst } from "./combine.ts";
import { compilePolicy } from "./compile.ts";
import { matchingRules } from "./engine.ts";
import { groundsOf } from "./grounds.ts";
import { readsOf } from "./policy.ts";
import type { Policy, PolicyRule } from "./policy.ts";
import type { Known } from "./ternary.ts";

/** Finds the rules that match. `rules` are those of the policy that read known facts alone. */
type Matcher = (
  policy: Policy,
  rules: readonly PolicyRule[],
  known: Known,
) => ReadonlySet<string> | Promise<ReadonlySet<string>>;

/** The two that must agree: json-rules-engine, and the compiled form. */
type Matchers = { readonly engine: Matcher; readonly compiled: Matcher };

/** What the two evaluators found for one request, as sorted rule ids. They differ, so one of the two is wrong. */
export type Disagreement = {
  readonly policy: string;
  readonly engine: readonly string[];
  readonly compiled: readonly string[];
};

type Options = {
  /** Told once per decision on which the evaluators differ, to raise an alarm. What it throws changes no decision. */
  readonly onDisagreement?: (detail: Disagreement) => void;
};

type Evaluate = (policy: Policy, facts: JsonObject, options?: Options) => Promise<Decision>;

const disagreement = "runtime_error:evaluator_disagreement";

/** The stricter of what the two evaluators say, and never an execution. Lists the rules that either of them found. */
function decideDisagreed(policy: Policy, checked: CheckedFacts, sides: readonly (readonly PolicyRule[])[]): Decision {
  const found = policy.rules.filter((rule) => sides.some((side) => side.includes(rule)));
  const grounds = groundsOf(policy, checked, found);
  for (const side of sides) {
    const decision = combine(policy, groundsOf(policy, checked, side));
    if (decision.kind === "block") {
      return { kind: "block", rules: strictestFirst(grounds.rules), reason: `${disagreement}; ${decision.reason}` };
    }
  }
  const routes = [...grounds.routes, policy.defaultRoute.id];
  return combine(policy, { ...grounds, routes, faults: [disagreement, ...grounds.faults] });
}

function tell(detail: Disagreement, { onDisagreement }: Options): void {
  try {
    onDisagreement?.(detail);
  } catch {
    // The decision already says what happened, and it stands whether or not the alarm could be raised.
  }
}

async function decide(policy: Policy, facts: JsonObject, matchers: Matchers, options: Options): Promise<Decision> {
  const checked = checkFacts(policy, facts);
  const { known, missing } = checked;
  const certain = policy.rules.filter(({ when }) => !readsOf(when).facts.some((name) => missing.includes(name)));
  const byEngine = await matchers.engine(policy, certain, known);
  const byCompiled = await matchers.compiled(policy, certain, known);
  const found = certain.filter(({ id }) => byEngine.has(id));
  if (byEngine.size === byCompiled.size && [...byEngine].every((id) => byCompiled.has(id))) {
    return combine(policy, groundsOf(policy, checked, found));
  }
  const sides = [found, certain.filter(({ id }) => byCompiled.has(id))];
  const decision = decideDisagreed(policy, checked, sides);
  tell({ policy: policy.id, engine: [...byEngine].toSorted(), compiled: [...byCompiled].toSorted() }, options);
  return decision;
}

/** Decides with the two given ways to find matching rules. See `evaluate`, which is this with the real ones. */
export function evaluateWith(matchers: Matchers): Evaluate {
  return async (policy, facts, options = {}) => {
    try {
      return await decide(policy, facts, matchers, options);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const reason = `runtime_error:evaluation: ${detail}`;
      return { kind: "escalate", rules: [], missing: [], route: policy.defaultRoute, reason };
    }
  };
}

/** The evaluators of every live decision. */
export const liveMatchers: Matchers = {
  engine: (policy, rules, known) => matchingRules(rules, known, policy.params),
  compiled(policy, rules, known) {
    const certain = new Set(rules.map(({ id }) => id));
    return new Set(
      compilePolicy(policy)
        .match(known)
        .matching.filter((id) => certain.has(id)),
    );
  },
};

/**
 * Decides one request under a policy. Facts that are missing or ill-typed escalate and are named; rules that read only
 * known facts are still heard, so that a certain block stays a block. Both evaluators are asked; when they differ the
 * stricter holds, never an execution, with `runtime_error:evaluator_disagreement`. Never rejects: a fault escalates to
 * the default route as `runtime_error:evaluation`.
 */
export const evaluate: Evaluate = evaluateWith(liveMatchers);
