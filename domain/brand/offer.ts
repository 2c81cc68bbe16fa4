import type { BrandFinding } from "./rules.ts";

type Stretch = Pick<BrandFinding, "from" | "to" | "instead" | "over" | "class">;

/** Where the sentence around a stretch begins and ends; the mark at its end is not part of it. */
function sentenceAround(text: string, { from, to }: Pick<Stretch, "from" | "to">): readonly [number, number] {
  const ends = /[.!?](?=\s|$)|\n\n/g;
  let start = 0;
  for (const { index, 0: mark } of text.matchAll(ends)) {
    if (index >= to) return [start, index];
    if (index + mark.length <= from) start = index + mark.length;
  }
  return [start, text.length];
}

/**
 * The text with what is offered in place of what may not go out: a claim's whole sentence gives way to the allowed wording, a link and
 * unclean characters give way by themselves. What only asks stays.
 */
export function offeredText(text: string, findings: readonly BrandFinding[]): string {
  let offered = "";
  let last = 0;
  for (const finding of findings.filter(({ over }) => over === "withhold")) {
    const inPlace = finding.class === "link" || finding.class === "unicode";
    const [from, to] = inPlace ? [finding.from, finding.to] : sentenceAround(text, finding);
    const begin = Math.max(last, inPlace ? from : from + (/^\s*/.exec(text.slice(from, to))?.[0].length ?? 0));
    if (to <= last) continue;
    offered += text.slice(last, begin) + finding.instead;
    last = to;
  }
  return offered + text.slice(last);
}
