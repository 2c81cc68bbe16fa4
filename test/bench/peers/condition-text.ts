import type { Scalar } from "../../../guardrails/fact-types.ts";
import type { Comparison, Condition } from "../../../guardrails/policy.ts";

/** How a language of expressions writes what the rules say. */
export type Dialect = {
  readonly and: string;
  readonly or: string;
  readonly not: string;
  readonly equal: string;
  readonly notEqual: string;
  readonly fact: (name: string) => string;
  readonly constant: (value: Scalar) => string;
  /** One value is among several. Without it the expression compares with each. */
  readonly among?: (value: string, several: readonly string[]) => string;
  /** A fact that holds several values holds this one. */
  readonly holds: (several: string, value: string) => string;
};

const orders = {
  lessThan: "<",
  lessThanInclusive: "<=",
  greaterThan: ">",
  greaterThanInclusive: ">=",
} as const;

/** The constants of a comparison. Throws for a parameter: the rules of the bench have none. */
export function constantsOf({ value }: Comparison): readonly Scalar[] {
  if (typeof value !== "object") return [value];
  if ("param" in value) throw new Error(`no peer knows parameter \`${value.param}\``);
  if ("fact" in value) throw new Error(`no peer compares with \`${value.fact}\``);
  return value;
}

function comparisonText(comparison: Comparison, dialect: Dialect): string {
  const { operator } = comparison;
  const given = dialect.fact(comparison.fact);
  const [first = "", ...others] = constantsOf(comparison).map(dialect.constant);
  const listed = [first, ...others];
  const among = () =>
    dialect.among?.(given, listed) ?? listed.map((item) => `${given} ${dialect.equal} ${item}`).join(` ${dialect.or} `);
  switch (operator) {
    case "equal":
    case "notEqual":
      return `(${given} ${dialect[operator]} ${first})`;
    case "in":
      return `(${among()})`;
    case "notIn":
      return `${dialect.not}(${among()})`;
    case "contains":
      return `(${dialect.holds(given, first)})`;
    case "doesNotContain":
      return `${dialect.not}(${dialect.holds(given, first)})`;
    case "matches":
      throw new Error("no peer is asked for patterns");
    default:
      return `(${given} ${orders[operator]} ${first})`;
  }
}

/** A condition as an expression of the dialect. */
export function conditionText(condition: Condition, dialect: Dialect): string {
  const joined = (parts: readonly Condition[], by: string) =>
    `(${parts.map((part) => conditionText(part, dialect)).join(` ${by} `)})`;
  if ("all" in condition) return joined(condition.all, dialect.and);
  if ("any" in condition) return joined(condition.any, dialect.or);
  if ("not" in condition) return `${dialect.not}(${conditionText(condition.not, dialect)})`;
  return comparisonText(condition, dialect);
}
