import { didYouMean, listed } from "../did-you-mean.ts";
import type { FactType } from "../fact-types.ts";

type Report = (message: string, fix: string) => void;

/** What a fact must be to be named in some place of a policy, and how a message says it. */
export type Wanted = {
  readonly fits: (type: FactType) => boolean;
  /** After "is not": `a text or one of some values`. */
  readonly noun: string;
  /** Whether a request without the fact escalates, so that nothing is decided past it. */
  readonly required: boolean;
};

const isWord = ({ kind }: FactType): boolean => kind === "text" || kind === "choice";

/** A fact that tells requests apart by name: who asks, or for what. */
export const wordFact: Wanted = { fits: isWord, noun: "a text or a choice", required: true };

/** As `wordFact`, where a request that leaves the fact out loses nothing. */
export const anyWordFact: Wanted = { ...wordFact, required: false };

/** A fact that adds up and never gives room back. */
export const summedFact: Wanted = {
  fits: (type) => (type.kind === "minor" || type.kind === "number") && type.min >= 0,
  noun: "money or a number that is never negative",
  required: true,
};

/** The facts that may be named. */
export function namable(facts: readonly FactType[], { fits, required }: Wanted): readonly FactType[] {
  return facts.filter((type) => fits(type) && !(required && type.optional === true));
}

/** Finds the fact that is named, or notes why it may not be. */
export function factNamed(
  report: Report,
  name: string,
  facts: readonly FactType[],
  wanted: Wanted,
): FactType | undefined {
  const type = facts.find((candidate) => candidate.name === name);
  const others = namable(facts, wanted).map((candidate) => candidate.name);
  const fix = others.length === 0 ? "no fact of this policy fits" : `use one of ${listed(others)}`;
  if (type === undefined) {
    report(`unknown fact \`${name}\``, others.length === 0 ? fix : didYouMean(name, others));
  } else if (!wanted.fits(type)) {
    report(`\`${name}\` is not ${wanted.noun}`, fix);
  } else if (!others.includes(name)) {
    report(`\`${name}\` may be left out of a request, which would then be decided past this`, fix);
  } else {
    return type;
  }
  return undefined;
}
