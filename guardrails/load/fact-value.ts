import { didYouMean } from "../did-you-mean.ts";
import { describeKind } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";
import { parseSpan } from "../literals.ts";
import type { Operator, OtherFact } from "../policy.ts";
import { isAlike, unitOf, unitText } from "./operands.ts";
import type { Measure } from "./operands.ts";
import { shown } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import type { Vocabulary } from "./vocabulary.ts";

const DAY_MS = 86_400_000;

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

/**
 * Reads how far apart two times may be: whole days for days, a span for instants. Undefined, and noted, for anything else.
 */
export function readApart(reader: Reader, path: Path, written: unknown, { name, kind }: FactType): number | undefined {
  const ms = parseSpan(written);
  const apart = kind === "date" && ms !== undefined ? ms / DAY_MS : ms;
  if (kind !== "date" && kind !== "date-time") {
    reader.report(path, `\`${name}\` is no time`, "compare a day or an instant so, or derive a difference");
  } else if (apart === undefined || apart <= 0 || !Number.isInteger(apart)) {
    const [what, example] =
      kind === "date" ? ["a number of days", "`30d`"] : ["a span of time", "`24h`, `90m` or `14d`"];
    reader.report(path, `${shown(written)} is not ${what}`, `write ${what} over zero, such as ${example}`);
  } else {
    return apart;
  }
  return undefined;
}

function laterThan(
  reader: Reader,
  path: Path,
  value: { readonly plus?: unknown; readonly minus?: unknown },
  other: FactType,
): OtherFact | undefined {
  const [key, second] = (["plus", "minus"] as const).filter((name) => value[name] !== undefined);
  if (key === undefined) return { fact: other.name };
  if (second !== undefined) {
    reader.reportKey(path, second, `\`${second}\` beside \`${key}\``, "keep one of them");
    return undefined;
  }
  const apart = readApart(reader, [...path, key], value[key], other);
  return apart === undefined ? undefined : { fact: other.name, plus: key === "plus" ? apart : -apart };
}

/**
 * Reads `{ fact: name }` in the place of a value: another fact of the same unit and currency; of times also so much later or
 * earlier, `{ fact: now, minus: 30d }`.
 */
export function readFactValue(
  reader: Reader,
  path: Path,
  value: { readonly fact: unknown; readonly plus?: unknown; readonly minus?: unknown },
  {
    type,
    operator,
    vocabulary,
  }: { readonly type: FactType; readonly operator: Operator; readonly vocabulary: Vocabulary },
): OtherFact | undefined {
  const { fact: name } = value;
  const where = [...path, "fact"];
  const extra = Object.keys(value).find((key) => key !== "fact" && key !== "plus" && key !== "minus");
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
    if (fault === undefined) return laterThan(reader, path, value, other);
    reader.report(where, fault, "compare facts of one unit and currency, or choices with a value in common");
  }
  return undefined;
}
