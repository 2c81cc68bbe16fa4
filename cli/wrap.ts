import { oneLine } from "../audit/story/one-line.ts";

/** Below this many columns a text is not wrapped any further. */
const NARROWEST = 24;

/**
 * A text in lines of at most `width` columns, broken between words, all but the first begun with `hang` spaces more. A word that is
 * longer, such as an id, keeps its own line whole. Spaces that a text begins with stay. Undefined width (piped): one line.
 */
export function wrapped(text: string, width: number | undefined, { indent = 0, hang = 0 } = {}): readonly string[] {
  const [first, further] = [" ".repeat(indent), " ".repeat(indent + hang)];
  const flat = oneLine(text);
  const lead = first + (/^ */.exec(text)?.[0] ?? "");
  if (width === undefined) return [lead + flat];
  const most = Math.max(width, indent + hang + NARROWEST);
  const lines: string[] = [];
  let line = "";
  for (const word of flat.split(" ").filter((part) => part !== "")) {
    const start = lines.length === 0 ? lead : further;
    const longer = line === "" ? start + word : `${line} ${word}`;
    if (line !== "" && Array.from(longer).length > most) {
      lines.push(line);
      line = further + word;
    } else line = longer;
  }
  return [...lines, line];
}
