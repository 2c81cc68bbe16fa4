import { dueIn } from "./dates.ts";
import type { Language } from "./language.ts";
import { sentencesOf, wholeName, type Sentence } from "./lines.ts";

/** Something that somebody took on. `owner`: empty where nobody is named. `due`: a day, ISO 8601; null where none is said. */
export type Commitment = {
  readonly owner: string;
  readonly text: string;
  readonly due: string | null;
  readonly from: number;
  readonly to: number;
};

const NAME = String.raw`\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+)?`;
const escaped = (text: string) =>
  text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(" ", String.raw`\s+`);
const anyOf = (list: readonly string[]) =>
  [...list]
    .toSorted((a, b) => b.length - a.length)
    .map(escaped)
    .join("|");

/** What people take on, sentence by sentence; the same thing said twice is told once. `at`: when it was said, ISO 8601. */
export function commitmentsIn(
  text: string,
  names: readonly string[],
  at: string,
  language: Language,
): readonly Commitment[] {
  const patterns = patternsOf(language);
  const found = sentencesOf(text, language).flatMap((sentence) => {
    const owner = ownerIn(sentence, names, patterns, language);
    if (owner === undefined) return [];
    const { text: said, from, to } = sentence;
    return [{ owner, text: said, due: dueIn(said, at, language) ?? null, from, to }];
  });
  const keyOf = ({ owner, due, text: said }: Commitment) => `${owner} ${due ?? ""} ${said.toLowerCase()}`;
  return found.filter((one, n) => found.findIndex((other) => keyOf(other) === keyOf(one)) === n);
}

type Patterns = ReturnType<typeof patternsOf>;

function patternsOf(language: Language) {
  const { promises, ownPromises, actionLabels, taskLink, taskVerbs, noPromise, noDeed } = language;
  const notADeed = String.raw`(?!\s+(?:${anyOf(noDeed)})\b)`;
  return {
    refused: new RegExp(String.raw`\b(?:${anyOf(noPromise)})\b|\?\s*$`, "iu"),
    own: new RegExp(
      String.raw`(?:^|[,;:(]\s*|\b(?:and|so|then|but|ok|okay|yes|sure|right)\s+)(?:${anyOf(ownPromises)})\b${notADeed}`,
      "iu",
    ),
    named: new RegExp(
      String.raw`(?:^|[\s,;:(*-])(${NAME})\s*(?:\([^)]*\))?\s*(?:${anyOf(promises)})\b${notADeed}`,
      "u",
    ),
    tasked: new RegExp(
      String.raw`(?:^|[\s,;:(*-])@?(${NAME})\s+(?:${escaped(taskLink)}|please)\s+(?:${anyOf(taskVerbs)})\b`,
      "u",
    ),
    labelled: new RegExp(String.raw`^\W*(?:${anyOf(actionLabels)})\s*[:\-–]\s*`, "iu"),
    afterLabel: new RegExp(
      String.raw`^\(?@?(${NAME})\)?(?:\s*[:,\-–]|\s+(?:${escaped(taskLink)}|please|${anyOf(taskVerbs)})\b)`,
      "u",
    ),
    listed: new RegExp(String.raw`^\W*(${NAME})\s*[:\-–]\s*(?:${anyOf(taskVerbs)})\b`, "u"),
  };
}

/** Who takes on what a sentence says; undefined where nobody does. */
function ownerIn(
  { text, speaker }: Sentence,
  names: readonly string[],
  patterns: Patterns,
  language: Language,
): string | undefined {
  const isNobody = (name: string) => language.noNames.includes(name.split(" ")[0] ?? "");
  if (patterns.refused.test(text)) return undefined;
  const labelled = patterns.labelled.exec(text);
  if (labelled !== null) {
    const named = patterns.afterLabel.exec(text.slice(labelled[0].length))?.[1] ?? patterns.tasked.exec(text)?.[1];
    return named === undefined || isNobody(named) ? "" : wholeName(named, names);
  }
  for (const pattern of [patterns.named, patterns.tasked, patterns.listed]) {
    const name = pattern.exec(text)?.[1];
    if (name !== undefined && !isNobody(name)) return wholeName(name, names);
  }
  return patterns.own.test(text) ? wholeName(speaker, names) : undefined;
}
