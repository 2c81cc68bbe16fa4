import { daysInWords } from "../domain/day.ts";
import { obligations } from "../domain/obligations.ts";
import { typeNamed } from "./derived.ts";
import { writeSpan } from "./literals.ts";
import { showValue } from "./fact-types.ts";
import type { Shown, Value } from "./fact-types.ts";
import type { Comparison, Condition, Operator, OtherFact, Param, Policy, PolicyRule } from "./policy.ts";

/** Operators as a sentence says them. */
export const words: { readonly [operator in Operator]: string } = {
  equal: "is",
  notEqual: "is not",
  in: "is one of",
  notIn: "is none of",
  lessThan: "is under",
  lessThanInclusive: "is at most",
  greaterThan: "is over",
  greaterThanInclusive: "is at least",
  contains: "holds",
  doesNotContain: "does not hold",
  matches: "matches",
};

/** A fact's value for people, with a truth value as the policy writes it. */
export function factText(policy: Policy, fact: string, value: Value): string {
  if (typeof value === "boolean") return String(value);
  const type: Shown | undefined = typeNamed(policy, fact);
  if (type !== undefined) return showValue(type, value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What a comparison is made with, in words. */
export function valueText(policy: Policy, { fact, value }: Comparison): string {
  if (typeof value === "object" && "param" in value) {
    const param = policy.params.find(({ name }) => name === value.param);
    return param === undefined ? value.param : `${showValue(param, param.value)} (${param.name})`;
  }
  if (typeof value === "object" && "fact" in value) return `${value.fact}${laterText(policy, value)}`;
  return [value]
    .flat()
    .map((item) => factText(policy, fact, item))
    .join(", ");
}

/** ` plus 24h`, ` less 30 days`; nothing for a fact as it is. */
export function laterText(policy: Policy, { fact, plus = 0 }: OtherFact): string {
  if (plus === 0) return "";
  const far = Math.abs(plus);
  const span = typeNamed(policy, fact)?.kind === "date" ? daysInWords(far) : writeSpan(far);
  return plus > 0 ? ` plus ${span}` : ` less ${span}`;
}

function joined(policy: Policy, conditions: readonly Condition[], word: string): string {
  return conditions
    .map((inner) => {
      const text = conditionText(policy, inner);
      return "any" in inner || "all" in inner ? `(${text})` : text;
    })
    .join(word);
}

/** A condition in words, its limits filled in: `effectiveDiscount is over 15 % (auto_max)`. */
export function conditionText(policy: Policy, condition: Condition): string {
  if ("all" in condition) return joined(policy, condition.all, " and ");
  if ("any" in condition) return joined(policy, condition.any, " or ");
  if ("not" in condition) return `not (${conditionText(policy, condition.not)})`;
  const type = typeNamed(policy, condition.fact);
  if (type?.kind === "boolean" && type.listed !== undefined) {
    return `${type.listed.fact} is ${condition.value === true ? "" : "not "}in the list ${type.listed.id}`;
  }
  return `${condition.fact} ${words[condition.operator]} ${valueText(policy, condition)}`;
}

/** A rule as one sentence without a full stop: `escalate to deal-desk when listPrice is over 500,000.00 USD (tier)`. */
export function ruleText(policy: Policy, rule: PolicyRule): string {
  const outcome = rule.effect === "escalate" ? `escalate to ${rule.route}` : rule.effect;
  const owed = (rule.obligations ?? []).map((name) => obligationText(name));
  const then = owed.length === 0 ? "" : `; then ${owed.join(", then ")}`;
  const watched = rule.state === "candidate" ? "candidate, watched without effect: " : "";
  return `${watched}${outcome} when ${conditionText(policy, rule.when)}${then}`;
}

function obligationText(name: string): string {
  const known: { readonly [id: string]: { readonly title: string } } = obligations;
  return Object.hasOwn(known, name) ? (known[name]?.title ?? name) : name;
}

/** What may ever replace a parameter's value. */
export function boundsText(param: Param): string {
  if (param.protected) return "protected: no override may touch it";
  if (param.allowed === null) return "no override range";
  const { min, max } = param.allowed;
  return `an override may set ${showValue(param, min)} to ${showValue(param, max)}`;
}
