import type { FactType } from "../fact-types.ts";
import type { Amount } from "../literals.ts";
import { wordFact, namable } from "../load/fact-names.ts";
import type { CalendarWindow, Policy } from "../policy.ts";
import { spanAt, type Span } from "./days.ts";
import { saysAt, wordAt, type Token } from "./tokens.ts";
import { choicesAt, factAt, isCalled, routeAt, singular, wordsOf, type Subject } from "./vocabulary.ts";

/** What one pattern made of some tokens. `subject` gives every reading of one name. */
export type Saying =
  | { readonly kind: "most"; readonly amount: Amount }
  | { readonly kind: "over"; readonly amount: Amount }
  | { readonly kind: "ask"; readonly routes: readonly string[] }
  | { readonly kind: "block" }
  | { readonly kind: "window"; readonly window: CalendarWindow }
  | { readonly kind: "per"; readonly fact: string | null }
  | ({ readonly kind: "span" } & Omit<Span, "length">)
  | { readonly kind: "subject"; readonly subjects: readonly Subject[] }
  /** A word that tells what the name before it is of: the readings that are left. */
  | { readonly kind: "head"; readonly subjects: readonly Subject[] }
  | { readonly kind: "called"; readonly word: string }
  | { readonly kind: "filler" };

/** What patterns see of a sentence at a place. `before` is what was read there last. */
export type Place = {
  readonly policy: Policy;
  readonly tokens: readonly Token[];
  readonly at: number;
  readonly today: string;
  readonly from: string | undefined;
  readonly before: Saying | undefined;
};

type Found = { readonly saying: Saying; readonly length: number };
type Pattern = (place: Place) => Found | undefined;

/** The phrase of a list that stands at a place. */
const phraseAt = ({ tokens, at }: Place, phrases: readonly string[]) =>
  phrases.find((phrase) => saysAt(tokens, at, phrase));

const lengthOf = (phrase: string): number => phrase.split(" ").length;

function bound(kind: "most" | "over", phrases: readonly string[]): Pattern {
  return (place) => {
    const phrase = phraseAt(place, phrases);
    const token = phrase === undefined ? undefined : place.tokens[place.at + lengthOf(phrase)];
    if (phrase === undefined || token?.kind !== "amount" || token.amount.kind === "date") return undefined;
    return { saying: { kind, amount: token.amount }, length: lengthOf(phrase) + 1 };
  };
}

const ask: Pattern = (place) => {
  if (wordAt(place.tokens, place.at) !== "ask") return undefined;
  const lead = ["the", "a", "an"].includes(wordAt(place.tokens, place.at + 1)) ? 2 : 1;
  const { routes, length } = routeAt(place.policy, place.tokens, place.at + lead);
  return routes.length === 0 ? undefined : { saying: { kind: "ask", routes }, length: lead + length };
};

const block: Pattern = (place) => {
  return phraseAt(place, ["block", "refuse", "deny"]) === undefined
    ? undefined
    : { saying: { kind: "block" }, length: 1 };
};

const spans: { readonly [word: string]: CalendarWindow } = {
  day: "calendar-day",
  week: "calendar-week",
  month: "calendar-month",
  quarter: "calendar-quarter",
  year: "calendar-year",
};

const window: Pattern = ({ tokens, at }) => {
  if (!["a", "per", "each", "every"].includes(wordAt(tokens, at))) return undefined;
  const word = wordAt(tokens, at + 1);
  const found = Object.hasOwn(spans, word) ? spans[word] : undefined;
  return found === undefined ? undefined : { saying: { kind: "window", window: found }, length: 2 };
};

const per: Pattern = (place) => {
  const all = phraseAt(place, ["altogether", "in all", "all together"]);
  if (all !== undefined) return { saying: { kind: "per", fact: null }, length: lengthOf(all) };
  const lead = phraseAt(place, ["per", "for each", "for every"]);
  if (lead === undefined) return undefined;
  const found = factAt(namable(place.policy.facts, wordFact), place.tokens, place.at + lengthOf(lead));
  if (found === undefined) return undefined;
  return { saying: { kind: "per", fact: found.fact.name }, length: lengthOf(lead) + found.length };
};

const span: Pattern = ({ tokens, at, today, from }) => {
  const found = spanAt(tokens, at, { today, from });
  if (found === undefined) return undefined;
  const { length, ...days } = found;
  return { saying: { kind: "span", ...days }, length };
};

const texts = ({ facts }: Policy): readonly FactType[] =>
  facts.filter((fact) => fact.kind === "text" && fact.optional !== true);

/** `partner "p-juniper"`: a text by the fact's name. */
const named: Pattern = ({ policy, tokens, at }) => {
  const found = factAt(texts(policy), tokens, at);
  const value = found && tokens[at + found.length];
  if (found === undefined || value?.kind !== "quoted") return undefined;
  const subjects = [{ fact: found.fact, value: value.value }];
  return { saying: { kind: "subject", subjects }, length: found.length + 1 };
};

/** A choice of any fact, or a text in quotes that may be any text fact's. */
const subject: Pattern = ({ policy, tokens, at }) => {
  const { subjects, length } = choicesAt(policy, tokens, at);
  if (length > 0) return { saying: { kind: "subject", subjects }, length };
  const token = tokens[at];
  if (token?.kind !== "quoted") return undefined;
  const open = texts(policy).map((fact) => ({ fact, value: token.value }));
  return open.length === 0 ? undefined : { saying: { kind: "subject", subjects: open }, length: 1 };
};

/** Whom or what requests are about in any policy, beside its own facts. */
const nouns = ["partner", "customer", "deal", "quote", "account"];

/** `partners` after `gold`: the fact's own name says that it is of partners, or its title does with the name of a fact. */
const head: Pattern = ({ policy, tokens, at, before }) => {
  const word = singular(wordAt(tokens, at));
  if (word === "" || before?.kind !== "subject") return undefined;
  const isNoun = nouns.includes(word) || policy.facts.some(({ name }) => name === word);
  const subjects = before.subjects.filter(({ fact }) => {
    return isCalled([word], [fact.name]) || (isNoun && wordsOf(fact.title).includes(word));
  });
  return subjects.length === 0 ? undefined : { saying: { kind: "head", subjects }, length: 1 };
};

/** `gold and silver`, where both are values of one fact. */
const joining: Pattern = ({ policy, tokens, at, before }) => {
  const isJoin = tokens[at]?.kind === "comma" || ["and", "or"].includes(wordAt(tokens, at));
  if (!isJoin || before?.kind !== "subject") return undefined;
  const { subjects } = choicesAt(policy, tokens, at + 1);
  const isSame = subjects.some(({ fact }) => before.subjects.some((one) => one.fact.name === fact.name));
  return isSame ? { saying: { kind: "filler" }, length: 1 } : undefined;
};

const called: Pattern = ({ policy, tokens, at }) => {
  const word = singular(wordAt(tokens, at));
  const amounts = policy.facts.filter((fact) => "min" in fact && fact.kind !== "date");
  const names = [...amounts, ...policy.params, ...policy.limits.filter(({ cap }) => typeof cap === "object")];
  const isOne = names.some((one) => wordsOf("name" in one ? one.name : one.id).includes(word));
  return word === "" || !isOne ? undefined : { saying: { kind: "called", word }, length: 1 };
};

const fillers = ["the", "a", "an", "may", "can", "have", "has", "get", "gets", "give", "for", "of", "with", "in"];

const filler: Pattern = (place) => {
  const isRequests = ["request", "requests", "times"].includes(wordAt(place.tokens, place.at));
  const isCounted = isRequests && place.before?.kind === "most";
  return phraseAt(place, fillers) !== undefined || isCounted ? { saying: { kind: "filler" }, length: 1 } : undefined;
};

/** `, else` before what becomes of what is over. */
const otherwise: Pattern = ({ tokens, at }) => {
  const isElse = ["else", "otherwise"].includes(wordAt(tokens, at));
  if (!isElse && tokens[at]?.kind !== "comma") return undefined;
  const follows = ["ask", "block", "refuse", "deny", ...(isElse ? [] : ["else", "otherwise"])];
  return follows.includes(wordAt(tokens, at + 1)) ? { saying: { kind: "filler" }, length: 1 } : undefined;
};

/** In this order: the first that fits at a place is taken. */
const patterns: readonly Pattern[] = [
  bound("most", ["up to", "at most", "no more than"]),
  bound("over", ["over", "above", "more than", "for more than", "beyond"]),
  ask,
  block,
  window,
  per,
  span,
  joining,
  head,
  named,
  subject,
  called,
  otherwise,
  filler,
];

/** What stands at a place, by the first pattern that fits. */
export function sayingAt(place: Place): Found | undefined {
  for (const pattern of patterns) {
    const found = pattern(place);
    if (found !== undefined) return found;
  }
  return undefined;
}
