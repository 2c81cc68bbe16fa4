import { cleanText } from "../clean-text.ts";

/** Finds people's names in texts. */
export type NameIndex = { find(text: string): readonly { readonly from: number; readonly to: number }[] };

type Name = readonly string[];

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** What stands between the words of a name. */
const BETWEEN = /^[\s,.'’-]{1,3}$/u;

/**
 * Full names are found anywhere, whatever their case, and with the last word first; a name of one word, which may be any word, where it is
 * all of a text.
 */
export function indexNames(names: readonly string[]): NameIndex {
  const byFirst = new Map<string, Name[]>();
  const single = new Set<string>();
  const keep = (name: Name) => byFirst.set(name[0] ?? "", [...(byFirst.get(name[0] ?? "") ?? []), name]);
  for (const name of new Set(names.map((one) => cleanText(one).toLowerCase()))) {
    const words = name.match(WORD) ?? [];
    const [last] = words.slice(-1);
    if (words.length === 1) single.add(name.trim());
    if (words.length < 2 || last === undefined) continue;
    keep(words);
    keep([last, ...words.slice(0, -1)]);
  }
  for (const all of byFirst.values()) all.sort((a, b) => b.length - a.length);

  return {
    find(text) {
      if (single.has(text.trim().toLowerCase())) return [{ from: 0, to: text.length }];
      if (byFirst.size === 0) return [];
      const words = [...text.matchAll(WORD)].map(({ 0: word, index }) => ({
        word: word.toLowerCase(),
        index,
        to: index + word.length,
      }));
      const isNext = (at: number) => BETWEEN.test(text.slice(words[at - 1]?.to, words[at]?.index));
      const found: { from: number; to: number }[] = [];
      for (let at = 0; at < words.length;) {
        const start = at;
        const isHere = (name: Name) =>
          name.every((word, nth) => words[start + nth]?.word === word && (nth === 0 || isNext(start + nth)));
        const name = byFirst.get(words[at]?.word ?? "")?.find(isHere);
        const last = words[at + (name?.length ?? 1) - 1];
        if (name !== undefined && last !== undefined) found.push({ from: words[start]?.index ?? 0, to: last.to });
        at += name?.length ?? 1;
      }
      return found;
    },
  };
}
