import { LineCounter, isAlias, isNode, isPair, isScalar, parseDocument, visit } from "yaml";
import type { Document, Node } from "yaml";
import { decoded, unseenLetters } from "./written-text.ts";
import type { FileText, TextFault as Note } from "./written-text.ts";

type YamlFile = {
  readonly doc: Document;
  readonly lines: LineCounter;
  readonly notes: readonly Note[];
  /** False when the text is no YAML, or hides its meaning: its parts are then not looked at. */
  readonly readable: boolean;
};

/** Room for some 15,000 rules. */
const MAX_CHARACTERS = 4_194_304;
const MAX_LINE = 400;
const MAX_BRACKETS = 32;

/** The parser recurses per level of nesting, and deep nesting ends the process: these bounds stand before it. */
function tooLarge(text: string): Note | undefined {
  const fix = "split the file or the line";
  if (text.length > MAX_CHARACTERS) return { offset: 0, message: `the file is over ${MAX_CHARACTERS} characters`, fix };
  let depth = 0;
  let column = 0;
  for (let offset = 0; offset < text.length; offset += 1) {
    const letter = text.charAt(offset);
    column = letter === "\n" || letter === "\r" ? 0 : column + 1;
    if (column > MAX_LINE) return { offset, message: `the line is over ${MAX_LINE} characters`, fix };
    if (letter === "[" || letter === "{") depth += 1;
    if (letter === "]" || letter === "}") depth = Math.max(0, depth - 1);
    if (depth > MAX_BRACKETS) return { offset, message: `brackets are nested deeper than ${MAX_BRACKETS}`, fix };
  }
  return undefined;
}

const parserFixes: { readonly [code: string]: string } = {
  DUPLICATE_KEY: "keep one of the two",
  TAB_AS_INDENT: "indent with spaces",
  MULTIPLE_DOCS: "keep one document per file",
  BAD_ALIAS: "write the value out",
};

function hiddenIn(node: Node): Note | undefined {
  const offset = node.range?.[0] ?? 0;
  if (isAlias(node))
    return { offset, message: `alias \`*${node.source}\` is not part of the language`, fix: "write the value out" };
  if (node.anchor !== undefined)
    return { offset, message: `anchor \`&${node.anchor}\` is not part of the language`, fix: "remove it" };
  if (node.tag !== undefined)
    return { offset, message: `tag \`${node.tag}\` is not part of the language`, fix: "remove it" };
  return undefined;
}

/** What hides a line's meaning (aliases, anchors, tags) and keys that are no words. */
function hidden(doc: Document): readonly Note[] {
  const notes: Note[] = [];
  visit(doc, (_key, node) => {
    if (isPair(node)) {
      const offset = isNode(node.key) ? (node.key.range?.[0] ?? 0) : 0;
      const name = isScalar(node.key) ? node.key.value : undefined;
      if (typeof name !== "string" || name === "__proto__") {
        notes.push({ offset, message: "a key must be a word", fix: "write a name that starts with a letter" });
      }
    }
    const note = isNode(node) ? hiddenIn(node) : undefined;
    if (note !== undefined) notes.push(note);
  });
  return notes;
}

/** Parses YAML 1.2 and refuses what a policy has no use for, and bytes that are not UTF-8. Never throws. */
export function parseYaml(file: FileText): YamlFile {
  const lines = new LineCounter();
  const { text, fault } = decoded(file);
  const large = fault ?? tooLarge(text);
  const doc = parseDocument(large === undefined ? text : "", { lineCounter: lines, prettyErrors: false });
  if (large !== undefined) {
    for (const match of text.matchAll(/\n/g)) lines.addNewLine(match.index + 1);
    return { doc, lines, notes: [large], readable: false };
  }
  const errors = doc.errors.map(({ code, message, pos }) => ({
    offset: pos[0],
    message: `not readable as YAML: ${message.toLowerCase()}`,
    fix: parserFixes[code] ?? "check indentation, quotes and brackets here",
  }));
  const broken = doc.errors.some(({ code }) => code !== "DUPLICATE_KEY");
  const unclear = broken ? [] : [...hidden(doc), ...unseenLetters(text)];
  return { doc, lines, notes: [...errors, ...unclear], readable: !broken && unclear.length === 0 };
}
