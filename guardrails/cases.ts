import type { Decision, Verdict } from "../domain/decision.ts";
import type { JsonObject } from "../domain/json.ts";
import { evaluate } from "./evaluate.ts";
import type { PolicyCase } from "./load/cases.ts";
import type { Policy } from "./policy.ts";

/** Decides one request. Tests of policies take it as an argument, so that a wrong one is seen to fail. */
export type Decide = (policy: Policy, facts: JsonObject, at?: string) => Promise<Decision>;

export const live: Decide = (policy, facts, at) => evaluate(policy, facts, at === undefined ? {} : { at });

/** A decision as cases state it. Rules and missing facts are sorted; `route` is null where the case does not say. */
type CaseOutcome = {
  readonly decision: Verdict;
  readonly rules: readonly string[];
  readonly missing: readonly string[];
  readonly route: string | null;
};

export type CaseResult = {
  readonly name: string;
  readonly passed: boolean;
  readonly expected: CaseOutcome;
  readonly decided: CaseOutcome;
};

function decidedOutcome(decision: Decision, saysRoute: boolean): CaseOutcome {
  const escalated = decision.kind === "escalate" ? decision : undefined;
  return {
    decision: decision.kind,
    rules: decision.rules.map(({ id }) => id).toSorted(),
    missing: (escalated?.missing ?? []).toSorted(),
    route: saysRoute ? (escalated?.route.id ?? null) : null,
  };
}

async function runCase(policy: Policy, { name, facts, at, expect }: PolicyCase, decide: Decide): Promise<CaseResult> {
  const { decision, rules, missing, route } = expect;
  const expected = { decision, rules: rules.toSorted(), missing: missing.toSorted(), route };
  const decided = decidedOutcome(await decide(policy, facts, at), route !== null);
  return { name, passed: JSON.stringify(decided) === JSON.stringify(expected), expected, decided };
}

/** Runs the cases beside a policy, in their order: decision, every matching rule, missing facts and the route must agree. */
export async function runCases(
  policy: Policy,
  cases: readonly PolicyCase[],
  decide: Decide = live,
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const policyCase of cases) results.push(await runCase(policy, policyCase, decide));
  return results;
}
