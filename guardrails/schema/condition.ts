import type { Json, JsonObject } from "../../domain/json.ts";
import type { FactType } from "../fact-types.ts";
import { operatorsFor, takesList } from "../load/operators.ts";
import type { Operator } from "../policy.ts";
import { literalOf, paramRef, some, strict } from "./literals.ts";

const pattern = { type: "string", minLength: 1, description: "a regular expression in RE2's language" };

/** The comparisons that a fact takes: with one value (or a parameter of its unit), with a list, with a pattern. */
function comparisonsWith(type: FactType): readonly JsonObject[] {
  const operators = operatorsFor(type);
  const isSingle = (operator: Operator) => !takesList(operator) && operator !== "matches";
  const literal = literalOf(type);
  const compare = (fitting: readonly string[], value: Json): readonly JsonObject[] => {
    const fact = { const: type.name, description: type.title };
    const comparison = strict({ fact, operator: { enum: fitting }, value }, ["fact", "operator", "value"]);
    return fitting.length === 0 ? [] : [comparison];
  };
  return [
    ...compare(operators.filter(isSingle), "min" in type ? { anyOf: [literal, paramRef] } : literal),
    ...compare(operators.filter(takesList), { ...some(literal), uniqueItems: true }),
    ...compare(
      operators.filter((operator) => operator === "matches"),
      pattern,
    ),
  ];
}

/** What `when` takes. */
export function conditionOf(facts: readonly FactType[]): JsonObject {
  const inner = { $ref: "#/$defs/condition" };
  return {
    anyOf: [
      ...facts.flatMap(comparisonsWith),
      strict({ all: some(inner) }, ["all"], "every one of these holds"),
      strict({ any: some(inner) }, ["any"], "at least one of these holds"),
      strict({ not: inner }, ["not"], "this does not hold"),
    ],
  };
}
