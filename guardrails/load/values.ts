import { listed, nearest } from "../did-you-mean.ts";
import { acceptsValue, describeKind, spelledFor } from "../fact-types.ts";
import type { FactType, Scalar } from "../fact-types.ts";
import { patternFault } from "../../domain/pattern.ts";
import { moneyFault, parseAmount, parseAs, sameUnit } from "../literals.ts";
import { shown, warnOfLooks } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";

/** What is wrong with a value of the fact, and what to write. */
function misfit(value: unknown, type: FactType): { readonly message: string; readonly fix: string } {
  if ((type.kind === "choice" || type.kind === "set") && typeof value === "string") {
    const near = nearest(value, type.values);
    const message = `${shown(value)} is not one of ${listed(type.values)}, which \`${type.name}\` takes`;
    return { message, fix: near === undefined ? "write one of them" : `did you mean \`${near}\`?` };
  }
  const fault = type.kind === "minor" ? moneyFault(value) : undefined;
  const isUnquoted = type.kind === "text" && typeof value !== "string";
  const quoted = isUnquoted ? ", in quotes where it could be read as something else" : "";
  return fault ?? { message: misfitText(value, type), fix: `write ${describeKind(type)}${quoted}` };
}

function misfitText(value: unknown, type: FactType): string {
  const amount = parseAmount(value);
  if (type.kind === "minor" && amount?.kind === "minor" && amount.currency !== type.currency) {
    return `\`${type.name}\` is in ${type.currency}, not ${amount.currency}`;
  }
  if (typeof value === "number" && (type.kind === "ppm" || type.kind === "minor")) {
    return `a bare number says no unit: \`${type.name}\` is ${type.kind === "ppm" ? "a percentage" : "money"}`;
  }
  return `${shown(value)} is not a value of \`${type.name}\``;
}

/** A value as written for a fact, parsed by the fact's type: a unit for amounts, plain digits for other numbers. */
function parseFor(reader: Reader, path: Path, value: unknown, type: FactType): unknown {
  switch (type.kind) {
    case "number":
      return parseAs("number", reader.written(path))?.value;
    case "date":
    case "date-time":
    case "duration":
      return parseAs(type.kind, value)?.value;
    case "text":
      return typeof value === "string" ? (spelledFor(type, value) ?? value) : value;
    case "ppm":
    case "minor": {
      const amount = parseAs(type.kind, value);
      return amount !== undefined && sameUnit(amount, type) ? amount.value : undefined;
    }
    default:
      return value;
  }
}

/** Reads a value that a rule compares a fact with. Notes a problem and gives undefined when the fact cannot take it. */
export function readValue(reader: Reader, path: Path, value: unknown, type: FactType): Scalar | undefined {
  const scalar = parseFor(reader, path, value, type);
  if (acceptsValue(type, scalar)) {
    if (type.kind === "text" && typeof value === "string") warnOfLooks(reader, path, value);
    return scalar;
  }
  const { message, fix } = misfit(value, type);
  reader.report(path, message, fix);
  return undefined;
}

/** Reads a list of values of a fact: at least one, each once. */
export function readValues(reader: Reader, path: Path, value: unknown, type: FactType): readonly Scalar[] | undefined {
  if (!Array.isArray(value) || value.length === 0) {
    const message = `\`${path.at(-1)}\` needs a list with at least one value`;
    reader.report(path, message, `write a list of: ${describeKind(type)}`);
    return undefined;
  }
  const read = value.map((item: unknown, index) => readValue(reader, [...path, index], item, type));
  for (const [index, item] of read.entries()) {
    const isTwice = item !== undefined && read.indexOf(item) < index;
    if (isTwice) reader.report([...path, index], `${shown(value[index])} is listed twice`, "keep one");
  }
  const known = read.filter((item) => item !== undefined);
  return known.length === read.length ? known : undefined;
}

/** Reads a regular expression in RE2's language, which is matched in linear time. */
export function readPattern(reader: Reader, path: Path, value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") {
    const message = value === "" ? "an empty pattern matches every text" : `${shown(value)} is not a pattern`;
    reader.report(path, message, 'write a regular expression in quotes, such as `"^ACME-"`');
    return undefined;
  }
  const fault = patternFault(value)?.replace("error parsing regexp: ", "");
  if (fault === undefined) return value;
  reader.report(
    path,
    `not a pattern: ${fault}`,
    "write it in RE2's language, which has no lookaround and no backreference",
  );
  return undefined;
}
