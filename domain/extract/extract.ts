import { amountsIn, type Amount } from "./amounts.ts";
import { commitmentsIn, type Commitment } from "./commitments.ts";
import { english } from "./english.ts";
import type { Language } from "./language.ts";
import { MOST_CHARS, namesIn } from "./lines.ts";
import { objectionsIn, type Objection } from "./objections.ts";

/** What a note, mail or transcript says, by fixed patterns and no language model. Each names its place in the text. */
export type Extract = {
  readonly people: readonly string[];
  readonly commitments: readonly Commitment[];
  readonly objections: readonly Objection[];
  readonly amounts: readonly Amount[];
};

/**
 * Pure and the same whenever it is asked: `at` is when the text was said, ISO 8601, from which days count; another language is another table. What it finds is for a
 * person to confirm: how often it is right is measured in `test/domain/extract`. The first 50,000 characters are read.
 */
export function extractFrom(text: string, { at, language = english }: { at: string; language?: Language }): Extract {
  const read = text.slice(0, MOST_CHARS).replaceAll("\r\n", "\n");
  const people = namesIn(read, language);
  return {
    people,
    commitments: commitmentsIn(read, people, at, language),
    objections: objectionsIn(read, language),
    amounts: amountsIn(read, language),
  };
}
