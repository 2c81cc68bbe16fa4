import { didYouMean } from "../did-you-mean.ts";
import { describeKind } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";
import type { Operator } from "../policy.ts";
import { isAlike, unitOf, unitText } from "./operands.ts";
import type { Measure } from "./operands.ts";
import type { Path, Reader } from "./reader.ts";
import type { Vocabulary } from "./vocabulary.ts";

function measureOf(type: FactType): Measure | undefined {
  return "min" in type ? { unit: unitOf(type), min: type.min, max: type.max, optional: false } : undefined;
}

/** Why the second fact is not one that the first can be compared with; undefined when it is. */
function misfit(type: FactType, other: FactType): string | undefined {
  const [a, b] = [measureOf(type), measureOf(other)];
  if (a !== undefined && b !== undefined) {
    return isAlike(a, b) ? undefined : `\`${other.name}\` is ${unitText(b)}, and \`${type.name}\` ${unitText(a)}`;
  }
  const isWord = type.kind === "choice" || type.kind === "boolean";
  if (!isWord || type.kind !== other.kind) return `\`${type.name}\` and \`${other.name}\` are not compared`;
  if (type.kind !== "choice" || other.kind !== "choice") return undefined;
  const isShared = type.values.some((value) => other.values.includes(value));
  return isShared ? undefined : `\`${type.name}\` and \`${other.name}\` have no value in common`;
}

/** Reads `{ fact: name }` in the place of a value: another fact of the same unit and currency. */
export function readFactValue(
  reader: Reader,
  path: Path,
  value: { readonly fact: unknown },
  {
    type,
    operator,
    vocabulary,
  }: { readonly type: FactType; readonly operator: Operator; readonly vocabulary: Vocabulary },
): { readonly fact: string } | undefined {
  const { fact: name } = value;
  const where = [...path, "fact"];
  const extra = Object.keys(value).find((key) => key !== "fact");
  const names = vocabulary.facts.map((known) => known.name);
  const other = vocabulary.facts.find((known) => known.name === name);
  if (extra !== undefined) {
    reader.reportKey(path, extra, `\`${extra}\` beside \`fact\` would be ignored`, "remove it");
  } else if (other === undefined) {
    const isUnread = typeof name === "string" && vocabulary.unread?.includes(name) === true;
    if (!isUnread) reader.report(where, `unknown fact \`${String(name)}\``, didYouMean(String(name), names));
  } else if (other.name === type.name) {
    reader.report(where, `\`${type.name}\` is compared with itself`, `write ${describeKind(type)}`);
  } else if (operator === "in" || operator === "notIn") {
    reader.report(path, `\`${operator}\` compares with a list`, "use `equal` or `notEqual`");
  } else {
    const fault = misfit(type, other);
    if (fault === undefined) return { fact: other.name };
    reader.report(where, fault, "compare facts of one unit and currency, or choices with a value in common");
  }
  return undefined;
}
