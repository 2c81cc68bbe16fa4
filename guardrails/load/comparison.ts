import { z } from "zod";
import { didYouMean } from "../did-you-mean.ts";
import { acceptsValue, describeKind } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";
import { sameUnit } from "../literals.ts";
import type { Comparison, Operator } from "../policy.ts";
import { readOperator, takesList } from "./operators.ts";
import { readMap } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import { readPattern, readValue, readValues } from "./values.ts";
import { readParamRef } from "./vocabulary.ts";
import type { Vocabulary } from "./vocabulary.ts";

const ComparisonFields = z.strictObject({
  fact: z.string().describe("the fact's name"),
  operator: z.string().describe("an operator such as `greaterThan`"),
  value: z.unknown().optional(),
});

/** What a comparison's value is read against. */
type Compared = { readonly type: FactType; readonly operator: Operator | undefined; readonly vocabulary: Vocabulary };

function readParamValue(
  reader: Reader,
  path: Path,
  value: object,
  { type, vocabulary }: Compared,
): Comparison["value"] | undefined {
  if ("fact" in value) {
    const fix = "compare with a constant or a parameter: `value: { param: name }`";
    reader.report(path, "a limit may not be read from the request", fix);
    return undefined;
  }
  const param = readParamRef(reader, path, value, vocabulary);
  if (param === undefined) return undefined;
  const { name } = param;
  const where = [...path, "param"];
  if (!sameUnit(param, type)) {
    reader.report(where, `\`${name}\` and \`${type.name}\` have different units`, `compare with ${describeKind(type)}`);
  } else if (!acceptsValue(type, param.value)) {
    reader.report(where, `\`${name}\` is outside what \`${type.name}\` can be`, `set it to ${describeKind(type)}`);
  } else {
    return { param: name };
  }
  return undefined;
}

function readComparisonValue(
  reader: Reader,
  path: Path,
  value: unknown,
  compared: Compared,
): Comparison["value"] | undefined {
  const { type, operator } = compared;
  if (value === undefined || value === null) {
    reader.report(path, "`value` is missing", `write ${describeKind(type)}`);
    return undefined;
  }
  if (operator !== undefined && takesList(operator)) return readValues(reader, path, value, type);
  if (operator === "matches") return readPattern(reader, path, value);
  const isMap = typeof value === "object" && !Array.isArray(value);
  return isMap ? readParamValue(reader, path, value, compared) : readValue(reader, path, value, type);
}

/** Reads one comparison, noting each problem: what it may name, the operators that fit the fact, and a value of its unit. */
export function readComparison(
  reader: Reader,
  path: Path,
  node: object,
  vocabulary: Vocabulary,
): Comparison | undefined {
  const fields = readMap(reader, path, node, ComparisonFields);
  if (fields === undefined) return undefined;
  const names = vocabulary.facts.map(({ name }) => name);
  const type = vocabulary.facts.find(({ name }) => name === fields.fact);
  if (type === undefined) {
    reader.report([...path, "fact"], `unknown fact \`${fields.fact}\``, didYouMean(fields.fact, names));
    return undefined;
  }
  const operator = readOperator(reader, [...path, "operator"], fields.operator, type);
  const value = readComparisonValue(reader, [...path, "value"], fields.value, { type, operator, vocabulary });
  return operator === undefined || value === undefined ? undefined : { fact: type.name, operator, value };
}
