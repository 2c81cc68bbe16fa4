import { claimsIn, compileClaims, nearestWording, piecesOf, type Claimed, type CompiledClaims } from "./claims.ts";
import { uncleanIn } from "./hygiene.ts";
import { foreignIn } from "./language.ts";
import { linksIn, standingOf, type Link } from "./links.ts";
import { normalForms, spanIn, type Normal } from "./normal.ts";
import type { BrandClaim, BrandFinding, BrandRules } from "./rules.ts";

/** A text as it would go out. */
export type BrandText = {
  readonly text: string;
  /** Where variables stand in it. */
  readonly fills: readonly Fill[];
  /** The evidence that it cites, by id. */
  readonly cites: readonly string[];
  /** The day on which it is looked at, ISO 8601: evidence runs out. */
  readonly at: string;
};

/** Where a variable stands: UTF-16 units, `to` is not part of it. */
export type Fill = { readonly name: string; readonly from: number; readonly to: number };

/** As many are told; a text has more only by design. */
const MAX_FINDINGS = 100;

const compiled = new WeakMap<BrandRules, CompiledClaims>();

function compiledOf(rules: BrandRules): CompiledClaims {
  const known = compiled.get(rules) ?? compileClaims(rules);
  compiled.set(rules, known);
  return known;
}

/** What is told of a place before it is known whose words stand there. */
type Found = Omit<BrandFinding, "of" | "words">;

/**
 * What of a text the rules do not let out, in the order of the text, at most 100. Claims and languages of which no word is ours, since
 * a variable brings them all, ask and do not withhold. The same text under the same rules has the same findings; linear in the text.
 */
export function brandFindings(rules: BrandRules, given: BrandText): readonly BrandFinding[] {
  const forms = normalForms(given.text);
  const [apart] = forms;
  if (apart === undefined) return [];
  const reached = linksOf(given.text, apart);
  const links = linkFindings(rules, reached);
  const outside = (found: Found) => !links.some(({ from, to }) => found.from < to && from < found.to);
  const found = [
    ...links,
    ...hygieneFindings(rules, given.text).filter(outside),
    ...languageFindings(rules, [...given.fills, ...reached], apart),
    ...once(forms.flatMap((form) => claimFindings(rules, given, form))),
  ];
  const all = found.map((each) => attributed(each, given));
  const [withheld, asks] = [all.filter(({ over }) => over === "withhold"), all.filter(({ over }) => over === "ask")];
  // What withholds is told whatever else there is.
  return [...inOrder(withheld), ...inOrder(asks)].slice(0, MAX_FINDINGS).toSorted(byPlace);
}

const byPlace = (a: BrandFinding, b: BrandFinding) => a.from - b.from || a.to - b.to || (a.rule < b.rule ? -1 : 1);
const inOrder = (findings: readonly BrandFinding[]) => findings.toSorted(byPlace);

function attributed(found: Found, { text, fills }: BrandText): BrandFinding {
  const fill = fills.find(({ from, to }) => from <= found.from && found.to <= to);
  const isTheirs = fill !== undefined && found.class !== "link" && found.class !== "unicode";
  const words = text.slice(found.from, found.to);
  return { ...found, words, of: fill?.name ?? null, over: isTheirs ? "ask" : found.over };
}

function linksOf(text: string, normal: Normal): readonly Link[] {
  return piecesOf(normal).flatMap((piece) => linksIn(text, normal, piece.text, piece.offset));
}

function linkFindings({ links }: BrandRules, reached: readonly Link[]): readonly Found[] {
  const refused = reached.flatMap(({ from, to, host }) => {
    const standing = standingOf(host, links.hosts);
    if (standing === "allowed") return [];
    const why = standing === "other" ? links.reason : links.lookAlike;
    return [{ rule: "links", class: "link", from, to, why, instead: links.instead, over: links.over }];
  });
  return once(refused).slice(0, MAX_FINDINGS);
}

function hygieneFindings({ hygiene }: BrandRules, text: string): readonly Found[] {
  return uncleanIn(text)
    .filter(({ kind }) => hygiene.refuse.includes(kind))
    .map(({ kind, from, to, plain }) => {
      return { rule: kind, class: "unicode", from, to, why: hygiene.reason, instead: plain, over: hygiene.over };
    });
}

/** `names`: stretches that are in no language, such as what variables bring and links. */
function languageFindings(
  { languages }: BrandRules,
  names: readonly Pick<Fill, "from" | "to">[],
  normal: Normal,
): readonly Found[] {
  const isName = new Set(names.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, at) => from + at)));
  const { reason: why, instead, over } = languages;
  return foreignIn(normal, languages, (at) => !isName.has(at)).map(({ from, to }) => {
    return { rule: "languages", class: "language", from, to, why, instead, over };
  });
}

function claimFindings(rules: BrandRules, { cites, at }: BrandText, form: Normal): readonly Found[] {
  const day = at.slice(0, "2026-12-31".length);
  const valid = rules.evidence.filter(({ id, until }) => cites.includes(id) && (until === null || day < until));
  const isSettled = ({ claim }: Claimed) => claim.evidence.some((id) => valid.some((cited) => cited.id === id));
  const offered = new Map<string, string>();
  const nearest = (claim: BrandClaim, sentence: string) => {
    const key = `${claim.id} ${sentence}`;
    const approved = rules.propositions.filter((known) => known.class === claim.class).map(({ wording }) => wording);
    const instead = offered.get(key) ?? nearestWording(sentence, [...claim.instead, ...approved]);
    offered.set(key, instead);
    return instead;
  };
  return piecesOf(form).flatMap(({ text, offset }) =>
    claimsIn(compiledOf(rules), text)
      .filter((claimed) => !isSettled(claimed))
      .map(({ claim, span: [start, end], sentence }) => {
        const [from, to] = spanIn(form, offset + start, offset + end);
        const instead = nearest(claim, sentence);
        return { rule: claim.id, class: claim.class, from, to, why: claim.reason, instead, over: claim.over };
      }),
  );
}

/** Findings of one class that overlap are one, under the first one's rule, over all that they cover. */
function once(found: readonly Found[]): readonly Found[] {
  const kept: (Omit<Found, "to"> & { to: number })[] = [];
  const last = new Map<string, (typeof kept)[number]>();
  for (const each of found.toSorted((a, b) => a.from - b.from || b.to - a.to)) {
    const before = last.get(each.class);
    if (before !== undefined && each.from < before.to) {
      before.to = Math.max(before.to, each.to);
      continue;
    }
    const one = { ...each };
    last.set(each.class, one);
    kept.push(one);
  }
  return kept;
}
