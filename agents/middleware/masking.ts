import type { NameIndex } from "./name-index.ts";

/** What no supplier of models is told as it is: a kind, and what it looks like. Every repeat is bounded, so that a text is gone over in linear time. */
const patterns: readonly (readonly [Kind, RegExp])[] = [
  ["key", /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,8000}-----END [A-Z ]{0,30}PRIVATE KEY-----/g],
  ["key", /\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,200}|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ["key", /\bgh[opsu]_[A-Za-z0-9]{30,100}|\bxox[abprs]-[A-Za-z0-9-]{10,200}|\bpat-[a-z0-9]{2,4}-[0-9a-f-]{30,40}\b/g],
  ["key", /\beyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}/g],
  ["mail", /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,30}/gu],
  ["phone", /(?<![\p{L}\p{N}])\+[0-9](?:[ ()./-]{0,2}[0-9]){6,14}(?![\p{L}\p{N}])/gu],
  ["phone", /(?<![\p{L}\p{N}+.,])\(?0[0-9]{1,4}\)?(?:[ /-]{1,2}[0-9]{3,8}){1,3}(?![\p{L}\p{N}])/gu],
  ["phone", /(?<![\p{L}\p{N}+.,])0[1-9](?:[ .-][0-9]{2}){4}(?![\p{L}\p{N}])/gu],
  ["phone", /(?<![\p{L}\p{N}+.,])(?:\([0-9]{3}\) ?|[0-9]{3}[-.])[0-9]{3}[-.][0-9]{4}(?![\p{L}\p{N}])/gu],
];

type Kind = "key" | "mail" | "phone" | "person";
type Span = { readonly kind: Kind; readonly from: number; readonly to: number };

/** What stands in for something in what a supplier is told. */
const TOKEN = /\[(?:key|mail|phone|person)-[0-9]{1,6}\]/g;

/** Hides what a supplier is not told, and shows it again in what comes back. `show(hide(text))` is the text. */
export type Mask = { readonly hide: (text: string) => string; readonly show: (text: string) => string };

/**
 * The mask of some texts. Each different thing has a token, numbered in the order in which the texts hold them: the same texts have the
 * same mask, and more texts after them change none of it. A token that the texts hold themselves, as somebody may have written it, is
 * nothing's.
 */
export function maskOf(texts: readonly string[], names: NameIndex): Mask {
  const taken = new Set(texts.flatMap((text) => text.match(TOKEN) ?? []));
  const tokens = new Map<string, string>();
  const hidden = new Map<string, string>();
  const counts = new Map<Kind, number>();

  const tokenOf = (kind: Kind, what: string): string => {
    const known = tokens.get(what);
    if (known !== undefined) return known;
    let token: string;
    do {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      token = `[${kind}-${count}]`;
    } while (taken.has(token));
    tokens.set(what, token);
    hidden.set(token, what);
    return token;
  };

  const hide = (text: string): string => {
    let shown = "";
    let at = 0;
    for (const { kind, from, to } of spansIn(text, names)) {
      shown += text.slice(at, from) + tokenOf(kind, text.slice(from, to));
      at = to;
    }
    return shown + text.slice(at);
  };
  for (const text of texts) hide(text);
  return { hide, show: (text) => text.replaceAll(TOKEN, (token) => hidden.get(token) ?? token) };
}

/** What is to be hidden in a text, in order; where two overlap, what is looked for first. */
function spansIn(text: string, names: NameIndex): readonly Span[] {
  const taken = new Uint8Array(text.length);
  const spans: Span[] = [];
  const add = (span: Span) => {
    const stretch = taken.subarray(span.from, span.to);
    if (stretch.includes(1)) return;
    stretch.fill(1);
    spans.push(span);
  };
  for (const [kind, pattern] of patterns) {
    for (const { 0: found, index } of text.matchAll(pattern)) add({ kind, from: index, to: index + found.length });
  }
  for (const { from, to } of names.find(text)) add({ kind: "person", from, to });
  return spans.toSorted((a, b) => a.from - b.from);
}
