import { spanIn, type Normal } from "./normal.ts";
import type { BrandRules, Language } from "./rules.ts";

/** A stretch of a text whose language is not allowed, or cannot be told. UTF-16 units of the text as written. */
export type Foreign = { readonly from: number; readonly to: number };

const WORD = /[a-z']+/g;
const LATIN = /\p{Script=Latin}/u;
const LETTER = /\p{L}/gu;

/** The known language of a text in its normal form; empty where no word of it is known. */
export function languageOf(text: string, known: readonly Language[]): string {
  const words = text.match(WORD) ?? [];
  return words.length === 0 ? "" : nearest(words, known).code;
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

function setOf(words: readonly string[]): ReadonlySet<string> {
  const known = sets.get(words) ?? new Set(words);
  sets.set(words, known);
  return known;
}

/** The known language that most words of a stretch are of, and their share in ppm; the first of those that come to the same. */
function nearest(words: readonly string[], known: readonly Language[]): { code: string; ppm: number } {
  let best = { code: "", ppm: 0 };
  for (const { code, words: common } of known) {
    const commonest = setOf(common);
    const ppm = Math.floor((words.filter((word) => commonest.has(word)).length * 1_000_000) / words.length);
    if (ppm > best.ppm) best = { code, ppm };
  }
  return best;
}

function isForeign(stretch: string, { allowed, known, minWords, sharePpm }: BrandRules["languages"]): boolean {
  const letters = stretch.match(LETTER) ?? [];
  const latin = letters.filter((letter) => LATIN.test(letter)).length;
  if (latin * 2 < letters.length) return letters.length >= minWords;
  const words = stretch.match(WORD) ?? [];
  if (words.length < minWords) return false;
  const { code, ppm } = nearest(words, known);
  return ppm < sharePpm || !allowed.includes(code);
}

/**
 * The stretches between line breaks that are in no allowed language: by the share of their words that are among a language's
 * commonest, or by their alphabet. `isOf` tells of a character whether it counts: names do not. Linear in the text.
 */
export function foreignIn(
  normal: Normal,
  languages: BrandRules["languages"],
  isOf: (at: number) => boolean,
): readonly Foreign[] {
  const found: Foreign[] = [];
  let start = 0;
  for (const line of normal.text.split("\n")) {
    const counted = Array.from({ length: line.length }, (_, at) =>
      isOf(normal.starts[start + at] ?? 0) ? line.charAt(at) : " ",
    ).join("");
    if (line !== "" && isForeign(counted, languages)) {
      const [from, to] = spanIn(normal, start, start + line.length);
      found.push({ from, to });
    }
    start += line.length + 1;
  }
  return found;
}
