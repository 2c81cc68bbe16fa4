import { parse } from "tldts";
import { customerAccount } from "./account.ts";
import { commonWords, corporateWords, particles } from "./common-words.ts";
import { withoutLegalForm, wordsOf } from "./legal-forms.ts";
import { lookOf, soundOf } from "./letters.ts";
import { decodeDomain } from "./punycode.ts";

/** Who a customer is, as somebody wrote it: a registrable domain, its name, and further names and domains that it goes by. */
export type Customer = {
  /** As `customerAccount` gives it; absent where only a name is known. */
  readonly domain?: string | undefined;
  readonly name?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
};

/** How two customers can be alike, from the most to the least. */
export const likenesses = ["account", "core", "words", "stem", "look", "typo"] as const;
export type LikenessKind = (typeof likenesses)[number];

/** `core:heliosgroup`. Two customers who have one in common are near: it is found by an index, and it is the likeness itself. */
export type MatchKey = { readonly key: string; readonly kind: LikenessKind; readonly from: string };

/** Names and domains as records list them, with semicolons between. */
export function aliasesIn(text: string | undefined): readonly string[] {
  return (text ?? "").split(";").flatMap((alias) => (alias.trim() === "" ? [] : [alias.trim()]));
}

const MIN_TYPO_CHARS = 6;
const MAX_TYPO_CHARS = 40;
const MIN_STEM_CHARS = 3;
const MIN_CORE_CHARS = 2;

/** Every key that a customer is found under, each once, by its text. Pure; the same customer has the same keys. */
export function matchKeys({ domain, name, aliases = [] }: Customer): readonly MatchKey[] {
  const keys = [
    ...(domain === undefined ? [] : domainKeys(domain)),
    ...(name === undefined ? [] : nameKeys(name)),
    ...aliases.flatMap(aliasKeys),
  ];
  const first = new Map<string, MatchKey>();
  for (const key of keys) if (!first.has(key.key)) first.set(key.key, key);
  return [...first.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function aliasKeys(alias: string): readonly MatchKey[] {
  const named = customerAccount(alias);
  if (named.kind === "account") return domainKeys(named.account);
  return alias.includes("://") || alias.includes("@") ? [] : nameKeys(alias);
}

function domainKeys(domain: string): readonly MatchKey[] {
  const label = decodeDomain(parse(domain, { allowPrivateDomains: true }).domainWithoutSuffix ?? "");
  const key = (kind: LikenessKind) => keyOf(kind, domain);
  const words = label.split("-").filter((word) => word !== "");
  return [key("account")(domain), ...textKeys(words, decodeDomain(domain)), ...lookKeys(label, domain)];
}

function lookKeys(label: string, domain: string): readonly MatchKey[] {
  const look = lookOf(label).replaceAll("-", "");
  return isTelling([look], look) ? [keyOf("look", decodeDomain(domain))(look)] : [];
}

function nameKeys(name: string): readonly MatchKey[] {
  return textKeys(withoutLegalForm(wordsOf(name)), name.normalize("NFKC").trim());
}

const keyOf = (kind: LikenessKind, from: string) => (text: string) => ({ key: `${kind}:${text}`, kind, from });

/** Keys of what a name or a label says, its words apart where they are. */
function textKeys(written: readonly string[], from: string): readonly MatchKey[] {
  const words = written.map(soundOf).filter((word) => word !== "");
  const core = words.join("");
  if (!isTelling(words, core)) return [];
  const parts = stemOf(words);
  const stem = parts?.join("");
  return [
    keyOf("core", from)(core),
    ...(words.length > 1 ? [keyOf("words", from)(words.toSorted().join(" "))] : []),
    ...(stem === undefined ? [] : [keyOf("stem", from)(stem)]),
    ...oneLetterOff(parts ?? words).map(keyOf("typo", from)),
  ];
}

/** Something that tells a company from others: more than a letter, and not common words alone. */
function isTelling(words: readonly string[], core: string): boolean {
  if (core.length < MIN_CORE_CHARS || /^\d+$/.test(core)) return false;
  return !commonWords.has(core) && !words.every((word) => commonWords.has(word) || corporateWords.has(word));
}

/** The words left without those such as `group`, countries and what stands between; `heliosgroup` as one word too. Undefined where they tell nothing. */
function stemOf(words: readonly string[]): readonly string[] | undefined {
  const telling = words.filter((word) => !corporateWords.has(word) && !particles.has(word));
  const [only = ""] = telling;
  const parts = telling.length === 1 ? [withoutEnding(only)] : telling;
  const stem = parts.join("");
  return stem.length < MIN_STEM_CHARS || !isTelling(parts, stem) ? undefined : parts;
}

/** Endings that labels are written together with, such as `group` in `heliosgroup`. */
const joinedEndings = [...corporateWords].filter((word) => word.length >= 5);

function withoutEnding(word: string): string {
  const ending = joinedEndings.find((end) => word.endsWith(end) && word.length >= end.length + MIN_STEM_CHARS);
  return ending === undefined ? word : word.slice(0, -ending.length);
}

/**
 * The text, and the text without each letter of its longer words, but a first one: two texts that are one letter off, in any
 * way, have one of them in common. Short words and digits stay whole: `bank` is not `bahn`, nor `store12` `store13`.
 */
function oneLetterOff(words: readonly string[]): readonly string[] {
  const letters = words.flatMap((word) =>
    Array.from(word, (letter, at) => ({
      letter,
      fixed: at === 0 || word.length < MIN_TYPO_CHARS || /\p{N}/u.test(letter),
    })),
  );
  if (letters.length > MAX_TYPO_CHARS || letters.every(({ fixed }) => fixed)) return [];
  const text = (kept: typeof letters) => kept.map(({ letter }) => letter).join("");
  const places = letters.flatMap(({ fixed }, at) => (fixed ? [] : [at]));
  return [text(letters), ...places.map((at) => text(letters.toSpliced(at, 1)))];
}
