import { z } from "zod";
import { didYouMean } from "../did-you-mean.ts";
import { acceptsValue, describeKind } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";
import { sameUnit } from "../literals.ts";
import { isAnchored } from "../../domain/pattern.ts";
import type { Comparison, Operator } from "../policy.ts";
import { readOperator, takesList } from "./operators.ts";
import { readMap, shown } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import { readFactValue } from "./fact-value.ts";
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
  const isMap = typeof value === "object" && !Array.isArray(value);
  if (isMap && "fact" in value) {
    return operator && readFactValue(reader, path, value, { type, operator, vocabulary: compared.vocabulary });
  }
  if (operator !== undefined && takesList(operator)) return readValues(reader, path, value, type);
  if (operator === "matches") return readSearch(reader, path, value);
  return isMap ? readParamValue(reader, path, value, compared) : readValue(reader, path, value, type);
}

/** A pattern is searched for: one that stands at no end of the text is found within others. */
function readSearch(reader: Reader, path: Path, value: unknown): string | undefined {
  const pattern = readPattern(reader, path, value);
  if (pattern !== undefined && !isAnchored(pattern)) {
    const fix = "begin it with `^` or end it with `$`, or write `.*` there for anything";
    reader.warn(path, `${shown(pattern)} is found anywhere in a text`, fix);
  }
  return pattern;
}

/** Reads one comparison, noting all its problems at once: what it may name, the operators that fit the fact, and a value of its unit. */
export function readComparison(
  reader: Reader,
  path: Path,
  node: object,
  vocabulary: Vocabulary,
): Comparison | undefined {
  const fields = readMap(reader, path, node, ComparisonFields);
  const written: { readonly [key in keyof z.infer<typeof ComparisonFields>]?: unknown } = node;
  const type = readFactName(reader, [...path, "fact"], written.fact, vocabulary);
  const operator =
    typeof written.operator === "string"
      ? readOperator(reader, [...path, "operator"], written.operator, type)
      : undefined;
  const where = [...path, "value"];
  const value =
    type === undefined
      ? readLooseValue(reader, where, written.value, operator, vocabulary)
      : readComparisonValue(reader, where, written.value, { type, operator, vocabulary });
  if (fields === undefined || type === undefined || operator === undefined || value === undefined) return undefined;
  return { fact: type.name, operator, value };
}

function readFactName(reader: Reader, path: Path, name: unknown, { facts, unread }: Vocabulary): FactType | undefined {
  const type = facts.find((candidate) => candidate.name === name);
  if (type?.kind === "list") {
    reader.report(path, `\`${type.name}\` is a list`, "derive a fact of it: `count`, `sum`, `any` or `all`");
    return undefined;
  }
  // Of one that is derived and could not be read, its own place says what is wrong.
  if (type !== undefined || typeof name !== "string" || unread?.includes(name) === true) return type;
  const names = facts.map((candidate) => candidate.name);
  reader.report(path, `unknown fact \`${name}\``, didYouMean(name, names));
  return undefined;
}

/** What can be said of a value without its fact: that the parameter it names is declared, that a pattern is one. */
function readLooseValue(
  reader: Reader,
  path: Path,
  value: unknown,
  operator: Operator | undefined,
  vocabulary: Vocabulary,
): undefined {
  if (operator === "matches") readPattern(reader, path, value);
  else if (typeof value === "object" && value !== null && "param" in value) {
    readParamRef(reader, path, value, vocabulary);
  }
  return undefined;
}
