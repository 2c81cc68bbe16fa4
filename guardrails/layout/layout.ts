import { isMap, Lexer } from "yaml";
import type { Document, Node, Pair, YAMLMap } from "yaml";
import { readerOf } from "../load/reader.ts";
import { parseYaml } from "../load/yaml.ts";
import type { Problem } from "../problem.ts";
import { shapeOf, type FileKind } from "./shapes.ts";
import { commentLines, fileLines, ordered } from "./write.ts";

export type LaidOut =
  | { readonly kind: "laid-out"; readonly text: string }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** What a file says, whatever the order of its keys where that means nothing. */
function content(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(content);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
      .map(([key, inner]) => [key, content(inner)]),
  );
}

/** Every comment of a text, in no order. */
function commentsIn(text: string): readonly string[] {
  return [...new Lexer().lex(text)]
    .filter((lexeme) => lexeme.startsWith("#"))
    .map((comment) => comment.trimEnd())
    .toSorted();
}

function saysTheSame(before: string, after: string): boolean {
  const said = (text: string) => {
    const { doc, readable } = parseYaml(text);
    return readable ? JSON.stringify([content(doc.toJS({ maxAliasCount: 0 })), commentsIn(text)]) : undefined;
  };
  const wanted = said(before);
  return wanted !== undefined && said(after) === wanted;
}

/** What is written above the first key stays above whichever key comes first. */
function withHeader(map: YAMLMap, kind: FileKind): void {
  const { shape } = shapeOf(kind);
  const [written] = map.items as readonly Pair<Node, Node | null>[];
  const [first] = ordered(map, shape);
  if (written === undefined || first === undefined || written === first) return;
  const header = written.key.commentBefore;
  written.key.commentBefore = null;
  const own = first.key.commentBefore;
  first.key.commentBefore = [header, own].filter((comment) => (comment ?? "") !== "").join("\n\n") || null;
}

function textOf(doc: Document, map: YAMLMap, text: string, kind: FileKind): string {
  const { shape, parts } = shapeOf(kind);
  withHeader(map, kind);
  const above = commentLines(doc.commentBefore, "");
  const below = commentLines(doc.comment, "");
  const lines = [
    ...(above.length === 0 ? [] : [...above, ""]),
    ...commentLines(map.commentBefore, ""),
    ...fileLines(map, { text }, shape, parts),
    ...(below.length === 0 ? [] : ["", ...below]),
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * A policy's file, its cases', its facts' or a shared limit's in the one layout they are written in: the order of keys where
 * it means nothing, a line per condition, comments kept. Values stay as they were written, so the loaded policy is the same.
 * Refused where the text is no YAML of the language, or something would not be said afterwards. Never throws for what the
 * text says.
 */
export function layOut(file: string, text: string, kind: FileKind): LaidOut {
  const reader = readerOf(file, text);
  if (reader.value === undefined) return { kind: "refused", problems: reader.problems() };
  const { doc } = parseYaml(text);
  if (!isMap(doc.contents)) {
    reader.report([], "the file holds no named entries", "write its keys, each on a line of its own");
    return { kind: "refused", problems: reader.problems() };
  }
  const after = textOf(doc, doc.contents, text, kind);
  if (saysTheSame(text, after)) return { kind: "laid-out", text: after };
  reader.report(
    [],
    "laid out anew the file would lose something",
    "move comments to lines of their own, before an entry",
  );
  return { kind: "refused", problems: reader.problems() };
}
