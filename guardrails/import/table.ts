import type { Verdict } from "../../domain/decision.ts";
import type { FactType, Scalar } from "../fact-types.ts";
import type { Comparison } from "../policy.ts";
import type { DraftRule } from "./draft.ts";

/** What a cell lets through: a range of whole units, ends included, or words and truth values. */
export type Box =
  | { readonly kind: "range"; readonly min: number; readonly max: number }
  | { readonly kind: "among" | "none-of"; readonly values: readonly Scalar[] };

/** One cell of a row: the same as comparisons of its fact and as a box. */
export type Cell = { readonly fact: string; readonly comparisons: readonly Comparison[]; readonly box: Box };

export type Outcome = { readonly effect: Verdict; readonly role?: string };

/** A row of a decision table. A fact without a cell may be anything. */
export type Row = { readonly line: number; readonly cells: readonly Cell[]; readonly outcome: Outcome };

function isOneOf(box: Box, value: Scalar): boolean {
  if (box.kind === "range") return typeof value === "number" && box.min <= value && value <= box.max;
  return box.values.includes(value) === (box.kind === "among");
}

/** Whether some value is let through by both. A word that neither names is always left, but for truth values. */
function meet(a: Box, b: Box, type: FactType | undefined): boolean {
  if (a.kind === "range" && b.kind === "range") return Math.max(a.min, b.min) <= Math.min(a.max, b.max);
  if (a.kind === "among") return a.values.some((value) => isOneOf(b, value));
  if (b.kind === "among") return b.values.some((value) => isOneOf(a, value));
  if (type?.kind !== "boolean") return true;
  return [true, false].some((value) => isOneOf(a, value) && isOneOf(b, value));
}

/** Whether one request may be in both rows. */
function overlap(a: Row, b: Row, facts: readonly FactType[]): boolean {
  return a.cells.every((cell) => {
    const other = b.cells.find(({ fact }) => fact === cell.fact);
    return (
      other === undefined ||
      meet(
        cell.box,
        other.box,
        facts.find(({ name }) => name === cell.fact),
      )
    );
  });
}

const same = (a: Outcome, b: Outcome) => a.effect === b.effect && a.role === b.role;

/** Two rows that one request may be in, though they say different things: which of them counts is not in the table. */
export function firstConflict(rows: readonly Row[], facts: readonly FactType[]): readonly [Row, Row] | undefined {
  for (const [at, row] of rows.entries()) {
    const other = rows.slice(at + 1).find((later) => !same(row.outcome, later.outcome) && overlap(row, later, facts));
    if (other !== undefined) return [row, other];
  }
  return undefined;
}

/** A row as a rule: `line-4`. It cites what it reads. The row has at least one cell. */
export function ruleOfRow({ line, cells, outcome }: Row): DraftRule {
  const comparisons = cells.flatMap((cell) => cell.comparisons);
  const [only] = comparisons;
  const when = comparisons.length === 1 && only !== undefined ? only : { all: comparisons };
  const cited = cells.slice(0, 6).map(({ fact }) => `${fact} {${fact}}`);
  return { id: `line-${line}`, ...outcome, when, reason: `Line ${line} of the table: ${cited.join(", ")}` };
}
