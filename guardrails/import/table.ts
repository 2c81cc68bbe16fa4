import type { FactType, Scalar } from "../fact-types.ts";
import type { Condition } from "../policy.ts";
import type { DraftRule } from "./draft.ts";
import type { Outcome } from "./outcome.ts";

/** What a cell lets through: a range of whole units, ends included, or words and truth values. */
export type Box =
  | { readonly kind: "range"; readonly min: number; readonly max: number }
  | { readonly kind: "among" | "none-of"; readonly values: readonly Scalar[] };

/** One cell of a row: the same as conditions of its fact, which all hold, and as boxes, in one of which its value lies. */
export type Cell = { readonly fact: string; readonly conditions: readonly Condition[]; readonly boxes: readonly Box[] };

/** A row of a decision table, called `id` as a rule and `title` in words. A fact without a cell may be anything. */
export type Row = {
  readonly line: number;
  readonly id: string;
  readonly title: string;
  readonly cells: readonly Cell[];
  readonly outcome: Outcome;
};

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
export function overlap(a: Row, b: Row, facts: readonly FactType[]): boolean {
  return a.cells.every((cell) => {
    const other = b.cells.find(({ fact }) => fact === cell.fact);
    const type = facts.find(({ name }) => name === cell.fact);
    return other === undefined || cell.boxes.some((one) => other.boxes.some((two) => meet(one, two, type)));
  });
}

export const saySame = ({ outcome: a }: Row, { outcome: b }: Row): boolean =>
  a.effect === b.effect && a.role === b.role;

/** Two rows that one request may be in, though they say different things: which of them counts is not in the table. */
export function firstConflict(
  rows: readonly Row[],
  facts: readonly FactType[],
  mayBoth: (a: Row, b: Row) => boolean = saySame,
): readonly [Row, Row] | undefined {
  for (const [at, row] of rows.entries()) {
    const other = rows.slice(at + 1).find((later) => !mayBoth(row, later) && overlap(row, later, facts));
    if (other !== undefined) return [row, other];
  }
  return undefined;
}

/** What a row asks, all of it: its conditions, at least one. */
export function conditionOf(conditions: readonly Condition[]): Condition {
  const [only] = conditions;
  return conditions.length === 1 && only !== undefined ? only : { all: conditions };
}

/** A row as a rule, which does not count where one of `unless` holds. It cites what it reads, and reads something. */
export function ruleOfRow({ id, title, cells, outcome }: Row, unless: readonly Row[] = []): DraftRule {
  const own = cells.flatMap(({ conditions }) => conditions);
  const nots = unless.map((row): Condition => {
    return { not: conditionOf(row.cells.flatMap(({ conditions }) => conditions)) };
  });
  const read = cells.length > 0 ? cells : unless.flatMap((row) => row.cells);
  const cited = [...new Set(read.map(({ fact }) => fact))].slice(0, 6).map((fact) => `${fact} {${fact}}`);
  return { id, ...outcome, when: conditionOf([...own, ...nots]), reason: `${title}: ${cited.join(", ")}` };
}
