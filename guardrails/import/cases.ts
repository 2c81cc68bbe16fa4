import type { FactType, Scalar, Value } from "../fact-types.ts";
import { holds, readRules } from "../reading.ts";
import { comparisonsOf, readsOf } from "../policy.ts";
import type { Policy } from "../policy.ts";
import type { Known } from "../ternary.ts";
import { writtenScalar } from "../written-condition.ts";
import { fileText } from "../written-policy.ts";

/** Requests that are tried for one rule before it gets no case. */
const MOST = 20_000;

/** The values of a fact that its comparisons tell apart, and one beside them. */
function telling(policy: Policy, type: FactType): readonly Value[] {
  const comparisons = policy.rules.flatMap(({ when }) => comparisonsOf(when)).filter(({ fact }) => fact === type.name);
  const named = comparisons.flatMap(({ value }) =>
    typeof value === "object" && "param" in value ? [] : [value].flat(),
  );
  switch (type.kind) {
    case "boolean":
      return [false, true];
    case "choice":
      return type.values;
    case "set":
      return [[], ...type.values.map((word) => [word]), type.values.toSorted()];
    case "list":
      return [];
    case "text":
      return ["other", ...named.filter((word): word is string => typeof word === "string")];
    default: {
      const around = named
        .filter((value) => typeof value === "number")
        .flatMap((value) => [value, value - 1, value + 1]);
      const all = [...around, type.min].filter((value) => type.min <= value && value <= type.max);
      return [...new Set(all)].toSorted((a, b) => a - b);
    }
  }
}

/** A request that a rule matches; undefined when none was found among those tried. */
function matching(policy: Policy, when: Policy["rules"][number]["when"], base: Known): Known | undefined {
  const types = readsOf(when).facts.flatMap((name) => policy.facts.filter((type) => type.name === name));
  const values = types.map((type) => telling(policy, type));
  let tried = 0;
  const search = (at: number, known: Known): Known | undefined => {
    const type = types[at];
    if (type === undefined) {
      tried += 1;
      return holds(policy, when, known) ? known : undefined;
    }
    for (const value of values[at] ?? []) {
      if (tried > MOST) return undefined;
      const found = search(at + 1, { ...known, [type.name]: value });
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(0, base);
}

function written(policy: Policy, known: Known): { readonly [fact: string]: Value } {
  return Object.fromEntries(
    Object.entries(known).map(([name, value]) => {
      const one = (scalar: Scalar) => writtenScalar(policy.facts, name, scalar);
      return [name, typeof value === "object" ? value : one(value as Scalar)];
    }),
  );
}

/** The file of cases of a draft: one for each rule that a request was found for, and one that no rule matches if there is. */
export function casesText(policy: Policy, heading: readonly string[]): string {
  const base: Known = Object.fromEntries(policy.facts.map((type) => [type.name, telling(policy, type)[0] ?? "other"]));
  const changed = (known: Known) =>
    Object.fromEntries(
      Object.entries(known).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(base[name])),
    );
  const requests = policy.rules.flatMap(({ id, when }) => {
    const known = matching(policy, when, base);
    return known === undefined ? [] : [{ name: `${id} matches`, known }];
  });
  const cases = [{ name: "the base itself", known: base }, ...requests].map(({ name, known }) => {
    const { decision, rules } = readRules(policy, known);
    const given = written(policy, changed(known));
    return { name, ...(Object.keys(given).length > 0 && { given }), expect: { decision, rules } };
  });
  return fileText("cases", { policy: policy.id, base: written(policy, base), cases }, heading);
}
