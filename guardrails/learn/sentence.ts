import { showValue } from "../fact-types.ts";
import type { Policy } from "../policy.ts";
import type { Suggestion } from "./suggest.ts";

/** A suggestion and its ground, as a person reads it. */
export function suggestionText(policy: Policy, suggestion: Suggestion): string {
  const { param: name, from, to, ruleId } = suggestion;
  const param = policy.params.find((known) => known.name === name);
  const shown = (value: number) => (param === undefined ? String(value) : showValue(param, value));
  const change = `${to > from ? "raise" : "lower"} \`${name}\` from ${shown(from)} to ${shown(to)}`;
  if (suggestion.kind === "tighten") {
    const [first, ...others] = suggestion.reversals;
    const more = others.length === 0 ? "" : `, and ${others.length} more`;
    const what = `${first?.item.decisionId ?? ""} executed alone, and people rejected the same object asked again for no more (${first?.rejected ?? ""})`;
    return `${change}: ${what}${more}`;
  }
  const { asked, approved, approvers, approvalLower, medianSeconds } = suggestion.evidence;
  const sure = `${(Math.floor(approvalLower * 1_000) / 10).toFixed(1)} %`;
  const how = `${approvers.length} people, ${medianSeconds} s each by the median, approval at least ${sure} with 95 % confidence`;
  return `${change}: people approved ${approved} of the ${asked} requests that \`${ruleId}\` asked about and that would then execute (${how})`;
}
