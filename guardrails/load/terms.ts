import { formatPpm } from "../../domain/ppm.ts";
import type { Term } from "../../functions/definition.ts";
import { governedActions } from "../../functions/governed-actions.ts";
import type { Param } from "../policy.ts";
import type { Reader } from "./reader.ts";

/** The terms of the action that a policy of this id decides; none of a foreign policy. */
export function termsOf(policyId: unknown): readonly Term[] {
  if (typeof policyId !== "string" || !Object.hasOwn(governedActions, policyId)) return [];
  return Object.values(governedActions[policyId]?.terms ?? {});
}

/** A term's bound as a parameter of its kind is written: `730`, or `60%` for a share in parts per million. */
function written(value: number, isShare: boolean): string {
  return isShare ? formatPpm(value).replace(" ", "") : String(value);
}

/** Notes a term that is not set, is of another kind, or is or may be set outside its bounds. */
export function checkTerms(
  reader: Reader,
  terms: readonly Term[],
  declared: readonly string[],
  params: readonly Param[],
): void {
  for (const { param: name, min, max, kind: wanted = "number" } of terms) {
    const isShare = wanted === "ppm";
    const unit = isShare ? "percent" : "number";
    const [least, most] = [written(min, isShare), written(max, isShare)];
    const fix = `write \`${name}: { ${unit}: …, allowed: ${least}..${most} }\` under \`params\``;
    const param = params.find((known) => known.name === name);
    if (!declared.includes(name)) reader.report(["params"], `\`${name}\` is not set, and the action needs it`, fix);
    if (param === undefined) continue;
    const { kind, value, allowed } = param;
    if (kind !== wanted) reader.reportKey(["params"], name, `\`${name}\` is not a \`${unit}\``, fix);
    else if (value < min || value > max || (allowed !== null && (allowed.min < min || allowed.max > max)))
      reader.reportKey(["params"], name, `\`${name}\` is not from ${least} to ${most}`, fix);
  }
}
