import type { TableCell } from "../derived.ts";
import type { Scalar } from "../fact-types.ts";
import type { Column } from "./table-cells.ts";

type Cells = readonly TableCell[];

function valuesOf(type: Column): readonly Scalar[] {
  if (type.kind === "boolean") return [true, false];
  return type.kind === "choice" ? type.values : [];
}

/** How many values of the column a cell holds. */
function sizeOf(type: Column, cell: TableCell): bigint {
  if (cell !== null && "in" in cell) return BigInt(cell.in.length);
  if (cell !== null) return BigInt(cell.max) - BigInt(cell.min) + 1n;
  return "min" in type ? BigInt(type.max) - BigInt(type.min) + 1n : BigInt(valuesOf(type).length);
}

function volumeOf(columns: readonly Column[], cells: Cells): bigint {
  return columns.reduce((volume, type, at) => volume * sizeOf(type, cells[at] ?? null), 1n);
}

/** What two cells of one column hold both; undefined: nothing. */
function shared(a: TableCell, b: TableCell): TableCell | undefined {
  if (a === null || b === null) return a ?? b;
  if ("in" in a && "in" in b) {
    const both = a.in.filter((value) => b.in.includes(value));
    return both.length === 0 ? undefined : { in: both };
  }
  if ("in" in a || "in" in b) return undefined;
  const [min, max] = [Math.max(a.min, b.min), Math.min(a.max, b.max)];
  return min > max ? undefined : { min, max };
}

/** What two rows hold both, column by column; undefined: nothing. */
export function overlapOf(a: Cells, b: Cells): Cells | undefined {
  const both: TableCell[] = [];
  for (const [at, cell] of a.entries()) {
    const part = shared(cell, b[at] ?? null);
    if (part === undefined) return undefined;
    both.push(part);
  }
  return both;
}

/** The column cut so that each row holds all of a part or none of it. */
function partsOf(type: Column, cells: readonly TableCell[]): readonly TableCell[] {
  if (!("min" in type)) return valuesOf(type).map((value) => ({ in: [value] }));
  const ranges = cells.flatMap((cell) => (cell !== null && "min" in cell ? cell : []));
  const starts = [...new Set([type.min, ...ranges.flatMap(({ min, max }) => [min, max + 1])])]
    .filter((start) => start >= type.min && start <= type.max)
    .toSorted((a, b) => a - b);
  return starts.map((min, at) => ({ min, max: (starts[at + 1] ?? type.max + 1) - 1 }));
}

/**
 * A combination that no row holds, column by column; undefined where all are held. No two of the rows hold the same: so
 * that a part is full exactly where what its rows hold adds up to it, and each step goes to one that is not.
 */
export function gapOf(columns: readonly Column[], rows: readonly Cells[]): Cells | undefined {
  const [type, ...others] = columns;
  if (type === undefined) return rows.length === 0 ? [] : undefined;
  const whole = volumeOf(others, []);
  for (const part of partsOf(
    type,
    rows.map(([first = null]) => first),
  )) {
    const left = rows.filter(([first = null]) => shared(first, part) !== undefined).map(([, ...rest]) => rest);
    const held = left.reduce((sum, cells) => sum + volumeOf(others, cells), 0n);
    if (held === whole) continue;
    const rest = gapOf(others, left);
    if (rest !== undefined) return [isWhole(type, part) ? null : part, ...rest];
  }
  return undefined;
}

function isWhole(type: Column, part: TableCell): boolean {
  return sizeOf(type, part) === sizeOf(type, null);
}
