import { lookAlikeScripts } from "../customer/scripts.ts";
import { looksLatin, plainly } from "./normal.ts";
import type { HygieneKind } from "./rules.ts";

/** Characters that hide something or pass for others, and the same in plain writing. */
export type Unclean = {
  readonly kind: HygieneKind;
  readonly from: number;
  readonly to: number;
  readonly plain: string;
};

const BIDI = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/;
const UNSEEN = /[\p{Cf}\u115f\u1160\u3164\uffa0]/u;
const CONTROL = /(?![\t\n\r])\p{Cc}/u;
const STYLED = /[\u{1d400}-\u{1d7ff}\uff01-\uff5e\u2460-\u24ff\u{1f130}-\u{1f189}]/u;
const MARK = /\p{M}/u;
const PICTURE = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u;
const WORD = /[\p{L}\p{M}]/u;
const JOINER = "\u200d";
/** More marks on one letter than any writing of a name has. */
const MAX_MARKS = 2;

type Char = { readonly char: string; readonly from: number; readonly to: number };

function charsOf(text: string): readonly Char[] {
  const chars: Char[] = [];
  let from = 0;
  for (const char of text) {
    chars.push({ char, from, to: from + char.length });
    from += char.length;
  }
  return chars;
}

function kindOf(chars: readonly Char[], at: number): HygieneKind | undefined {
  const char = chars[at]?.char ?? "";
  if (BIDI.test(char)) return "bidi";
  const isPicture = (place: number) => PICTURE.test(chars[place]?.char ?? "");
  if (char === JOINER && isPicture(at - 1) && isPicture(at + 1)) return undefined;
  if (UNSEEN.test(char)) return "invisible";
  if (CONTROL.test(char)) return "control";
  if (STYLED.test(char)) return "styled";
  if (!MARK.test(char) || isPicture(at)) return undefined;
  for (let back = 1; back <= MAX_MARKS; back += 1) if (!MARK.test(chars[at - back]?.char ?? "")) return undefined;
  return "stacked-marks";
}

const plain = (text: string) => Array.from(text, (char) => plainWithCase(char)).join("");

function plainWithCase(char: string): string {
  const lower = plainly(char);
  return char === char.toLowerCase() ? lower : lower.toUpperCase();
}

/** Words of letters from several alphabets, and those of another one that pass for Latin in a text that is Latin. */
function wordsIn(text: string, chars: readonly Char[]): readonly Unclean[] {
  const latin = chars.filter(({ char }) => /\p{Script=Latin}/u.test(char)).length;
  const letters = chars.filter(({ char }) => /\p{L}/u.test(char)).length;
  const found: Unclean[] = [];
  for (let at = 0; at < chars.length; at += 1) {
    if (!WORD.test(chars[at]?.char ?? "")) continue;
    let end = at;
    while (WORD.test(chars[end]?.char ?? "")) end += 1;
    const [from, to] = [chars[at]?.from ?? 0, chars[end - 1]?.to ?? 0];
    const word = text.slice(from, to);
    const isMixed = lookAlikeScripts(word) !== undefined;
    const passes = latin * 2 > letters && Array.from(word).every((letter) => MARK.test(letter) || looksLatin(letter));
    if (isMixed || passes)
      found.push({ kind: isMixed ? "mixed-alphabets" : "look-alike", from, to, plain: plain(word) });
    at = end - 1;
  }
  return found;
}

/** What of a text hides something or passes for something else by its characters, in order. Linear in the text. */
export function uncleanIn(text: string): readonly Unclean[] {
  const chars = charsOf(text);
  const found: Unclean[] = [...wordsIn(text, chars)];
  for (let at = 0; at < chars.length; at += 1) {
    const kind = kindOf(chars, at);
    if (kind === undefined) continue;
    let end = at + 1;
    while (kindOf(chars, end) === kind) end += 1;
    const [from, to] = [chars[at]?.from ?? 0, chars[end - 1]?.to ?? 0];
    found.push({ kind, from, to, plain: plain(text.slice(from, to)) });
    at = end - 1;
  }
  return found.toSorted((a, b) => a.from - b.from);
}
