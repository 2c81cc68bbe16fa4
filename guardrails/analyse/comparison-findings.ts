import { assertNever } from "../../domain/assert-never.ts";
import { typeNamed } from "../derived.ts";
import type { FactType, Value } from "../fact-types.ts";
import { comparisonsOf, type Comparison, type Policy } from "../policy.ts";
import { comparisonHolds } from "../reading.ts";
import { conditionText } from "../sentences.ts";
import { limitsOf } from "../ternary.ts";
import { valuesOf } from "./cells.ts";
import type { Finding } from "./finding.ts";

/** Values of a fact of which one answers a comparison as any value does; none where there are too many to tell. */
function telling(type: FactType, limits: readonly unknown[]): readonly Value[] {
  switch (type.kind) {
    case "boolean":
      return [false, true];
    case "choice":
      return type.values;
    case "text":
    case "set":
    case "list":
      return [];
    case "number":
    case "ppm":
    case "minor":
    case "date":
    case "date-time":
    case "duration": {
      const near = limits.flatMap((limit) => (typeof limit === "number" ? [limit - 1, limit, limit + 1] : []));
      return [type.min, type.max, ...near].filter((value) => value >= type.min && value <= type.max);
    }
    default:
      return assertNever(type);
  }
}

/** What every value that the fact can have makes of a comparison, whatever overrides set; undefined where they differ. */
function sameAnswer(policy: Policy, comparison: Comparison): boolean | undefined {
  const type = typeNamed(policy, comparison.fact);
  // What two facts make of each other hangs on both.
  if (type === undefined || (typeof comparison.value === "object" && "fact" in comparison.value)) return undefined;
  const answers = valuesOf(policy).flatMap((variant) =>
    telling(type, limitsOf(comparison, variant.params)).map((value) => comparisonHolds(variant, comparison, value)),
  );
  const [first] = answers;
  return answers.every((answer) => answer === first) ? first : undefined;
}

/** Comparisons that hold for every value their fact can have, or for none: they say nothing of a request. */
export function comparisonFindings(policy: Policy): readonly Finding[] {
  return policy.rules.flatMap(({ id, when }) =>
    comparisonsOf(when).flatMap((comparison): readonly Finding[] => {
      const answer = sameAnswer(policy, comparison);
      if (answer === undefined) return [];
      const holds = answer ? "every value that it can have" : "no value that it can have";
      const message = `in \`${id}\`, \`${conditionText(policy, comparison)}\` holds for ${holds}`;
      return [{ kind: answer ? "always-true" : "never-true", severity: "warning", about: [id], message }];
    }),
  );
}
