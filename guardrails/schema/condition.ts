import type { JsonObject } from "../../domain/json.ts";
import { describeKind } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";
import { operatorsFor, takesList } from "../load/operators.ts";
import type { Operator } from "../policy.ts";
import { words } from "../sentences.ts";
import { factNote } from "./notes.ts";
import { literalOf, paramRef, some, strict } from "./literals.ts";

const pattern = { type: "string", minLength: 1, description: "a regular expression in RE2's language" };

/** The comparisons that a fact takes: with one value (or a parameter of its unit), with a list, with a pattern. */
function comparisonsWith(type: FactType): readonly JsonObject[] {
  const operators = operatorsFor(type);
  const isSingle = (operator: Operator) => !takesList(operator) && operator !== "matches";
  const literal = literalOf(type);
  const compare = (fitting: readonly Operator[], value: JsonObject): readonly JsonObject[] => {
    const fact = { const: type.name, description: type.title, markdownDescription: factNote(type) };
    const operator = {
      enum: fitting,
      description: "how the fact is compared",
      enumDescriptions: fitting.map((one) => `${type.name} ${words[one]} …`),
    };
    const compared = { description: `what \`${type.name}\` is compared with: ${describeKind(type)}`, ...value };
    const comparison = strict({ fact, operator, value: compared }, ["fact", "operator", "value"]);
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

function group(word: string, inner: JsonObject, description: string): JsonObject {
  return strict({ [word]: { ...inner, description } }, [word], description);
}

/** What `when` takes. */
export function conditionOf(facts: readonly FactType[]): JsonObject {
  const inner = { $ref: "#/$defs/condition" };
  return {
    anyOf: [
      ...facts.flatMap(comparisonsWith),
      group("all", some(inner), "every one of these holds"),
      group("any", some(inner), "at least one of these holds"),
      group("not", inner, "this does not hold"),
    ],
  };
}
