import type { Language } from "./language.ts";

/** A sentence of a text with who says it, empty where nobody is named. `from` and `to`: characters of the text. */
export type Sentence = { readonly text: string; readonly speaker: string; readonly from: number; readonly to: number };

const NAME = String.raw`\p{Lu}[\p{L}'’-]+`;
const FULL_NAME = `${NAME}(?: (?:(?:van|von|de|der|da|di) )?${NAME}){0,2}`;
/** `Anna Roth (Northwind): …`, or with a time before it: `[00:12:41] Anna: …`. */
const SPOKEN = new RegExp(
  String.raw`^(?:\[?\d{1,2}:\d{2}(?::\d{2})?\]?\s*)?(${FULL_NAME})\s*(?:\([^)]*\))?\s*:\s+`,
  "u",
);

/** Longer texts are read so far. Every pattern here is linear in it. */
export const MOST_CHARS = 50_000;

/** Who wrote a mail, by its `From:` line or, failing that, by the name under its closing words. */
function writerOf(text: string, language: Language): string {
  const from = new RegExp(String.raw`^from:\s*(${FULL_NAME})`, "imu").exec(text)?.[1];
  if (from !== undefined) return from;
  const lines = text.split("\n").map((line) => line.trim());
  const at = lines.findLastIndex((line) => language.closings.includes(line.toLowerCase().replace(/[,!.]+$/, "")));
  const signed = at === -1 ? undefined : lines.slice(at + 1).find((line) => line !== "");
  return signed !== undefined && new RegExp(`^${FULL_NAME}$`, "u").test(signed) ? signed : "";
}

/** Header lines name people and say nothing; quoted lines are somebody else's, and were read where they were written. */
function isSpoken(line: string, language: Language): boolean {
  const label = /^([\p{L} ]{2,20}):/u.exec(line)?.[1]?.toLowerCase();
  if (line.startsWith(">") || line.trim() === "") return false;
  return label === undefined || ![...language.headers.people, "subject", "date"].includes(label);
}

/** A label that is no person: `Action: …`. */
function isName(label: string, language: Language): boolean {
  const isHeader = language.headers.people.includes(label.toLowerCase());
  return !isHeader && !language.noNames.includes(label.split(" ")[0] ?? "");
}

export function sentencesOf(given: string, language: Language): readonly Sentence[] {
  const text = given.slice(0, MOST_CHARS);
  const writer = writerOf(text, language);
  const found: Sentence[] = [];
  let speaker = writer;
  let at = 0;
  for (const line of text.split("\n")) {
    const start = at;
    at += line.length + 1;
    if (!isSpoken(line, language)) continue;
    const spoken = SPOKEN.exec(line);
    const isSpeaker = spoken !== null && isName(spoken[1] ?? "", language);
    if (isSpeaker) speaker = spoken[1] ?? "";
    const skipped = isSpeaker ? spoken[0].length : 0;
    for (const { index, 0: said } of line.slice(skipped).matchAll(/[^.!?;]+(?:\.(?=\S)[^.!?;]*)*[.!?;]*/g)) {
      if (said.trim() === "") continue;
      const from = start + skipped + index + (said.length - said.trimStart().length);
      found.push({ text: said.trim(), speaker, from, to: from + said.trim().length });
    }
  }
  return found;
}

/** Everybody who is named: speakers, headers, signatures, titles, and whoever something is handed to. */
export function namesIn(given: string, language: Language): readonly string[] {
  const text = given.slice(0, MOST_CHARS);
  const lines = text.split("\n");
  const spoken = lines.flatMap((line) => SPOKEN.exec(line)?.[1] ?? []);
  const headed = lines.flatMap((line) => {
    const label = /^([\p{L} ]{2,20}):\s*(.*)$/u.exec(line);
    if (label === null || !language.headers.people.includes((label[1] ?? "").toLowerCase())) return [];
    return (label[2] ?? "").split(/[;,]|\band\b/).flatMap((part) => part.replace(/<[^>]*>|\([^)]*\)/g, "").trim());
  });
  const title = language.titles.map((one) => `${one[0]?.toUpperCase() ?? ""}${one.slice(1)}`).join("|");
  const titled = [...text.matchAll(new RegExp(String.raw`\b(?:${title})\.? (${FULL_NAME})`, "gu"))].flatMap(
    ({ 1: name = "" }) => name,
  );
  const all = [...spoken, ...headed, ...titled, writerOf(text, language)];
  const names = all.filter((name) => new RegExp(`^${FULL_NAME}$`, "u").test(name) && isName(name, language));
  const whole = [...new Set(names)];
  // `Anna` is the same as `Anna Roth` where only one of that name is there.
  return whole.filter((name) => !whole.some((other) => other !== name && other.startsWith(`${name} `)));
}

/** The name as it is given whole, where a part of it is: `Anna` for `Anna Roth`. */
export function wholeName(name: string, names: readonly string[]): string {
  return names.find((other) => other === name || other.startsWith(`${name} `) || other.endsWith(` ${name}`)) ?? name;
}
