import type { Condition } from "../policy.ts";
import { readComparison } from "./comparison.ts";
import type { Path, Reader } from "./reader.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { readWithin } from "./within.ts";

const groups = ["all", "any", "not", "condition"] as const;
type Group = (typeof groups)[number];
const isGroup = (key: string): key is Group => (groups as readonly string[]).includes(key);

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
  const group = Object.keys(value).find(isGroup);
  if (group === undefined) {
    return "within" in value
      ? readWithin(reader, path, value, vocabulary)
      : readComparison(reader, path, value, vocabulary);
  }
  for (const key of Object.keys(value).filter((name) => name !== group)) {
    const message = `\`${key}\` beside \`${group}\` would be ignored`;
    reader.reportKey(path, key, message, "keep one of them, or nest them under `all`");
    if (isGroup(key)) readUnder(reader, path, key, Reflect.get(value, key), vocabulary);
  }
  const inner: unknown = Reflect.get(value, group);
  return readUnder(reader, path, group, inner, vocabulary);
}

function readUnder(
  reader: Reader,
  path: Path,
  group: Group,
  inner: unknown,
  vocabulary: Vocabulary,
): Condition | undefined {
  if (group === "condition") return vocabulary.conditions?.named([...path, group], inner);
  if (group === "not") {
    const not = readCondition(reader, [...path, "not"], inner, vocabulary);
    return not === undefined ? undefined : { not };
  }
  const conditions = readGroup(reader, [...path, group], inner, vocabulary);
  if (conditions === undefined) return undefined;
  return group === "all" ? { all: conditions } : { any: conditions };
}
