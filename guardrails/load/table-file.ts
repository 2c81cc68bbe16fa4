import type { Problem } from "../problem.ts";
import type { Report, Written } from "./table-cells.ts";

/** The texts of the CSV files that may be named, by name. */
export type TableFiles = { readonly [name: string]: string };

export type WrittenRow = { readonly line: number; readonly cells: readonly Written[]; readonly report: Report };

type Cell = { readonly text: string; readonly line: number; readonly column: number };

const MAX_CHARACTERS = 1_048_576;

/** The cells of a CSV (RFC 4180), each with where it starts. A quote that is not closed runs to the end of the file. */
function cellsOf(text: string): readonly (readonly Cell[])[] {
  const rows: Cell[][] = [[]];
  let [line, column, at] = [1, 1, 0];
  while (at <= text.length) {
    const found = /"(?:[^"]|"")*(?:"|$)|[^,\r\n"]*/y;
    found.lastIndex = at;
    const raw = found.exec(text)?.[0] ?? "";
    const cell = raw.startsWith('"') ? raw.slice(1, raw.endsWith('"') ? -1 : undefined).replaceAll('""', '"') : raw;
    rows.at(-1)?.push({ text: cell.trim(), line, column });
    line += raw.split("\n").length - 1;
    column += raw.length;
    at += raw.length;
    const end = /\r?\n|,/y;
    end.lastIndex = at;
    const separator = end.exec(text)?.[0];
    if (separator === undefined) at += 1;
    else at += separator.length;
    if (separator === undefined || separator === ",") {
      column += 1;
      if (separator === undefined && at > text.length) break;
      continue;
    }
    [line, column] = [line + 1, 1];
    rows.push([]);
  }
  return rows.filter((cells) => cells.some((cell) => cell.text !== ""));
}

/**
 * Reads a CSV whose first line names the columns. `report` notes a problem in it; the rows are those after the first line.
 * Undefined when it is too large.
 */
export function readRowsOf(
  file: string,
  text: string,
  report: (problem: Problem) => void,
): { readonly header: WrittenRow; readonly rows: readonly WrittenRow[] } | undefined {
  const reportAt =
    ({ line, column }: { readonly line: number; readonly column: number }): Report =>
    (message, fix) =>
      report({ file, line, column, message, fix });
  if (text.length > MAX_CHARACTERS) {
    reportAt({ line: 1, column: 1 })(`the file is over ${MAX_CHARACTERS} characters`, "split the table");
    return undefined;
  }
  const [header, ...rows] = cellsOf(text.replace(/^\uFEFF/, "")).map((cells): WrittenRow => {
    const [first = { line: 1, column: 1 }] = cells;
    const written = cells.map((cell) => ({ texts: [cell.text], report: reportAt(cell) }));
    return { line: first.line, cells: written, report: reportAt(first) };
  });
  return { header: header ?? { line: 1, cells: [], report: reportAt({ line: 1, column: 1 }) }, rows };
}
