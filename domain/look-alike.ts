import { lookAlikeScripts } from "./customer/scripts.ts";

/**
 * Small letters that look like a Latin one, small or large: `а=a` is Cyrillic, `α=a` Greek, `ɑ=a` a Latin letter of phonetics. Their
 * capitals stand for the Latin capital. Left out are letters whose two forms look like two: `η` is an n and `Η` an H.
 * What is in no table, a word beside Latin letters is not taken for one (see `latinLook`).
 */
const pairs = `а=a в=b с=c ԁ=d е=e һ=h н=h і=i ј=j к=k м=m о=o р=p ԛ=q ѕ=s т=t ԝ=w у=y х=x
  α=a β=b ε=e ι=i κ=k ο=o ρ=p τ=t χ=x ζ=z ɑ=a ɡ=g ı=i ɩ=i ᴀ=a ʙ=b ᴄ=c ᴅ=d ᴇ=e ɢ=g ʜ=h ɪ=i ᴊ=j ᴋ=k ʟ=l ᴍ=m ɴ=n ᴏ=o ᴘ=p ʀ=r
  ꜱ=s ᴛ=t ᴜ=u ᴠ=v ᴡ=w ʏ=y ᴢ=z`;

const latin: ReadonlyMap<string, string> = new Map(
  pairs.split(/\s+/).flatMap((pair) => {
    const [letter = "", like = ""] = pair.split("=");
    const [large, likeLarge] = [letter.toUpperCase(), like.toUpperCase()];
    // `ı` has the capital I, which is Latin already.
    return large === letter || /[A-Z]/.test(large)
      ? [[letter, like] as const]
      : ([
          [letter, like],
          [large, likeLarge],
        ] as const);
  }),
);

/** Letters with what is written above and below them. */
const words = /[\p{L}\p{M}]+/gu;
const isLatin = (word: string): boolean => /^[\p{Script=Latin}\p{M}]*$/u.test(word);

/** The scripts that one word of a text mixes, `Latin and Cyrillic`; undefined where each word keeps to one. */
export function mixedScripts(text: string): string | undefined {
  for (const [word] of text.matchAll(words)) {
    const mixed = lookAlikeScripts(word);
    if (mixed !== undefined) return mixed;
  }
  return undefined;
}

/**
 * A text with each word that can be taken for one in Latin letters written in those: `аcme` with a Cyrillic `а` is `acme`, and `ООО`
 * is `OOO`. A word of another script that no Latin one looks like stays. Undefined where a word mixes scripts and is no Latin
 * word either. Digits stay what they are: `0` is not `O`, so that numbered names keep apart. Idempotent.
 */
export function latinLook(text: string): string | undefined {
  const read = text.replaceAll(words, (word) => {
    const written = Array.from(word, (letter) => latin.get(letter) ?? letter).join("");
    return isLatin(written) ? written : word;
  });
  return mixedScripts(read) === undefined ? read : undefined;
}
