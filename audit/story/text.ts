import type { StoryLine } from "./line.ts";
import { oneLine } from "./one-line.ts";

const INDENT = " ".repeat(14);

/** A story as plain text: a heading per day (UTC), a sentence per record, its reasons below it. */
export function storyText(lines: readonly StoryLine[]): string {
  const written: string[] = [];
  let day = "";
  for (const line of lines) {
    const lineDay = line.at.slice(0, 10);
    if (line.kind !== "wait" && lineDay !== day) {
      written.push(`${written.length === 0 ? "" : "\n"}${lineDay} (UTC)`);
      day = lineDay;
    }
    written.push(...paragraph(line));
  }
  return `${written.join("\n")}\n`;
}

function paragraph({ at, kind, who, text, because }: StoryLine): string[] {
  if (kind === "wait") return [`${INDENT}· ${oneLine(text)} ·`];
  const reasons = because.map((reason) => `${INDENT}- ${oneLine(reason)}`);
  return [`${at.slice(11, 23).padEnd(12)}  ${oneLine(`${who} ${text}`)}`, ...reasons];
}
