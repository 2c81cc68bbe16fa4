import { didYouMean } from "./did-you-mean.ts";
import type { FactType, Scalar } from "./fact-types.ts";
import { writeSpan, writeUnit } from "./literals.ts";
import type { Comparison, Condition, OtherFact } from "./policy.ts";

/** Plain data as a file holds it. */
export type Plain = { readonly [key: string]: unknown };

/** A value of a fact's type as a file writes it. */
export function writtenValue(type: FactType, value: Scalar): Scalar {
  return typeof value === "number" && "min" in type ? writeUnit(type, value) : value;
}

/** A value of a fact as a file writes it. Throws for a fact that is not declared. */
export function writtenScalar(facts: readonly FactType[], name: string, value: Scalar): Scalar {
  const type = facts.find((known) => known.name === name);
  if (type === undefined) {
    throw new Error(
      `unknown fact \`${name}\`: ${didYouMean(
        name,
        facts.map((known) => known.name),
      )}`,
    );
  }
  return writtenValue(type, value);
}

function writtenOther({ fact, plus = 0 }: OtherFact, kind: FactType["kind"] | undefined): Plain {
  if (plus === 0) return { fact };
  const far = Math.abs(plus);
  return { fact, [plus > 0 ? "plus" : "minus"]: kind === "date" ? `${far}d` : writeSpan(far) };
}

function writtenComparison(facts: readonly FactType[], { fact, operator, value }: Comparison): Plain {
  const type = facts.find(({ name }) => name === fact);
  if (type?.kind === "boolean" && type.listed !== undefined) {
    return { fact: type.listed.fact, operator: value === true ? "in" : "notIn", value: { list: type.listed.id } };
  }
  const one = (scalar: Scalar) => (operator === "matches" ? scalar : writtenScalar(facts, fact, scalar));
  if (typeof value === "object" && "fact" in value) {
    return { fact, operator, value: writtenOther(value, facts.find((known) => known.name === fact)?.kind) };
  }
  if (typeof value === "object" && "param" in value) return { fact, operator, value };
  return { fact, operator, value: typeof value === "object" ? value.map(one) : one(value) };
}

/** A condition as a file writes it. */
export function writtenCondition(facts: readonly FactType[], condition: Condition): Plain {
  if ("all" in condition) return { all: condition.all.map((part) => writtenCondition(facts, part)) };
  if ("any" in condition) return { any: condition.any.map((part) => writtenCondition(facts, part)) };
  if ("not" in condition) return { not: writtenCondition(facts, condition.not) };
  return writtenComparison(facts, condition);
}
