import { didYouMean, listed } from "../did-you-mean.ts";
import { describeKind } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";
import { equalityOperators, orderOperators, patternOperators, setOperators } from "../policy.ts";
import type { Operator } from "../policy.ts";
import type { Path, Reader } from "./reader.ts";

const operators: readonly Operator[] = [...equalityOperators, ...orderOperators, ...setOperators, ...patternOperators];

/** The operators that may compare a fact of this type. */
export function operatorsFor({ kind }: FactType): readonly Operator[] {
  switch (kind) {
    case "boolean":
      return ["equal", "notEqual"];
    case "choice":
      return equalityOperators;
    case "text":
      return [...equalityOperators, ...patternOperators];
    case "set":
      return setOperators;
    case "list":
      return [];
    default:
      return [...equalityOperators, ...orderOperators];
  }
}

/** Whether the operator compares with a list. */
export function takesList(operator: Operator): boolean {
  return operator === "in" || operator === "notIn";
}

/** The operator of that name, which must fit the fact; of a fact that nobody knows, any does. */
export function readOperator(
  reader: Reader,
  path: Path,
  name: string,
  type: FactType | undefined,
): Operator | undefined {
  const operator = operators.find((candidate) => candidate === name);
  const fitting = type === undefined ? operators : operatorsFor(type);
  if (operator === undefined) {
    reader.report(path, `unknown operator \`${name}\``, didYouMean(name, fitting));
  } else if (type !== undefined && !fitting.includes(operator)) {
    const message = `\`${name}\` does not fit \`${type.name}\`, ${describeKind(type)}`;
    reader.report(path, message, `use one of ${listed(fitting)}`);
  } else {
    return operator;
  }
  return undefined;
}
