import { assertNever } from "../domain/assert-never.ts";
import { stricter } from "../domain/decision.ts";
import type { Decision, MatchedRule, Verdict } from "../domain/decision.ts";
import { routeOf } from "./policy.ts";
import type { Policy } from "./policy.ts";

/** What a decision rests on. `routes` are the ids that the matching escalations ask for; `faults` say why it cannot execute. */
export type Grounds = {
  readonly rules: readonly MatchedRule[];
  readonly routes: readonly string[];
  readonly missing: readonly string[];
  readonly faults: readonly string[];
};

const order: { readonly [effect in Verdict]: number } = { block: 0, escalate: 1, execute: 2 };

/** Strictest first, then by id: the order of rules in a file means nothing. */
export function strictestFirst<Rule extends Pick<MatchedRule, "id" | "effect">>(
  rules: readonly Rule[],
): readonly Rule[] {
  return rules.toSorted((a, b) => order[a.effect] - order[b.effect] || (a.id < b.id ? -1 : Number(a.id > b.id)));
}

function verdictOf(policy: Policy, { rules, faults }: Grounds): Verdict {
  const effects = rules.map(({ effect }) => effect);
  if (faults.length > 0) return effects.reduce(stricter, "escalate");
  return effects.length === 0 ? policy.default : effects.reduce(stricter);
}

/** Block over escalate over execute by rank; the policy's default when nothing matched; never execute beside a fault. */
export function combine(policy: Policy, grounds: Grounds): Decision {
  const rules = strictestFirst(grounds.rules);
  const kind = verdictOf(policy, grounds);
  const deciding = rules.filter(({ effect }) => effect === kind).map(({ reason }) => reason);
  const faults = kind === "escalate" ? grounds.faults : [];
  const reasons = [...faults, ...deciding];
  const reason = reasons.length > 0 ? reasons.join("; ") : `no rule of \`${policy.id}\` covers this`;
  switch (kind) {
    case "execute":
      return { kind, rules };
    case "escalate":
      return { kind, rules, missing: grounds.missing, route: routeOf(policy, grounds.routes), reason };
    case "block":
      return { kind, rules, reason };
    default:
      return assertNever(kind);
  }
}
