import { Currency } from "../../domain/money.ts";
import type { FactType } from "../fact-types.ts";
import type { Problem } from "../problem.ts";
import { cellOf, clausesOf, kindOf, operandsOf, type Clause, type ColumnKind } from "./csv-cell.ts";
import { csvRecords, type CsvRecord } from "./csv-records.ts";
import type { Imported } from "./draft.ts";
import { headingOf, isFactName } from "./heading.ts";
import { outcomeOf, roleOf, type Outcome } from "./outcome.ts";
import { firstConflict, ruleOfRow, type Cell, type Row } from "./table.ts";

/** Rows that are compared with each other. */
const MOST_ROWS = 2_000;

/** The word for every value that no row names. */
const OTHER = "other";

/** What the last cell of a row says: done without asking, never done, or who is asked. */
function approverOf(text: string): Outcome | undefined {
  const role = roleOf(text);
  return outcomeOf(text) ?? (role === undefined ? undefined : { effect: "escalate", role });
}

type Column = { readonly at: number; readonly heading: string; readonly name: string; readonly unit: string };
type Parsed = { readonly record: CsvRecord; readonly clauses: readonly (readonly Clause[])[] };

/** The fact of a column; else what is wrong, in words. */
function factOf({ at, heading, name, unit }: Column, rows: readonly Parsed[]): FactType | string {
  const operands = rows.flatMap(({ clauses }) => (clauses[at] ?? []).flatMap(operandsOf));
  const found = new Set(operands.map(kindOf));
  const currency = Currency.safeParse(
    unit === "" ? (operands.map((one) => /[A-Z]{3}/.exec(one)?.[0]).find(Boolean) ?? "") : unit,
  );
  const asNumbers = (kind: ColumnKind) => [...found].every((one) => one === "number" || one === kind);
  const kind: ColumnKind | undefined =
    unit === "%" && asNumbers("ppm")
      ? "ppm"
      : currency.success && asNumbers("minor")
        ? "minor"
        : found.size === 1
          ? [...found][0]
          : undefined;
  const said = { name, title: heading, adjustable: false } as const;
  switch (kind) {
    case "ppm":
      return { ...said, kind, min: 0, max: 10_000_000 };
    case "minor":
      return currency.success
        ? { ...said, kind, min: 0, max: 9_000_000_000_000, currency: currency.data }
        : "an amount says its currency by ISO 4217, such as USD";
    case "number":
      return { ...said, kind, min: 0, max: 1_000_000_000 };
    case "date":
      return { ...said, kind, min: -719_528, max: 2_932_896 };
    case "boolean":
      return { ...said, kind };
    case "choice":
      return { ...said, kind, values: [...new Set([...operands, OTHER])] };
    case undefined:
      return found.size === 0
        ? "no row asks anything of this column"
        : `its cells are not of one kind: ${[...found].join(", ")}`;
  }
}

type Report = (line: number, message: string, fix: string) => void;

/** The columns but the last, each named once. */
function columnsOf({ line, cells }: CsvRecord, report: Report): readonly Column[] {
  const columns = cells.slice(0, -1).map((heading, at): Column => ({ at, heading, ...headingOf(heading) }));
  for (const [at, { heading, name }] of columns.entries()) {
    const isName = isFactName(name);
    const isTwice = columns.findIndex((other) => other.name === name) < at;
    if (!isName) report(line, `\`${heading}\` names no fact`, "head the column by a few words in Latin letters");
    else if (isTwice) report(line, `two columns are called \`${name}\``, "give each its own name");
  }
  return columns;
}

const CELLS = "write `<= 15%`, `> 15% and <= 25%`, `5%..15%`, `gold | silver` or `not gold`";

/** A record's cells as clauses; none where it has not as many as the heading. */
function parsedOf(record: CsvRecord, columns: readonly Column[], report: Report): readonly Parsed[] {
  const { line, cells } = record;
  const wanted = columns.length + 1;
  if (cells.length !== wanted) {
    report(line, `the row has ${cells.length} cells, the heading ${wanted}`, "fill it, or quote what holds a comma");
    return [];
  }
  const clauses = columns.map(({ at, heading }) => {
    const read = clausesOf(cells[at] ?? "");
    if (read === undefined) report(line, `\`${cells[at]}\` under \`${heading}\` cannot be read`, CELLS);
    return read ?? [];
  });
  return [{ record, clauses }];
}

const UNITS = "write whole numbers, shares with %, amounts with a currency, days as 2026-07-01, or words";

function factsOf(
  columns: readonly Column[],
  rows: readonly Parsed[],
  line: number,
  report: Report,
): readonly FactType[] {
  return columns.flatMap((column): readonly FactType[] => {
    const fact = factOf(column, rows);
    if (typeof fact !== "string") return [fact];
    report(line, `\`${column.heading}\`: ${fact}`, UNITS);
    return [];
  });
}

/** The rows as they are meant; notes two that one request may be in, though they say different things. */
function rowsOf(parsed: readonly Parsed[], facts: readonly FactType[], report: Report): readonly Row[] {
  const rows = parsed.flatMap((row) => rowOf(row, facts, report));
  const [a, b] = firstConflict(rows, facts) ?? [];
  if (a === undefined || b === undefined) return rows;
  const message = `a request may be in this row and in that of line ${a.line}, which says otherwise`;
  report(b.line, message, "narrow one of them: which counts is not in the table");
  return rows;
}

const SHAPE = `write a heading and 1 to ${MOST_ROWS} rows: a column per fact, and last who approves; end each quote`;

/**
 * An approval matrix: a column per fact, its unit in brackets, and in the last who approves: `auto`, `block`, or a role. A row
 * holds of a request when each of its cells does; an empty one, `*` or `any` always. Refused by line where a cell has more than
 * one reading, and where rows of which one request may be in both say different things: which counts is not in the table.
 */
export function importCsv(file: string, text: string): Imported {
  const problems: Problem[] = [];
  const report: Report = (line, message, fix) => problems.push({ file, line, column: 1, message, fix });
  const [header, ...records] = csvRecords(text) ?? [];
  if (header === undefined || header.cells.length < 2 || records.length === 0 || records.length > MOST_ROWS) {
    report(1, "this is no approval matrix", SHAPE);
    return { kind: "refused", problems };
  }
  const columns = columnsOf(header, report);
  const parsed = records.flatMap((record) => parsedOf(record, columns, report));
  const facts = problems.length > 0 ? [] : factsOf(columns, parsed, header.line, report);
  const rows = problems.length > 0 ? [] : rowsOf(parsed, facts, report);
  if (problems.length > 0) return { kind: "refused", problems };
  const notes = [`A request that no row holds of is escalated. A word that no row names is \`${OTHER}\`.`];
  return { kind: "imported", draft: { facts, rules: rows.map((row) => ruleOfRow(row)), default: "escalate", notes } };
}

function rowOf(
  { record: { line, cells: texts }, clauses }: Parsed,
  facts: readonly FactType[],
  report: Report,
): readonly Row[] {
  const outcome = approverOf(texts.at(-1) ?? "");
  if (outcome === undefined) {
    report(
      line,
      `\`${texts.at(-1)}\` says nothing of who approves`,
      "write `auto`, `block`, or a role such as `regional director`",
    );
  }
  const cells = facts.flatMap((type, at): readonly Cell[] => {
    const parts = clauses[at] ?? [];
    if (parts.length === 0) return [];
    const cell = cellOf(parts, type);
    if (typeof cell !== "string") return [cell];
    report(
      line,
      `\`${texts[at]}\` under \`${type.title}\`: ${cell}`,
      "say it in the column's unit, with both ends of a range",
    );
    return [];
  });
  if (cells.length === 0 && clauses.every((parts) => parts.length === 0)) {
    report(line, "the row holds of every request", "say of which requests it holds: what no row holds of is escalated");
  }
  return outcome === undefined || cells.length === 0
    ? []
    : [{ line, id: `line-${line}`, title: `Line ${line} of the table`, cells, outcome }];
}
