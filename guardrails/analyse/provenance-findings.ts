import { isClaim } from "../../domain/provenance.ts";
import { listed } from "../did-you-mean.ts";
import { beneath } from "../derived.ts";
import { comparisonsOf, readsOf, type Policy } from "../policy.ts";
import type { Finding } from "./finding.ts";

/**
 * Limits that are only as good as somebody's word: a rule that executes on nothing but what who asks, a partner or a model
 * writes, a limit over time that sums such an amount or counts by nothing else, and a fact of theirs that another one is
 * held to. What is derived is as good as what it is made of.
 */
export function provenanceFindings(policy: Policy): readonly Finding[] {
  const from = new Map(policy.facts.map((fact) => [fact.name, fact.from]));
  const areClaims = (names: readonly string[]) => names.length > 0 && names.every((name) => isClaim(from.get(name)));
  const finding = (id: string, does: string, names: readonly string[]): Finding => ({
    kind: "rests-on-claims",
    severity: "warning",
    about: [id],
    message: `\`${id}\` ${does} ${claimed(names)}; let it rest on a fact of the system of record, or of code, too`,
  });
  const claimed = (names: readonly string[]) => {
    const writers = [...new Set(names.map((name) => from.get(name)))].join(" or ");
    return `${listed(names)}, which ${writers === "model" ? "a model" : `the ${writers}`} writes`;
  };
  const rules = policy.rules
    .filter(({ effect, state }) => effect === "execute" && state === undefined)
    .map(({ id, when }) => ({ id, facts: beneath(policy, readsOf(when).facts).facts }))
    .filter(({ facts }) => areClaims(facts));
  const limits = policy.limits
    .map(({ id, sum, per }) => ({ id, facts: beneath(policy, sum === null ? per : [sum]).facts }))
    .filter(({ facts }) => areClaims(facts));
  const besides = policy.rules
    .filter(({ state }) => state === undefined)
    .flatMap(({ id, when }) =>
      comparisonsOf(when).flatMap(({ value }) =>
        typeof value === "object" && "fact" in value ? [{ id, of: value.fact }] : [],
      ),
    )
    .map(({ id, of }) => ({ id, of, facts: beneath(policy, [of]).facts }))
    .filter(({ facts }) => areClaims(facts));
  return [
    ...besides.map(({ id, of, facts }) => finding(id, `compares with \`${of}\`, which rests on nothing but`, facts)),
    ...rules.map(({ id, facts }) => finding(id, "executes on nothing but", facts)),
    ...limits.map(({ id, facts }) => finding(id, "counts by nothing but", facts)),
  ];
}
