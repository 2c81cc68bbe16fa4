import { isMap, isPair, isScalar, isSeq, Scalar } from "yaml";
import type { Node, Pair, YAMLMap, YAMLSeq } from "yaml";
import type { Shape } from "./shapes.ts";

/** Columns that a line of one entry may take, without the comment that ends it. */
const WIDTH = 120;

type Written = { readonly text: string };
type Collection = YAMLMap | YAMLSeq;

const isCollection = (node: unknown): node is Collection => isMap(node) || isSeq(node);
const pairsOf = (map: YAMLMap): readonly Pair<Node, Node | null>[] =>
  map.items.filter(isPair) as Pair<Node, Node | null>[];

const within = (shape: Shape, key: string): Shape => {
  const { of = {} } = shape;
  return (Object.hasOwn(of, key) ? of[key] : shape.each) ?? {};
};

const nameOf = ({ key }: Pair<Node, Node | null>): string => (isScalar(key) ? String(key.value) : "");

/** The pairs of a map in the order of its shape. */
export function ordered(map: YAMLMap, { order = [] }: Shape): readonly Pair<Node, Node | null>[] {
  const place = (pair: Pair<Node, Node | null>) => {
    const at = order.indexOf(nameOf(pair));
    return at < 0 ? order.length : at;
  };
  return pairsOf(map).toSorted((a, b) => place(a) - place(b));
}

/** A scalar as it stands in the file; what is spread over lines, or would end inside brackets, in quotes. */
function scalarText(node: Node | null, { text }: Written, quoted: boolean, inFlow: boolean): string {
  if (!isScalar(node) || !node.range) return "";
  const source = text.slice(node.range[0], node.range[1]);
  const isPlain = node.type === Scalar.PLAIN;
  const isSplit = source.includes("\n") || node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
  const isUnsafe =
    isSplit || (quoted && node.type !== Scalar.QUOTE_DOUBLE) || (inFlow && isPlain && /[,[\]{}]/.test(source));
  return isUnsafe && typeof node.value === "string" ? JSON.stringify(node.value) : source;
}

const hasComment = ({ comment, commentBefore }: Node): boolean =>
  (comment ?? "") !== "" || (commentBefore ?? "") !== "";

/** Everything under a node on one line; undefined where a comment inside would be lost. */
function flowText(node: Node | null, written: Written, shape: Shape, isTop: boolean): string | undefined {
  if (node !== null && !isTop && hasComment(node)) return undefined;
  if (isMap(node)) {
    const parts = ordered(node, shape).map((pair) => {
      if (hasComment(pair.key) || pair.key.spaceBefore === true) return undefined;
      const value = flowText(pair.value, written, within(shape, nameOf(pair)), false);
      return value === undefined ? undefined : `${scalarText(pair.key, written, false, true)}: ${value}`.trimEnd();
    });
    return parts.includes(undefined) ? undefined : parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
  }
  if (!isSeq(node)) return scalarText(node, written, shape.quoted === true, true);
  const parts = node.items.map((item) => flowText(item as Node, written, shape.each ?? {}, false));
  return parts.includes(undefined) ? undefined : `[${parts.join(", ")}]`;
}

/** A block is asked for, by the shape of the node or of a group right under it. */
function asksForLines(node: Collection, shape: Shape): boolean {
  if (node.items.length === 0) return false;
  if (shape.block === true) return true;
  return (
    isMap(node) &&
    pairsOf(node).some((pair) => isCollection(pair.value) && asksForLines(pair.value, within(shape, nameOf(pair))))
  );
}

/** A value on the line of its key or dash; undefined where it takes lines of its own. */
function inlineText(node: Node | null, written: Written, shape: Shape, column: number): string | undefined {
  if (!isCollection(node)) return scalarText(node, written, shape.quoted === true, false);
  if (asksForLines(node, shape)) return undefined;
  const text = flowText(node, written, shape, true);
  return text === undefined || column + text.length > WIDTH ? undefined : text;
}

/** The lines of a comment. An empty line inside it stays. */
export function commentLines(comment: string | null | undefined, indent: string): readonly string[] {
  if (comment === null || comment === undefined || comment === "") return [];
  return comment.split("\n").map((line) => (line.trim() === "" ? "" : `${indent}#${line.trimEnd()}`));
}

const trailing = (node: Node | null): string => {
  const [first = ""] = commentLines(node?.comment, " ");
  return first === "" ? "" : first;
};

/** One entry of a block: what comes before it, its lead (a key or a dash), its value. */
type Entry = {
  readonly before: readonly string[];
  readonly lead: string;
  readonly value: Node | null;
  readonly shape: Shape;
};

function entryLines({ before, lead, value, shape }: Entry, written: Written, indent: string): readonly string[] {
  const isDash = lead === "-";
  const inline = inlineText(value, written, shape, indent.length + lead.length + 1);
  const inner = `${indent}  `;
  if (inline !== undefined) {
    const own = isDash ? [] : commentLines(value?.commentBefore, indent);
    const more = commentLines(value?.comment, indent).slice(1);
    return [...before, ...own, `${indent}${lead}${inline === "" ? "" : ` ${inline}`}${trailing(value)}`, ...more];
  }
  const nested = blockLines(value as Collection, written, shape, inner);
  if (!isDash) return [...before, `${indent}${lead}`, ...commentLines(value?.commentBefore, inner), ...nested];
  const [first = "", ...rest] = nested;
  const isClear = first.startsWith(inner) && !first.startsWith(`${inner}#`);
  return isClear
    ? [...before, `${indent}- ${first.slice(inner.length)}`, ...rest]
    : [...before, `${indent}-`, ...nested];
}

function entriesOf(
  node: Collection,
  written: Written,
  shape: Shape,
  indent: string,
): readonly (Entry & { readonly space: boolean })[] {
  if (isMap(node)) {
    return ordered(node, shape).map((pair) => ({
      space: pair.key.spaceBefore === true,
      before: commentLines(pair.key.commentBefore, indent),
      lead: `${scalarText(pair.key, written, false, false)}:`,
      value: pair.value,
      shape: within(shape, nameOf(pair)),
    }));
  }
  return (node.items as readonly Node[]).map((item) => ({
    space: item.spaceBefore === true,
    before: commentLines(item.commentBefore, indent),
    lead: "-",
    value: item,
    shape: shape.each ?? {},
  }));
}

/** A collection, a line or more per entry. */
function blockLines(node: Collection, written: Written, shape: Shape, indent: string): readonly string[] {
  const lines = entriesOf(node, written, shape, indent).flatMap((entry, at) => {
    const isApart = at > 0 && (entry.space || shape.apart === true);
    return [...(isApart ? [""] : []), ...entryLines(entry, written, indent)];
  });
  return [...lines, ...commentLines(node.comment, indent)];
}

/** The lines of a whole file, whose `parts` stand apart. */
export function fileLines(map: YAMLMap, written: Written, shape: Shape, parts: readonly string[]): readonly string[] {
  const names = ordered(map, shape).map(nameOf);
  const lines = entriesOf(map, written, shape, "").flatMap((entry, at) => {
    const isApart = at > 0 && (parts.length === 0 ? entry.space : parts.includes(names[at] ?? ""));
    return [...(isApart ? [""] : []), ...entryLines(entry, written, "")];
  });
  return [...lines, ...commentLines(map.comment, "")];
}
