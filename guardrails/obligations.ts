import type { Decision } from "../domain/decision.ts";
import type { Policy } from "./policy.ts";

/** What the deciding rules owe: of those that matched, the ones whose effect is the verdict. Each once, in file order. */
export function obligationsOf(policy: Policy, { kind, rules }: Decision): readonly string[] {
  const deciding = new Set(rules.filter(({ effect }) => effect === kind).map(({ id }) => id));
  return [...new Set(policy.rules.flatMap(({ id, obligations = [] }) => (deciding.has(id) ? obligations : [])))];
}
