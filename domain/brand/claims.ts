import { patternSpans, patternTest, type Span } from "../pattern.ts";
import { languageOf } from "./language.ts";
import { normalForms, type Normal } from "./normal.ts";
import type { BrandClaim, BrandRules, Speech } from "./rules.ts";

/** A claim, compiled. */
type Claim = {
  readonly claim: BrandClaim;
  readonly found: (text: string) => readonly Span[];
  readonly excepted: (text: string) => readonly Span[];
  readonly speech: SaidOnly;
};

/** How something is said without being claimed. */
type SaidOnly = {
  readonly isTakenBack: (before: string) => boolean;
  readonly isAttributed: (before: string) => boolean;
  readonly isAsked: (sentence: string) => boolean;
};

/** Rules, compiled once. */
export type CompiledClaims = {
  readonly claims: readonly Claim[];
  readonly approved: (text: string) => readonly Span[];
  /** How things are said in the language of a sentence. */
  readonly saidIn: (sentence: string) => SaidOnly | undefined;
};

/** A claim at a stretch of a piece of the normal form. */
export type Claimed = { readonly claim: BrandClaim; readonly span: Span; readonly sentence: string };

const slots: { readonly [name: string]: string } = {
  number: "[0-9][0-9.,]{0,15}",
  percent: "[0-9][0-9.,]{0,7} ?(?:%|percent)",
  money: "(?:[a-z]{3} )?[0-9][0-9.,]{0,15}(?: [a-z]{3})?",
  date: "(?:[0-9]{4} ?- ?[0-9]{2} ?- ?[0-9]{2}|[0-9]{1,2}\\.? [a-z]{3,9} [0-9]{4})",
};

/** The names of what may vary in an approved wording. */
export const slotNames: readonly string[] = Object.keys(slots);

const none = () => [] as const;
const never = () => false;

function anyOf(patterns: readonly string[], end: "" | "$" = "", begin: "" | "^" = ""): string {
  return `${begin}(?:${patterns.map((pattern) => `(?:${pattern})`).join("|")})${end}`;
}

/** An approved wording as a pattern over the normal form. */
export function wordingPattern(wording: string): string {
  const parts = wording.split(/\{(\w{1,32})\}/);
  return parts
    .map((part, at) => (at % 2 === 1 ? (slots[part] ?? "") : escaped(normalForms(part)[0]?.text ?? "")))
    .join("");
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Compiles what a text is held against. Throws for a pattern that RE2 has no word for: a loader has refused those. */
export function compileClaims(rules: BrandRules): CompiledClaims {
  const wordings = rules.propositions.map(({ wording }) => wordingPattern(wording));
  const all = saidOnly(rules.speech);
  const own = new Map(rules.speech.map((speech) => [speech.of, saidOnly([speech])] as const));
  const byLanguage = new Map(
    rules.speech.flatMap(({ of, languages }) => languages.map((code) => [code, own.get(of) ?? all] as const)),
  );
  return {
    claims: rules.claims.map((claim) => ({
      claim,
      found: patternSpans(anyOf(claim.patterns)),
      excepted: claim.except.length === 0 ? none : patternSpans(anyOf(claim.except)),
      speech: own.get(claim.id.split(".")[0] ?? "") ?? all,
    })),
    approved: wordings.length === 0 ? none : patternSpans(anyOf(wordings)),
    saidIn: (sentence) => byLanguage.get(languageOf(sentence, rules.languages.known)),
  };
}

function saidOnly(speech: readonly Speech[]): SaidOnly {
  const takenBack = speech.flatMap((each) => each.takenBack);
  const attributed = speech.flatMap((each) => each.attributed);
  const asked = speech.flatMap((each) => each.asked);
  return {
    isTakenBack: takenBack.length === 0 ? never : patternTest(anyOf(takenBack, "$")),
    isAttributed: attributed.length === 0 ? never : patternTest(anyOf(attributed, "$")),
    isAsked: asked.length === 0 ? never : patternTest(anyOf(asked, "", "^")),
  };
}

/** What is looked at before a claim or a quotation, at most. */
const MAX_BEFORE = 160;
const ENDS = /[.!?;]["')]{0,2}(?= |$)|\n/g;

/** A piece's sentences by where they begin and end. */
function sentencesOf(piece: string): readonly Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const { index, 0: mark } of piece.matchAll(ENDS)) {
    spans.push([from, index + mark.length]);
    from = index + mark.length;
    while (piece[from] === " ") from += 1;
  }
  if (from < piece.length) spans.push([from, piece.length]);
  return spans;
}

/** Where quotations stand: between double marks, or between single ones that are no apostrophes. */
function quotationsOf(piece: string): readonly Span[] {
  const spans: Span[] = [];
  for (const marks of [/"/g, /(?<=^|[\s:(])'(?=\w)|(?<=[\w.,!?])'(?=$|[\s.,;:!?)])/g]) {
    const places = Array.from(piece.matchAll(marks), ({ index }) => index);
    for (let at = 0; at + 1 < places.length; at += 2) spans.push([places[at] ?? 0, places[at + 1] ?? 0]);
  }
  return spans;
}

const overlaps = ([a, b]: Span, [c, d]: Span) => a < d && c < b;
const within = ([a, b]: Span, [c, d]: Span) => c <= a && b <= d;

/** The claims of a piece of a text's normal form that nothing takes back. Linear in the piece, whose length the caller bounds. */
export function claimsIn(rules: CompiledClaims, piece: string): readonly Claimed[] {
  const hits = rules.claims.flatMap(({ claim, found, excepted, speech }) => {
    const spans = found(piece);
    if (spans.length === 0) return [];
    const passed = excepted(piece);
    return spans
      .filter((span) => !passed.some((other) => overlaps(span, other)))
      .map((span) => ({ claim, span, speech }));
  });
  if (hits.length === 0) return [];
  const approved = rules.approved(piece);
  const [sentences, quotations] = [sentencesOf(piece), quotationsOf(piece)];
  const ways = new Map<string, SaidOnly | undefined>();
  const saidIn = (sentence: string) => {
    if (!ways.has(sentence)) ways.set(sentence, rules.saidIn(sentence));
    return ways.get(sentence);
  };
  const claimed = hits.flatMap(({ claim, span, speech }) => {
    if (approved.some((wording) => within(span, wording))) return [];
    const [from, to] = sentences.find(([begin, end]) => begin <= span[0] && span[0] < end) ?? [0, piece.length];
    const sentence = piece.slice(from, to);
    const before = (place: number, since: number) => piece.slice(Math.max(since, place - MAX_BEFORE), place);
    const spoken = saidIn(sentence);
    const said = speech === spoken || spoken === undefined ? [speech] : [speech, spoken];
    if (claim.deniable && said.some((way) => way.isTakenBack(before(span[0], from)))) return [];
    if (claim.deniable && /\?["')]{0,2}$/.test(sentence) && said.some((way) => way.isAsked(sentence))) return [];
    const quotation = quotations.find((quoted) => within(span, quoted));
    if (quotation !== undefined && said.some((way) => way.isAttributed(before(quotation[0], 0)))) return [];
    return [{ claim, span, sentence, isOwn: speech === spoken }];
  });
  // What two languages call the same, the language of the sentence tells.
  const own = claimed.filter(({ isOwn }) => isOwn);
  return claimed.filter(
    ({ isOwn, claim, span }) =>
      isOwn || !own.some((other) => other.claim.class === claim.class && overlaps(other.span, span)),
  );
}

/** Of some allowed wordings the one that shares most words with a sentence; the first of those that share as many. */
export function nearestWording(sentence: string, wordings: readonly string[]): string {
  const wordsOf = (text: string) => new Set((normalForms(text)[0]?.text ?? "").match(/\w+/g));
  const said = wordsOf(sentence);
  const shared = (wording: string) => {
    const words = wordsOf(wording);
    return ([...words].filter((word) => said.has(word)).length * 1_000_000) / Math.max(1, words.size + said.size);
  };
  let best = { wording: "", score: -1 };
  for (const wording of wordings) {
    const score = shared(wording);
    if (score > best.score) best = { wording, score };
  }
  return best.wording;
}

/** A stretch of a text's normal form that is looked at by itself. */
export type Piece = { readonly text: string; readonly offset: number };

/** Longest stretch, and what two that follow each other have in common where a sentence is longer. */
const MAX_PIECE = 1_000;
const OVERLAP = 200;

/** A normal form in pieces of bounded length, cut between sentences wherever they are shorter than that. */
export function piecesOf({ text }: Normal): readonly Piece[] {
  const pieces: Piece[] = [];
  let offset = 0;
  while (offset < text.length) {
    const end = Math.min(text.length, offset + MAX_PIECE);
    const cut = end === text.length ? end : lastEnd(text, offset, end);
    pieces.push({ text: text.slice(offset, cut ?? end), offset });
    offset = cut ?? end - OVERLAP;
  }
  return pieces;
}

function lastEnd(text: string, from: number, to: number): number | undefined {
  for (let at = to - 1; at > from + MAX_PIECE - 2 * OVERLAP; at -= 1) {
    if (text[at] === "\n" || (text[at] === " " && ".!?".includes(text[at - 1] ?? " "))) return at + 1;
  }
  return undefined;
}
