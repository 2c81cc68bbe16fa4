/** An element as a browser would build it: its name, its attributes, and what is in it. */
export type Element = {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly children: readonly (Element | string)[];
};

const voids = new Set(["meta", "br", "link", "img", "input", "hr", "base", "embed", "source", "track", "wbr", "col"]);
/** In these a browser reads text up to the end tag, whatever stands there. */
const textOnly = new Set(["style", "title", "script", "textarea"]);
const entities: { readonly [name: string]: string } = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: "\u00A0" };

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|([a-z]+));/g, (whole, number: string | undefined, name: string | undefined) =>
    number === undefined ? (entities[name ?? ""] ?? whole) : String.fromCodePoint(Number(number)),
  );
}

type Open = { name: string; attributes: Record<string, string>; children: (Element | string)[] };

/**
 * Reads a document by the tokenizer of the HTML standard (13.2.5) as far as it matters for where tags begin and end: a `<`
 * before a letter opens a tag anywhere, attributes may be unquoted, comments and unclosed tags are what they are there.
 * Stricter in one way: end tags must match what is open.
 */
export function readHtml(page: string): Element {
  const root: Open = { name: "#document", attributes: {}, children: [] };
  const open: Open[] = [root];
  let at = 0;
  const top = () => open.at(-1) ?? root;
  while (at < page.length) {
    if (textOnly.has(top().name)) {
      const end = page.toLowerCase().indexOf(`</${top().name}`, at);
      if (end === -1) throw new Error(`<${top().name}> is never closed`);
      if (end > at) top().children.push(top().name === "title" ? decoded(page.slice(at, end)) : page.slice(at, end));
      at = end;
    }
    const next = nextMarkup(page, at);
    if (next > at) top().children.push(decoded(page.slice(at, next)));
    if (next === page.length) break;
    const tag = readTag(page, next);
    at = tag.end;
    if (tag.kind === "other") continue;
    if (tag.kind === "close") {
      const closed = open.pop();
      if (closed === undefined || closed.name !== tag.name || open.length === 0) {
        throw new Error(`</${tag.name}> closes <${closed?.name}> at ${next}`);
      }
      continue;
    }
    const element: Open = { name: tag.name, attributes: tag.attributes, children: [] };
    top().children.push(element);
    if (!voids.has(tag.name)) open.push(element);
  }
  if (open.length > 1) throw new Error(`<${top().name}> is never closed`);
  return root;
}

function nextMarkup(page: string, from: number): number {
  const found = page.slice(from).search(/<[a-zA-Z!/?]/);
  return found === -1 ? page.length : from + found;
}

type Tag =
  | { readonly kind: "open"; readonly name: string; readonly attributes: Record<string, string>; readonly end: number }
  | { readonly kind: "close"; readonly name: string; readonly end: number }
  | { readonly kind: "other"; readonly end: number };

function readTag(page: string, at: number): Tag {
  if (page.startsWith("<!--", at)) return { kind: "other", end: after(page, "-->", at + 4) };
  if (page.startsWith("<!", at) || page.startsWith("<?", at)) return { kind: "other", end: after(page, ">", at) };
  const isClose = page.startsWith("</", at);
  const name = /^[^\s/>]+/.exec(page.slice(at + (isClose ? 2 : 1)))?.[0].toLowerCase() ?? "";
  const attributes: Record<string, string> = {};
  let place = at + (isClose ? 2 : 1) + name.length;
  for (;;) {
    place += /^[\s/]*/.exec(page.slice(place))?.[0].length ?? 0;
    if (page[place] === ">")
      return isClose ? { kind: "close", name, end: place + 1 } : { kind: "open", name, attributes, end: place + 1 };
    if (place >= page.length) throw new Error(`<${name} is never ended`);
    const attribute = /^([^\s=/>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/.exec(page.slice(place));
    if (attribute === null) throw new Error(`<${name} has no attribute at ${place}`);
    const [whole, key = "", ...values] = attribute;
    attributes[key.toLowerCase()] = decoded(values.find((value) => value !== undefined) ?? "");
    place += whole.length;
  }
}

function after(page: string, end: string, from: number): number {
  const found = page.indexOf(end, from);
  return found === -1 ? page.length : found + end.length;
}

/** Every element under one, in document order. */
export function elementsOf(element: Element): readonly Element[] {
  return element.children.flatMap((child) => (typeof child === "string" ? [] : [child, ...elementsOf(child)]));
}

export function named(element: Element, ...names: readonly string[]): readonly Element[] {
  return elementsOf(element).filter(({ name }) => names.includes(name));
}

/** What a reader sees of an element, spaces joined. */
export function textOf(element: Element): string {
  const text = element.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
  return text.replaceAll(/\s+/g, " ").trim();
}

/** The elements alone, with the names of their attributes: what hostile text must never change. */
export function skeletonOf(element: Element): string {
  const inner = element.children.map((child) => (typeof child === "string" ? "" : skeletonOf(child))).join("");
  return `<${[element.name, ...Object.keys(element.attributes).toSorted()].join(" ")}>${inner}</>`;
}
