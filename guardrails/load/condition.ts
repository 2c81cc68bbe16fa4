import { z } from "zod";
import { didYouMean, listed } from "../did-you-mean.ts";
import { acceptsValue, describeKind } from "../fact-types.ts";
import type { FactType, Scalar } from "../fact-types.ts";
import { sameUnit } from "../literals.ts";
import { equalityOperators, orderOperators } from "../policy.ts";
import type { Comparison, Condition, Operator, Param } from "../policy.ts";
import { readMap, shown } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import { readValue } from "./values.ts";

/** What a condition may name. `declaredParams` holds every parameter's name, those that did not load included. */
export type Vocabulary = {
  readonly facts: readonly FactType[];
  readonly params: readonly Param[];
  readonly declaredParams: readonly string[];
};

const ComparisonFields = z.strictObject({
  fact: z.string().describe("the fact's name"),
  operator: z.string().describe("an operator such as `greaterThan`"),
  value: z.unknown().optional(),
});

const operators: readonly Operator[] = [...equalityOperators, ...orderOperators];

/** The operators that may compare a fact of this type. */
export function operatorsFor(type: FactType): readonly Operator[] {
  if (type.kind === "boolean") return ["equal", "notEqual"];
  return type.kind === "choice" ? equalityOperators : operators;
}

function readOperator(reader: Reader, path: Path, name: string, type: FactType): Operator | undefined {
  const operator = operators.find((candidate) => candidate === name);
  const fitting = operatorsFor(type);
  if (operator === undefined) {
    reader.report(path, `unknown operator \`${name}\``, didYouMean(name, fitting));
  } else if (!fitting.includes(operator)) {
    reader.report(
      path,
      `\`${name}\` does not fit \`${type.name}\`, ${describeKind(type)}`,
      `use one of ${listed(fitting)}`,
    );
  } else {
    return operator;
  }
  return undefined;
}

function readParamValue(
  reader: Reader,
  path: Path,
  value: object,
  type: FactType,
  vocabulary: Vocabulary,
): Comparison["value"] | undefined {
  if ("fact" in value) {
    const fix = "compare with a constant or a parameter: `value: { param: name }`";
    reader.report(path, "a limit may not be read from the request", fix);
    return undefined;
  }
  const name = readMap(
    reader,
    path,
    value,
    z.strictObject({ param: z.string().describe("a parameter's name") }),
  )?.param;
  if (name === undefined) return undefined;
  const param = vocabulary.params.find((candidate) => candidate.name === name);
  const where = [...path, "param"];
  if (param === undefined) {
    const { declaredParams } = vocabulary;
    if (!declaredParams.includes(name))
      reader.report(where, `unknown parameter \`${name}\``, didYouMean(name, declaredParams));
  } else if (!sameUnit(param, type)) {
    reader.report(where, `\`${name}\` and \`${type.name}\` have different units`, `compare with ${describeKind(type)}`);
  } else if (!acceptsValue(type, param.value)) {
    reader.report(where, `\`${name}\` is outside what \`${type.name}\` can be`, `set it to ${describeKind(type)}`);
  } else {
    return { param: name };
  }
  return undefined;
}

function readList(reader: Reader, path: Path, value: unknown, type: FactType): readonly Scalar[] | undefined {
  if (!Array.isArray(value) || value.length === 0) {
    reader.report(
      path,
      "`in` and `notIn` need a list with at least one value",
      `write a list of: ${describeKind(type)}`,
    );
    return undefined;
  }
  const read = value.map((item: unknown, index) => readValue(reader, [...path, index], item, type));
  for (const [index, item] of read.entries()) {
    const twice = item !== undefined && read.indexOf(item) < index;
    if (twice) reader.report([...path, index], `${shown(value[index])} is listed twice`, "keep one");
  }
  const known = read.filter((item) => item !== undefined);
  return known.length === read.length ? known : undefined;
}

function readComparison(reader: Reader, path: Path, node: object, vocabulary: Vocabulary): Condition | undefined {
  const fields = readMap(reader, path, node, ComparisonFields);
  if (fields === undefined) return undefined;
  const names = vocabulary.facts.map(({ name }) => name);
  const type = vocabulary.facts.find(({ name }) => name === fields.fact);
  if (type === undefined) {
    reader.report([...path, "fact"], `unknown fact \`${fields.fact}\``, didYouMean(fields.fact, names));
    return undefined;
  }
  const operator = readOperator(reader, [...path, "operator"], fields.operator, type);
  const where = [...path, "value"];
  const { value } = fields;
  if (value === undefined || value === null) {
    reader.report(where, "`value` is missing", `write ${describeKind(type)}`);
    return undefined;
  }
  const list = operator === "in" || operator === "notIn";
  const isMap = typeof value === "object" && !Array.isArray(value);
  const readSingle = () =>
    isMap ? readParamValue(reader, where, value, type, vocabulary) : readValue(reader, where, value, type);
  const read = list ? readList(reader, where, value, type) : readSingle();
  return operator === undefined || read === undefined ? undefined : { fact: type.name, operator, value: read };
}

function readGroup(
  reader: Reader,
  path: Path,
  value: unknown,
  vocabulary: Vocabulary,
): readonly Condition[] | undefined {
  if (!Array.isArray(value) || value.length === 0) {
    reader.report(
      path,
      `\`${path.at(-1)}\` needs a list with at least one condition`,
      "add a condition or remove the group",
    );
    return undefined;
  }
  const read = value.map((item: unknown, index) => readCondition(reader, [...path, index], item, vocabulary));
  const known = read.filter((condition) => condition !== undefined);
  return known.length === read.length ? known : undefined;
}

/** Reads a condition and everything under it, noting each problem. Undefined when any part of it is not sound. */
export function readCondition(
  reader: Reader,
  path: Path,
  value: unknown,
  vocabulary: Vocabulary,
): Condition | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    reader.report(path, "a condition is missing here", "write `{ fact, operator, value }`, `all`, `any` or `not`");
    return undefined;
  }
  const group = Object.keys(value).find((key) => key === "all" || key === "any" || key === "not");
  if (group === undefined) return readComparison(reader, path, value, vocabulary);
  for (const key of Object.keys(value).filter((name) => name !== group)) {
    reader.reportKey(
      path,
      key,
      `\`${key}\` beside \`${group}\` would be ignored`,
      `keep one of them, or nest them under \`all\``,
    );
  }
  const inner: unknown = Reflect.get(value, group);
  if (group === "not") {
    const not = readCondition(reader, [...path, "not"], inner, vocabulary);
    return not === undefined ? undefined : { not };
  }
  const conditions = readGroup(reader, [...path, group], inner, vocabulary);
  if (conditions === undefined) return undefined;
  return group === "all" ? { all: conditions } : { any: conditions };
}
