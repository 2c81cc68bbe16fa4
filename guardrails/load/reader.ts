import { isMap, isNode, isScalar } from "yaml";
import type { Document } from "yaml";
import type { z } from "zod";
import { mixedScripts } from "../../domain/look-alike.ts";
import { didYouMean, listed, nearest } from "../did-you-mean.ts";
import type { Problem } from "../problem.ts";
import type { FileText } from "./written-text.ts";
import { parseYaml } from "./yaml.ts";

export type Path = readonly (string | number)[];

/** A YAML file as plain data that can say where each part stands. Problems gather here; none is thrown. */
export type Reader = {
  /** Undefined when the file is not YAML. */
  readonly value: unknown;
  /** The text of a plain scalar as it stands in the file: tells `1000` from `1e3`. */
  written(path: Path): string | undefined;
  /** The line, counted from 1, of the value under `path`, or of the nearest thing around it that exists. */
  lineOf(path: Path): number;
  /** Notes a problem at the value under `path`, or at the nearest thing around it that exists. */
  report(path: Path, message: string, fix: string): void;
  /** Notes a problem at a key of the map under `path`. */
  reportKey(path: Path, key: string, message: string, fix: string): void;
  /** Notes at the value under `path` what is taken and may not be what was meant. */
  warn(path: Path, message: string, fix: string): void;
  /** The path of a file beside this one, for messages. */
  beside(name: string): string;
  /** Notes a problem of a file beside this one. */
  note(problem: Problem): void;
  /** In the order of the file. */
  problems(): readonly Problem[];
  warnings(): readonly Problem[];
};

function offsetOf(doc: Document, path: Path): number {
  const node = path.length === 0 ? doc.contents : doc.getIn(path, true);
  if (isNode(node)) return node.range?.[0] ?? 0;
  return path.length === 0 ? 0 : offsetOf(doc, path.slice(0, -1));
}

function keyOffsetOf(doc: Document, path: Path, key: string): number {
  const map = path.length === 0 ? doc.contents : doc.getIn(path, true);
  const pair = isMap(map) ? map.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
  return isNode(pair?.key) ? (pair.key.range?.[0] ?? 0) : offsetOf(doc, path);
}

export function readerOf(file: string, text: FileText): Reader {
  const { doc, lines, notes, readable } = parseYaml(text);
  const found: Problem[] = [];
  const warned: Problem[] = [];
  const at = (offset: number, message: string, fix: string): Problem => {
    const { line, col: column } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, column), message, fix };
  };
  const add = (offset: number, message: string, fix: string) => found.push(at(offset, message, fix));
  const inOrder = (list: readonly Problem[]) => list.toSorted((a, b) => a.line - b.line || a.column - b.column);
  for (const { offset, message, fix } of notes) add(offset, message, fix);
  return {
    value: readable ? doc.toJS({ maxAliasCount: 0 }) : undefined,
    written: (path) => {
      const node = doc.getIn(path, true);
      return isScalar(node) && node.type === "PLAIN" ? node.source : undefined;
    },
    lineOf: (path) => Math.max(1, lines.linePos(offsetOf(doc, path)).line),
    report: (path, message, fix) => add(offsetOf(doc, path), message, fix),
    reportKey: (path, key, message, fix) => add(keyOffsetOf(doc, path, key), message, fix),
    warn: (path, message, fix) => warned.push(at(offsetOf(doc, path), message, fix)),
    problems: () => inOrder(found),
    warnings: () => inOrder(warned),
    beside: (name) => file.replace(/[^/\\]*$/, () => name),
    note: (problem) => void found.push(problem),
  };
}

/** A value as a message cites it. */
export function shown(value: unknown): string {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? "this value" : `\`${text}\``;
}

function partAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key) ? Reflect.get(inner, key) : undefined,
    value,
  );
}

function reportIssue(
  reader: Reader,
  path: Path,
  issue: z.core.$ZodIssue,
  value: unknown,
  shape: z.ZodObject["shape"],
): void {
  const inner = issue.path.filter((key) => typeof key !== "symbol");
  const where = [...path, ...inner];
  const field = String(inner[0] ?? "");
  const wanted = inner.length === 0 ? undefined : shape[field]?.description;
  const fix = wanted === undefined ? "write it as the other entries are written" : `write ${wanted}`;
  if (issue.code === "unrecognized_keys") {
    const names = Object.keys(shape);
    for (const key of issue.keys) {
      const remedy = nearest(key, names) === undefined ? `remove it (known: ${listed(names)})` : didYouMean(key, names);
      reader.reportKey(where, key, `unknown key \`${key}\``, remedy);
    }
  } else if (inner.length === 0) {
    reader.report(where, "expected named entries", `write ${listed(Object.keys(shape))}`);
  } else if (partAt(value, inner) === undefined) {
    reader.report(path, `\`${field}\` is missing`, fix);
  } else {
    reader.report(where, `\`${field}\` does not take ${shown(partAt(value, inner))}`, fix);
  }
}

/**
 * Reads the map under `path` with a strict schema and notes every issue. A field's `description` is its fix: the words
 * after "write". Undefined when the map is not of the schema's shape.
 */
export function readMap<T extends z.ZodObject>(
  reader: Reader,
  path: Path,
  value: unknown,
  schema: T,
): z.output<T> | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) reportIssue(reader, path, issue, value, schema.shape);
  return undefined;
}

/** Warns of letters of several scripts in one word: they look like others, and two values that look the same differ. */
export function warnOfLooks(reader: Reader, path: Path, text: string): void {
  const mixed = mixedScripts(text);
  if (mixed === undefined) return;
  reader.warn(path, `${shown(text)} mixes ${mixed} letters in a word, which look alike`, "write it in one alphabet");
}

/** The entries of a map under `path`; notes a problem and gives none for anything else. */
export function entriesAt(
  reader: Reader,
  path: Path,
  value: unknown,
  fix: string,
): readonly (readonly [string, unknown])[] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.entries(value);
  reader.report(path, `\`${path.at(-1) ?? "file"}\` must hold named entries`, fix);
  return [];
}

/** The items of a list under `path`; notes a problem and gives none for anything else, and for an empty list. */
export function itemsAt(reader: Reader, path: Path, value: unknown, fix: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  reader.report(path, `\`${path.at(-1) ?? "file"}\` must be a list with at least one entry`, fix);
  return [];
}
