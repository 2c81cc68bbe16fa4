import { decodeDomain } from "./punycode.ts";
import { likenesses, matchKeys, type Customer, type LikenessKind, type MatchKey } from "./match-keys.ts";

/**
 * Whether two customers are one. `same`: one registrable domain. `near`: a person should look, for these reasons, sentences
 * without a full stop. `ppm`: how sure, the most telling likeness alone.
 */
export type Likeness =
  | { readonly kind: "same" | "near"; readonly ppm: number; readonly reasons: readonly string[] }
  | { readonly kind: "other" };

const SAME_PPM = 1_000_000;

/** How much a likeness of each kind says, in parts per million: the order counts, and that all but `account` are a guess. */
const tells = {
  account: { ppm: 950_000, says: "have one domain" },
  core: { ppm: 900_000, says: "are the same but for suffix, legal form, hyphens and accents" },
  words: { ppm: 850_000, says: "are the same words in another order" },
  stem: { ppm: 800_000, says: "differ in a country, or a word such as group, only" },
  look: { ppm: 750_000, says: "look alike" },
  typo: { ppm: 700_000, says: "differ in one letter" },
} as const satisfies { readonly [kind in LikenessKind]: { readonly ppm: number; readonly says: string } };

/** Pure and symmetric: the same answer whichever comes first, but for the order in which its sentences name the two. */
export function likenessOf(one: Customer, other: Customer): Likeness {
  if (one.domain !== undefined && one.domain === other.domain) {
    return { kind: "same", ppm: SAME_PPM, reasons: [`both are ${decodeDomain(one.domain)}`] };
  }
  const others = new Map(matchKeys(other).map((key) => [key.key, key]));
  const shared = matchKeys(one).flatMap((key) => {
    const met = others.get(key.key);
    return met === undefined ? [] : [{ kind: key.kind, one: key, other: met }];
  });
  const kind = likenesses.find((each) => shared.some((found) => found.kind === each));
  if (kind === undefined) return { kind: "other" };
  const found = shared.filter((each) => each.kind === kind);
  const reasons = new Set(found.map((each) => sentence(kind, each.one, each.other)));
  return { kind: "near", ppm: tells[kind].ppm, reasons: [...reasons] };
}

function sentence(kind: LikenessKind, { from: one }: MatchKey, { from: other }: MatchKey): string {
  if (one === other) return `\`${one}\` is given for both`;
  return `\`${one}\` and \`${other}\` ${tells[kind].says}`;
}
