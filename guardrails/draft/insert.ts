import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { YAMLMap } from "yaml";

/** The keys of a policy's file before which nothing of these sections stands. */
const before: { readonly [section: string]: readonly string[] } = {
  overrides: [
    "policy",
    "default",
    "timezone",
    "mode",
    "demote",
    "subject",
    "brand",
    "params",
    "derive",
    "tables",
    "conditions",
  ],
  limits: ["rules"],
};

/** Where each top-level key begins, in the order of the file. */
function keysOf(map: YAMLMap): readonly { readonly name: string; readonly from: number }[] {
  return map.items.flatMap(({ key }) =>
    isScalar(key) && key.range ? [{ name: String(key.value), from: key.range[0] }] : [],
  );
}

/** Where the last line ends that a section has of its own: what stands below it at the margin is of the next one. */
function endOf(text: string, keys: ReturnType<typeof keysOf>, at: number): number {
  const section = text.slice(keys[at]?.from, keys[at + 1]?.from ?? text.length);
  const lines = section.split("\n");
  const last = lines.findLastIndex((line, index) => index === 0 || /^(?:\s+\S|-)/.test(line));
  return (keys[at]?.from ?? 0) + lines.slice(0, last + 1).join("\n").length;
}

/** The lines of one entry of a list. */
function entryLines(lines: readonly string[], indent: string): string {
  return lines.map((line, at) => `${indent}${at === 0 ? "- " : "  "}${line}`).join("\n");
}

/**
 * The text of a file with one more entry at the end of a list at its top, `lines` without their indent; every other character
 * stays, comments too. Undefined where the list is not written with a line or more for each entry, or cannot be begun.
 */
export function withEntry(
  text: string,
  section: string,
  lines: readonly string[],
  isApart: boolean,
): string | undefined {
  const { contents, errors } = parseDocument(text);
  if (!isMap(contents) || contents.flow === true || errors.length > 0) return undefined;
  const keys = keysOf(contents);
  const list = contents.get(section, true) as unknown;
  if (list !== undefined) {
    if (!isSeq(list) || list.flow === true || list.items.length === 0) return undefined;
    const at = keys.findIndex(({ name }) => name === section);
    const end = endOf(text, keys, at);
    const indent = /\n( *)- /.exec(text.slice(keys[at]?.from, end))?.[1];
    if (indent === undefined) return undefined;
    return `${text.slice(0, end)}${isApart ? "\n\n" : "\n"}${entryLines(lines, indent)}${text.slice(end) || "\n"}`;
  }
  const above = Object.hasOwn(before, section) ? (before[section] ?? []) : [];
  const at = keys.findLastIndex(({ name }) => above.includes(name));
  if (at < 0) return undefined;
  const end = endOf(text, keys, at);
  return `${text.slice(0, end)}\n\n${section}:\n${entryLines(lines, "  ")}${text.slice(end) || "\n"}`;
}
