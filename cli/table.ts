import { oneLine } from "../audit/story/one-line.ts";

/** A column. `flexible` text is shortened on a narrow terminal; ids and everything else are never cut. */
export type Column = { readonly header: string; readonly flexible?: boolean; readonly right?: boolean };

const GAP = "  ";
const SHORTEST = 16;

/**
 * Rows under headers, aligned. `width` is the terminal's columns; undefined (piped) keeps every character. Columns that
 * hold nothing in any row are left out.
 */
export function writeTable(columns: readonly Column[], rows: readonly (readonly string[])[], width?: number): string {
  const used = columns
    .map((column, index) => ({ ...column, index }))
    .filter(({ index }) => rows.some((row) => cell(row, index) !== ""));
  const natural = used.map(({ header, index }) => Math.max(size(header), ...rows.map((row) => size(cell(row, index)))));
  const widths = shrink(used, natural, width);
  const write = (texts: readonly string[]) =>
    texts
      .map((text, at) => fit(text, widths[at] ?? 0, used[at]?.right === true))
      .join(GAP)
      .trimEnd();
  const lines = [used.map(({ header }) => header), ...rows.map((row) => used.map(({ index }) => cell(row, index)))];
  return `${lines.map(write).join("\n")}\n`;
}

/** The same for a list, with how many there are in all. */
export function writeList(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { total, width }: { readonly total: number; readonly width: number | undefined },
): string {
  return `${writeTable(columns, rows, width)}\n${total} in all\n`;
}

function cell(row: readonly string[], index: number): string {
  return oneLine(row[index] ?? "");
}

/** Takes what is too wide from the flexible columns, the widest first, down to a readable rest. */
function shrink(columns: readonly Column[], natural: readonly number[], width: number | undefined): number[] {
  const widths = [...natural];
  if (width === undefined) return widths;
  const total = () => widths.reduce((sum, one) => sum + one, GAP.length * (widths.length - 1));
  while (total() > width) {
    const able = widths.map((one, at) => (columns[at]?.flexible === true && one > SHORTEST ? one : 0));
    const widest = able.indexOf(Math.max(...able));
    if (widest === -1 || able[widest] === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function fit(text: string, width: number, right: boolean): string {
  const shown =
    size(text) > width
      ? `${Array.from(text)
          .slice(0, width - 1)
          .join("")}…`
      : text;
  const padding = " ".repeat(Math.max(0, width - size(shown)));
  return right ? padding + shown : shown + padding;
}

function size(text: string): number {
  return Array.from(text).length;
}
