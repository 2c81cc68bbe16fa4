import type { Verdict } from "../../domain/decision.ts";
import type { FactType } from "../fact-types.ts";
import { frozen } from "../frozen.ts";
import type { Condition, Policy, PolicyRule } from "../policy.ts";
import type { Problem } from "../problem.ts";
import { factsText, policyText } from "../written-policy.ts";
import { casesText } from "./cases.ts";

/** A rule as it was found at a line of the source. `role`: who answers where it asks. */
export type DraftRule = {
  readonly id: string;
  readonly effect: Verdict;
  readonly role?: string;
  readonly when: Condition;
  readonly reason: string;
};

/** What a source says, in the words of the policy language. `notes`: what a reader has to know to hold the two together. */
export type Draft = {
  readonly facts: readonly FactType[];
  readonly rules: readonly DraftRule[];
  readonly default: Policy["default"];
  readonly notes: readonly string[];
};

export type Imported =
  | { readonly kind: "imported"; readonly draft: Draft }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** Who answers where the source names nobody. */
const NOBODY_NAMED = "ops-engineer";

const HOUR_MS = 3_600_000;
const routeOf = (role: string) => ({
  id: role,
  quorum: 1,
  levels: [{ role, slaMs: 8 * HOUR_MS }],
  unresolved: "up" as const,
});

/** The draft as a policy of this id. */
export function draftPolicy(id: string, { facts, rules, default: verdict }: Draft): Policy {
  const roles = [...new Set(rules.flatMap(({ role }) => role ?? []))];
  const routes = (roles.length === 0 ? [NOBODY_NAMED] : roles).map(routeOf);
  const [defaultRoute = routeOf(NOBODY_NAMED)] = routes;
  const written = rules.map(({ id: rule, effect, role, when, reason }): PolicyRule => {
    const base = { id: rule, when, reason };
    return effect === "escalate" ? { ...base, effect, route: role ?? defaultRoute.id } : { ...base, effect };
  });
  return frozen({
    id,
    default: verdict,
    timezone: "UTC",
    mode: "led",
    demotion: null,
    subject: null,
    facts,
    params: [],
    overrides: [],
    rules: written,
    limits: [],
    invariants: [],
    routes,
    defaultRoute,
  } satisfies Policy);
}

/** The three files of a draft: its policy, the facts, and cases as the policy decides them. `from` names the source. */
export function draftFiles(id: string, draft: Draft, from: string) {
  const policy = draftPolicy(id, draft);
  const heading = [
    `A draft from ${from}. Read it against the source before anybody relies on it: who answers, the ranges of facts.`,
    ...draft.notes,
  ];
  return {
    policy: policyText(policy, heading),
    facts: factsText(draft.facts, [`The facts of ${from}, as far as it names them.`]),
    cases: casesText(policy, [`What the draft decides, a request for each rule: check them against ${from}.`]),
  };
}
