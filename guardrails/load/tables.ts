import { z } from "zod";
import type { DerivedFact, TableCell } from "../derived.ts";
import { didYouMean, listed } from "../did-you-mean.ts";
import { describeKind } from "../fact-types.ts";
import type { FactType, Scalar } from "../fact-types.ts";
import { parseAs, plainKinds } from "../literals.ts";
import type { Amount } from "../literals.ts";
import { unitNouns } from "./operands.ts";
import type { Scope } from "./operands.ts";
import { itemsAt, readMap } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import { isColumn, partText, readCell } from "./table-cells.ts";
import type { Column, Written } from "./table-cells.ts";
import { gapOf, overlapOf } from "./table-cover.ts";
import { readRowsOf } from "./table-file.ts";
import type { TableFiles, WrittenRow } from "./table-file.ts";

export type { TableFiles };

const MAX_ROWS = 1_000;
export const MAX_COLUMNS = 8;

const TableFields = z.strictObject({
  title: z.string().min(1).max(200).optional().describe("what it gives, in a few words"),
  by: z.array(z.string()).min(1).max(MAX_COLUMNS).describe("the facts it is read by, such as `by: [tier, region]`"),
  rows: z.unknown().optional(),
  file: z
    .string()
    .regex(/^[A-Za-z0-9._-]+\.csv$/)
    .optional()
    .describe("the name of a CSV file beside the policy, such as `file: allowance.csv`"),
});

const rowsFix = "write rows with a cell for each fact of `by` and the value, such as `- [gold, economy, 3]`";

function columnsOf(reader: Reader, path: Path, by: readonly string[], scope: Scope): readonly Column[] | undefined {
  const columns = by.map((name, index) => {
    const report = (message: string, fix: string) => reader.report([...path, "by", index], message, fix);
    if (!scope.names.includes(name)) report(`unknown fact \`${name}\``, didYouMean(name, scope.names));
    else if (by.indexOf(name) < index) report(`\`${name}\` is listed twice`, "keep one");
    const type = scope.names.includes(name) ? scope.typeOf(name, report) : undefined;
    if (type === undefined || isColumn(type)) return type;
    report(`\`${name}\` is ${describeKind(type)}`, "read a table by choices, by yes or no, and by numbers");
    return undefined;
  });
  const sound = columns.filter((type) => type !== undefined);
  return sound.length === columns.length && new Set(by).size === by.length ? sound : undefined;
}

/** The rows as they stand in the policy's own file. */
function inlineRows(reader: Reader, path: Path, value: unknown): readonly WrittenRow[] {
  return itemsAt(reader, path, value, rowsFix).map((row, index) => {
    const where = [...path, index];
    const report = (message: string, fix: string) => reader.report(where, message, fix);
    const cells = (Array.isArray(row) ? row : []).map((cell: unknown, column): Written => {
      const at = [...where, column];
      const texts = (Array.isArray(cell) ? cell : [cell]).map((one: unknown, inner) =>
        typeof one === "string" ? one : (reader.written(Array.isArray(cell) ? [...at, inner] : at) ?? ""),
      );
      return { texts, report: (message, fix) => reader.report(at, message, fix) };
    });
    return { line: reader.lineOf(where), cells, report };
  });
}

function fileRows(
  reader: Reader,
  path: Path,
  file: string,
  heads: readonly string[],
  files: TableFiles,
): readonly WrittenRow[] {
  const text = Object.hasOwn(files, file) ? files[file] : undefined;
  if (text === undefined) {
    reader.report([...path, "file"], `there is no \`${file}\` beside the policy`, didYouMean(file, Object.keys(files)));
    return [];
  }
  const read = readRowsOf(reader.beside(file), text, (problem) => reader.note(problem));
  if (read === undefined) return [];
  const named = read.header.cells.map(({ texts }) => texts.join());
  if (named.join() !== heads.join()) {
    read.header.report(`the first line names ${listed(named)}`, `write \`${heads.join(",")}\``);
    return [];
  }
  if (read.rows.length === 0) read.header.report("the table has no row", "write at least one below the first line");
  return read.rows;
}

type Value = {
  readonly kind: "boolean" | "choice" | Amount["kind"];
  readonly value: Scalar;
  readonly currency?: string;
};

const nouns = {
  ...unitNouns,
  boolean: "`true` or `false`",
  choice: "a word",
  number: "a whole number",
} as const;

function valueOf(text: string): Value | undefined {
  if (text === "true" || text === "false") return { kind: "boolean", value: text === "true" };
  for (const kind of [...plainKinds, "minor" as const]) {
    const amount = parseAs(kind, text);
    if (amount !== undefined) return amount;
  }
  return /^[A-Za-z][^,;|*]{0,99}$/.test(text) ? { kind: "choice", value: text } : undefined;
}

type Row = { readonly when: readonly TableCell[]; readonly value: Value; readonly written: WrittenRow };

function readRow(written: WrittenRow, columns: readonly Column[]): Row | undefined {
  if (written.cells.length !== columns.length + 1) {
    written.report(`the row has ${written.cells.length} cells, and not ${columns.length + 1}`, rowsFix);
    return undefined;
  }
  const when = columns.map((type, at) => {
    const cell = written.cells[at];
    return cell === undefined ? undefined : readCell(cell, type);
  });
  const last = written.cells.at(-1);
  const value = last?.texts.length === 1 ? valueOf(last.texts[0] ?? "") : undefined;
  if (value === undefined) {
    last?.report(
      `\`${last.texts.join(", ")}\` is no value`,
      "write a number, `15%`, `500.00 USD`, a day, a word or `true`",
    );
  }
  const sound = when.filter((cell) => cell !== undefined);
  return value === undefined || sound.length < when.length ? undefined : { when: sound, value, written };
}

/** All rows give one kind of value; notes those that do not. */
function areAlike(rows: readonly Row[]): boolean {
  const [first] = rows;
  const others = rows.filter(
    ({ value }) => value.kind !== first?.value.kind || value.currency !== first.value.currency,
  );
  for (const { written, value } of others) {
    const wanted = first === undefined ? "" : `${nouns[first.value.kind]} ${first.value.currency ?? ""}`.trim();
    const text = written.cells.at(-1)?.texts.join() ?? "";
    written.cells
      .at(-1)
      ?.report(`\`${text}\` is ${nouns[value.kind]}, and the first row gives ${wanted}`, "give one kind of value");
  }
  return others.length === 0;
}

function combination(columns: readonly Column[], cells: readonly TableCell[]): string {
  const parts = columns.flatMap((type, at) => partText(type, cells[at] ?? null) ?? []);
  return parts.length === 0 ? "every request" : parts.join(", ");
}

/** Of every combination of the columns exactly one row holds; notes the first that none or two hold. */
function checkCover(columns: readonly Column[], rows: readonly Row[], report: Written["report"]): void {
  let isDisjoint = true;
  for (const [at, row] of rows.entries()) {
    for (const other of rows.slice(0, at)) {
      const both = overlapOf(row.when, other.when);
      if (both === undefined) continue;
      isDisjoint = false;
      const message = `two rows hold for ${combination(columns, both)}: this one and the one on line ${other.written.line}`;
      row.written.report(message, "leave it to one of them");
      break;
    }
  }
  const gap = isDisjoint
    ? gapOf(
        columns,
        rows.map(({ when }) => when),
      )
    : undefined;
  if (gap !== undefined)
    report(`no row holds for ${combination(columns, gap)}`, "add one: a table answers every request");
}

function typeOf(name: string, title: string, columns: readonly Column[], rows: readonly Row[]): FactType | undefined {
  const optional = columns.some((type) => type.optional === true);
  const said = { name, title, adjustable: false, ...(optional && { optional: true as const }) };
  const [first] = rows;
  if (first === undefined) return undefined;
  const values = rows.map(({ value }) => value.value);
  const { kind } = first.value;
  if (kind === "boolean") return { ...said, kind };
  if (kind === "choice") return { ...said, kind, values: [...new Set(values.map(String))] };
  const numbers = values.map(Number);
  const range = { min: Math.min(...numbers), max: Math.max(...numbers) };
  const amount = parseAs(kind, first.written.cells.at(-1)?.texts[0] ?? "");
  if (amount?.kind === "minor") return { ...said, kind: "minor", ...range, currency: amount.currency };
  return kind === "minor" ? undefined : { ...said, kind, ...range };
}

/** Reads a table: typed by its columns and its values, and complete, so that every request finds exactly one row. */
export function readTable(
  reader: Reader,
  path: Path,
  value: unknown,
  scope: Scope,
  files: TableFiles,
): DerivedFact | undefined {
  const fields = readMap(reader, path, value, TableFields);
  if (fields === undefined) return undefined;
  const { by, rows: inline, file, title } = fields;
  const name = String(path.at(-1));
  if ((inline === undefined) === (file === undefined)) {
    reader.report(path, `\`${name}\` needs one of \`rows\` and \`file\``, rowsFix);
    return undefined;
  }
  const columns = columnsOf(reader, path, by, scope);
  if (columns === undefined) return undefined;
  const written =
    file === undefined
      ? inlineRows(reader, [...path, "rows"], inline)
      : fileRows(reader, path, file, [...by, name], files);
  const where = [...path, file === undefined ? "rows" : "file"];
  if (written.length > MAX_ROWS) {
    reader.report(where, `the table has over ${MAX_ROWS} rows`, "split it");
    return undefined;
  }
  const rows = written.map((row) => readRow(row, columns));
  const sound = rows.filter((row) => row !== undefined);
  if (sound.length < rows.length || sound.length === 0 || !areAlike(sound)) return undefined;
  checkCover(columns, sound, (message, fix) => reader.report(where, message, fix));
  const type = typeOf(name, title ?? name, columns, sound);
  const derive = { kind: "table", by, rows: sound.map((row) => ({ when: row.when, value: row.value.value })) } as const;
  return type && { ...type, derive };
}
