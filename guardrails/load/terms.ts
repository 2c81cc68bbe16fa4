import type { Term } from "../../functions/definition.ts";
import { governedActions } from "../../functions/governed-actions.ts";
import type { Param } from "../policy.ts";
import type { Reader } from "./reader.ts";

/** The terms of the action that a policy of this id decides; none of a foreign policy. */
export function termsOf(policyId: unknown): readonly Term[] {
  if (typeof policyId !== "string" || !Object.hasOwn(governedActions, policyId)) return [];
  return Object.values(governedActions[policyId]?.terms ?? {});
}

/** Notes a term that is not set, is no number, or is or may be set outside its bounds. */
export function checkTerms(
  reader: Reader,
  terms: readonly Term[],
  declared: readonly string[],
  params: readonly Param[],
): void {
  for (const { param: name, min, max } of terms) {
    const fix = `write \`${name}: { number: …, allowed: ${min}..${max} }\` under \`params\``;
    const param = params.find((known) => known.name === name);
    if (!declared.includes(name)) reader.report(["params"], `\`${name}\` is not set, and the action needs it`, fix);
    if (param === undefined) continue;
    const { kind, value, allowed } = param;
    if (kind !== "number") reader.reportKey(["params"], name, `\`${name}\` is not a \`number\``, fix);
    else if (value < min || value > max || (allowed !== null && (allowed.min < min || allowed.max > max)))
      reader.reportKey(["params"], name, `\`${name}\` is not from ${min} to ${max}`, fix);
  }
}
