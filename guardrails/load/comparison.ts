import { z } from "zod";
import { didYouMean, nearest } from "../did-you-mean.ts";
import { acceptsValue, describeKind } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";
import { sameUnit } from "../literals.ts";
import { isAnchored } from "../../domain/pattern.ts";
import { listedFact } from "../name-list.ts";
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
  if (operator !== undefined && takesList(operator)) {
    return isMap ? noPlainList(reader, path) : readValues(reader, path, value, type);
  }
  if (operator === "matches") return readSearch(reader, path, value);
  return isMap ? readParamValue(reader, path, value, compared) : readValue(reader, path, value, type);
}

function noPlainList(reader: Reader, path: Path): undefined {
  reader.report(path, "this is no list of values", "write `[a, b]`, or `{ list: name }` for a list of `shared/`");
}

const ListFields = z.strictObject({ list: z.string().describe("the name of a list in `shared/`") });

/** `partner in list`: a comparison of what is looked up for the request, which the policy then reads beside its facts. */
function readListed(
  reader: Reader,
  path: Path,
  value: object,
  { type, operator, vocabulary }: Compared,
): Comparison | undefined {
  const id = readMap(reader, path, value, ListFields)?.list;
  if (id === undefined || operator === undefined) return undefined;
  const { lists = {}, lookedUp } = vocabulary;
  const list = Object.hasOwn(lists, id) ? lists[id] : undefined;
  const where = [...path, "list"];
  if (list === undefined) {
    const near = nearest(id, Object.keys(lists));
    const fix = near === undefined ? `write or mend \`shared/${id}.list.yaml\`` : `did you mean \`${near}\`?`;
    reader.report(where, `there is no sound list \`${id}\``, fix);
  } else if (list.of === "rate") {
    reader.report(where, `the list \`${id}\` holds rates`, `name it under \`rates\`: \`list: ${id}\``);
  } else if (lookedUp === undefined) {
    reader.report(where, "no list is read here", "write the values themselves, such as `[a, b]`");
  } else if (!takesList(operator)) {
    reader.report([...path.slice(0, -1), "operator"], `\`${operator}\` takes no list`, "use `in` or `notIn`");
  } else if (type.kind !== "text" || "derive" in type) {
    reader.report(where, `\`${type.name}\` is no text that a request brings`, "look up a fact such as `partner`");
  } else {
    const fact = listedFact(type, list);
    lookedUp.set(fact.name, fact);
    return { fact: fact.name, operator: "equal", value: operator === "in" };
  }
  return undefined;
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
  if (type !== undefined && isNamingList(written.value)) {
    return readListed(reader, where, written.value, { type, operator, vocabulary });
  }
  const value =
    type === undefined
      ? readLooseValue(reader, where, written.value, operator, vocabulary)
      : readComparisonValue(reader, where, written.value, { type, operator, vocabulary });
  if (fields === undefined || type === undefined || operator === undefined || value === undefined) return undefined;
  return { fact: type.name, operator, value };
}

function isNamingList(value: unknown): value is object {
  return typeof value === "object" && value !== null && "list" in value;
}

export function readFactName(
  reader: Reader,
  path: Path,
  name: unknown,
  { facts, unread }: Vocabulary,
): FactType | undefined {
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
