import { objectionKinds, type Language, type ObjectionKind } from "./language.ts";
import { sentencesOf } from "./lines.ts";

/** What speaks against the deal in somebody's words. `speaker`: empty where nobody is named. */
export type Objection = {
  readonly kind: ObjectionKind;
  readonly speaker: string;
  readonly text: string;
  readonly from: number;
  readonly to: number;
};

/** One of each kind a sentence; a clause that says there is none takes its own words back and no other clause's. */
export function objectionsIn(text: string, language: Language): readonly Objection[] {
  return sentencesOf(text, language).flatMap(({ text: said, speaker, from, to }) => {
    const clauses = said
      .toLowerCase()
      .replaceAll("’", "'")
      .split(/,|\bbut\b|—| - /)
      .filter((clause) => !language.noObjection.some((words) => clause.includes(words)));
    return objectionKinds.flatMap((kind) => {
      const isSaid = clauses.some((clause) => language.objections[kind].some((words) => has(clause, words)));
      return isSaid ? [{ kind, speaker, text: said, from, to }] : [];
    });
  });
}

/** Whole words only: `references` is not in `preferences`. */
function has(clause: string, words: string): boolean {
  const at = clause.indexOf(words);
  if (at === -1) return false;
  const [before, after] = [clause[at - 1] ?? " ", clause[at + words.length] ?? " "];
  return !/\p{L}/u.test(before) && !/\p{L}/u.test(after);
}
